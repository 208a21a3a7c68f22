/** The primitive table against 80-digit arithmetic, in forward, reverse and Taylor form, and its conventions at kinks. */

import { describe, expect, it } from "vitest";
import { taylor } from "../../compiler/differentiate/series.ts";
import { type Opcode, opcodes } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { div, type Fixed, fixed, precise, toNumber, unit } from "../support/precise.ts";
import { forward, reverse } from "../support/single.ts";

const eps = 2 ** -52;

/** Points that 80 decimals hold with digits to spare. */
const holds = (at: readonly number[]): boolean =>
  at.every((x) => x === 0 || (Math.abs(x) >= 1e-20 && Math.abs(x) <= 1e12));

const valueAt = (op: Opcode, at: readonly number[]): number => {
  const primitive = primitives[op];
  return primitive.arity === 1 ? primitive.value(at[0]!) : primitive.value(at[0]!, at[1]!);
};

/** Central difference with step 1e-34 of the argument's size: exact to some 30 digits, next to a singularity too. */
function partialTruth(op: Opcode, at: readonly number[], which: number): number {
  const step = unit / 10n ** 34n;
  const size = fixed(Math.min(1, Math.abs(at[which]!) || 1));
  const h = (step * size) / unit || 1n;
  const moved = (sign: bigint): Fixed =>
    precise[op]!(...at.map((x, position) => fixed(x) + (position === which ? sign * h : 0n)));
  return toNumber(div(moved(1n) - moved(-1n), 2n * h));
}

/**
 * How far the derivative may be off: a few ulp, plus what the rounding of the value or of the argument costs where the
 * derivative is formed from it (1 - tanh², 1 + tan², the distance of x from the edge of a domain).
 */
function allowance(op: Opcode, at: readonly number[], truth: number): number {
  const v = valueAt(op, at);
  const formed: Partial<Record<Opcode, number>> = {
    tanh: 2,
    pow: Math.abs(v) * (1 + Math.abs(Math.log(Math.abs(at[0]!)))),
  };
  return 8 * eps * (Math.abs(truth) + (formed[op] ?? 0)) + 1e-300;
}

describe.each(opcodes)("%s", (op) => {
  const primitive = primitives[op];
  const smooth = primitive.points.filter(holds);

  it("has points, a cost and a source", () => {
    expect(primitive.points.length).toBeGreaterThan(2);
    expect(primitive.cost).toBeGreaterThan(0);
    expect(primitive.source).not.toBe("");
    expect(primitive.singular.length).toBe(primitive.arity);
    if (primitive.kind === "kinked" || primitive.kind === "zero") expect(primitive.convention).toBeTruthy();
  });

  if (primitive.kind === "zero" || op === "fround") {
    it("has the derivative that the contract states", () => {
      const expected = op === "fround" ? 1 : 0;
      for (const at of primitive.points) {
        expect(forward(op, at, [1])).toBe(expected);
        expect(reverse(op, at, 1)[0]).toBe(expected);
        expect(taylor(op, [[at[0]!, 1, 0]])).toEqual([valueAt(op, at), expected, 0]);
      }
    });
    return;
  }

  it("agrees with high-precision differences, forward, reverse and Taylor", () => {
    expect(smooth.length).toBeGreaterThan(2);
    for (const at of smooth) {
      for (let which = 0; which < primitive.arity; which++) {
        const truth = partialTruth(op, at, which);
        const direction = at.map((_, position) => (position === which ? 1 : 0));
        const series = at.map((x, position) => [x, direction[position]!]);
        const found = [forward(op, at, direction), reverse(op, at, 1)[which]!, taylor(op, series)[1]!];
        for (const one of found) {
          expect(
            Math.abs(one - truth),
            `${op}(${at}) by argument ${which}: ${one}, truth ${truth}`,
          ).toBeLessThanOrEqual(allowance(op, at, truth));
        }
      }
    }
  });

  it("has the value of JavaScript's Math to 2 ulp of the truth", () => {
    for (const at of smooth) {
      const truth = toNumber(precise[op]!(...at.map(fixed)));
      // Smaller values than this have too few of the 80 decimals.
      if (Math.abs(truth) < 1e-40) continue;
      expect(Math.abs(valueAt(op, at) - truth), `${op}(${at})`).toBeLessThanOrEqual(
        2 * eps * Math.abs(truth),
      );
    }
  });

  it("has the Taylor coefficients of high-precision differences up to order 4", () => {
    const order = 4;
    // Differences of order 4 need room around the point.
    const roomy = smooth.filter(
      (at) =>
        at.every((x) => Math.abs(x) >= 0.1 && Math.abs(x) <= 10) &&
        at.every((_, which) => Math.abs(partialTruth(op, at, which)) < 100) &&
        (op !== "mod" || Math.abs(at[0]! / at[1]! - Math.round(at[0]! / at[1]!)) > 1e-3),
    );
    expect(roomy.length).toBeGreaterThan(1);
    for (const at of roomy) {
      const path = at.map((x, position) => [x, position === 0 ? 1 : 0.5, 0, 0, 0]);
      const h = unit / 10n ** 13n;
      const samples = Array.from({ length: 2 * order + 1 }, (_, i) => {
        const t = BigInt(i - order) * h;
        return precise[op]!(...at.map((x, position) => fixed(x) + (position === 0 ? t : t / 2n)));
      });
      const found = taylor(op, path);
      const scale = Math.max(...found.map(Math.abs), 1e-3);
      for (let k = 1; k <= order; k++) {
        const truth = coefficient(samples, h, k);
        expect(
          Math.abs(found[k]! - truth),
          `${op}(${at}), coefficient ${k}: ${found[k]}, truth ${truth}`,
        ).toBeLessThanOrEqual(64 * (k + 1) * eps * scale);
      }
    }
  });
});

/** The k-th Taylor coefficient from nine equidistant samples, by central differences of order k. */
function coefficient(samples: readonly Fixed[], h: Fixed, k: number): number {
  // With an odd order, the samples half a step aside: every second one.
  const middle = (samples.length - 1) / 2;
  let sum = 0n;
  for (let j = 0; j <= k; j++) {
    const sign = j % 2 === 0 ? 1n : -1n;
    sum += sign * binomial(k, j) * samples[middle + k - 2 * j]!;
  }
  let scaled = sum;
  let factorial = 1n;
  for (let i = 1; i <= k; i++) {
    scaled = div(scaled, 2n * h);
    factorial *= BigInt(i);
  }
  return toNumber(scaled / factorial);
}

const binomial = (n: number, k: number): bigint =>
  k === 0 ? 1n : (binomial(n, k - 1) * BigInt(n - k + 1)) / BigInt(k);

describe("conventions", () => {
  const both = (op: Opcode, at: readonly number[]): number[] => {
    const parts = at.map((_, which) =>
      forward(
        op,
        at,
        at.map((__, position) => (position === which ? 1 : 0)),
      ),
    );
    expect(reverse(op, at, 1)).toEqual(parts);
    return parts;
  };

  it("abs has derivative 0 at 0", () => expect(both("abs", [0])).toEqual([0]));
  it("a tie of max goes to the first, of min to the second", () => {
    expect(both("max", [2, 2])).toEqual([1, 0]);
    expect(both("min", [2, 2])).toEqual([0, 1]);
  });
  it("hypot has derivatives 0 at the origin", () => expect(both("hypot", [0, 0])).toEqual([0, 0]));
  it("atan2 is undefined at the origin", () => {
    expect(forward("atan2", [0, 0], [1, 0])).toBeNaN();
    expect(reverse("atan2", [0, 0], 1)[1]).toBeNaN();
  });
  it("sqrt has an infinite derivative at 0", () => expect(both("sqrt", [0])).toEqual([Infinity]));
  it("a remainder has derivatives 1 and -trunc(a / b)", () => expect(both("mod", [7, 3])).toEqual([1, -2]));
  it("x to the power 0 is constant in x, 0 to a positive power in the exponent", () => {
    expect(forward("pow", [0, 0], [1, 0])).toBe(0);
    expect(forward("pow", [-2, 0], [1, 0])).toBe(0);
    expect(forward("pow", [0, 2.5], [0, 1])).toBe(0);
    expect(reverse("pow", [0, 2.5], 1)).toEqual([0, 0]);
  });
  it("a negative base has no derivative for its exponent, and its own all the same", () => {
    expect(forward("pow", [-2, 3], [0, 1])).toBeNaN();
    expect(forward("pow", [-2, 3], [1, 0])).toBe(12);
  });

  it.each(["sqrt", "cbrt", "log", "log2", "log10"] as const)(
    "%s: a zero tangent or cotangent at 0 contributes exactly 0",
    (op) => {
      expect(forward(op, [0], [0])).toBe(0);
      expect(reverse(op, [0], 0)).toEqual([0]);
    },
  );
  it.each(["asin", "acos", "atanh", "acosh"] as const)("%s: the same at the edge of its domain", (op) => {
    expect(forward(op, [1], [0])).toBe(0);
    expect(reverse(op, [1], 0)).toEqual([0]);
  });
  it("a quotient with denominator 0 contributes nothing to a zero cotangent", () => {
    expect(reverse("div", [1, 0], 0)).toEqual([0, 0]);
    expect(forward("div", [1, 0], [0, 0])).toBe(0);
  });
});
