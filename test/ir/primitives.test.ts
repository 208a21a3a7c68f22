/**
 * The primitive table against 1200-bit arithmetic, in forward, reverse and Taylor form, at ordinary points, next to
 * singularities and at both ends of the number range; and its conventions at kinks.
 */

import { describe, expect, it } from "vitest";
import { taylor } from "../../compiler/differentiate/series.ts";
import { type Opcode, opcodes } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { add, type Big, div, exact, mul, scale, sub, toNumber, whole, zero } from "../support/big.ts";
import { precise, reach } from "../support/precise.ts";
import { forward, reverse } from "../support/single.ts";

const eps = 2 ** -52;
const tiniest = 2 ** -1074;

const valueAt = (op: Opcode, at: readonly number[]): number => {
  const primitive = primitives[op];
  return primitive.arity === 1 ? primitive.value(at[0]!) : primitive.value(at[0]!, at[1]!);
};

/** Steps of differences: this part of the reach. The error is its square, some 36 digits. */
const part = -60;
const stepOf = (op: Opcode, at: readonly number[], which: number): Big =>
  scale(exact(reach(op, at, which)), part);

/** The derivative by argument `which`, by a central difference. */
function partialTruth(op: Opcode, at: readonly number[], which: number): number {
  const of = precise(op)!;
  const h = stepOf(op, at, which);
  const moved = (by: (x: Big, h: Big) => Big): Big =>
    of(...at.map((x, position) => (position === which ? by(exact(x), h) : exact(x))));
  return toNumber(div(sub(moved(add), moved(sub)), scale(h, 1)));
}

/** Part of a partial that is the double v, rounded by the engine's function: its error, in ulp of 1. */
function inherited(op: Opcode, at: readonly number[]): number {
  switch (op) {
    case "tanh":
      // 1 - v² has the error of v, some ulp of 1, however small the difference: stated in the table.
      return 1;
    case "softsign":
      // (1 - |v|)² has the error of v twice over, as the table says.
      return 2 / (1 + Math.abs(at[0]!));
    case "pow":
      // An exponent that is off by half an ulp of itself changes x^(y - 1) by that times log x.
      return Math.abs(at[1]!) * at[0]! ** (at[1]! - 1) * Math.abs(Math.log(at[0]!));
    default:
      return 0;
  }
}

/** What a value below the normal numbers, which has few digits, is multiplied by for each order of derivative. */
const amplified = (op: Opcode, at: readonly number[]): number =>
  op === "pow" ? Math.max(1, Math.abs(Math.log(at[0]!))) : 1;

describe.each(opcodes)("%s", (op) => {
  const primitive = primitives[op];

  it("has points, a cost and a source", () => {
    expect(primitive.points.length).toBeGreaterThan(2);
    for (const at of primitive.points) expect(at.length).toBe(primitive.arity);
    expect(primitive.cost).toBeGreaterThan(0);
    expect(primitive.source).not.toBe("");
    expect(primitive.singular.length).toBe(primitive.arity);
    if (primitive.kind === "kinked" || primitive.kind === "zero") expect(primitive.convention).toBeTruthy();
  });

  const of = precise(op);
  if (of === undefined) {
    it("is piecewise constant, with derivative 0", () => {
      expect(primitive.kind).toBe("zero");
      for (const at of [...primitive.points, [0], [-0], [1], [0.5], [-2.5]]) {
        expect(forward(op, at, [1])).toBe(0);
        expect(reverse(op, at, 1)).toEqual([0]);
        expect(taylor(op, [[at[0]!, 1, 0]])).toEqual([valueAt(op, at), 0, 0]);
      }
    });
    return;
  }

  it("agrees with high-precision differences to 8 ulp, forward, reverse and Taylor", () => {
    for (const at of primitive.points) {
      for (let which = 0; which < primitive.arity; which++) {
        const truth = partialTruth(op, at, which);
        const direction = at.map((_, position) => (position === which ? 1 : 0));
        const series = at.map((x, position) => [x, direction[position]!]);
        const found = [forward(op, at, direction), reverse(op, at, 1)[which]!, taylor(op, series)[1]!];
        const allowed = 8 * (eps * (Math.abs(truth) + inherited(op, at)) + tiniest * amplified(op, at));
        for (const one of found) {
          const words = `${op}(${at}) by argument ${which}: ${one}, truth ${truth}`;
          expect(Math.abs(one - truth), words).toBeLessThanOrEqual(allowed);
        }
      }
    }
  });

  it("has the value of JavaScript's Math to 2 ulp of the truth", () => {
    for (const at of primitive.points) {
      const truth = op === "fround" ? Math.fround(at[0]!) : toNumber(of(...at.map(exact)));
      const found = valueAt(op, at);
      if (found === truth) continue;
      const allowed = 2 * (eps * Math.abs(truth) + tiniest);
      expect(Math.abs(found - truth), `${op}(${at})`).toBeLessThanOrEqual(allowed);
    }
  });

  it("has the Taylor coefficients of high-precision differences up to order 4", () => {
    const order = 4;
    for (const at of primitive.points) {
      // Along a path as long as the reach, where the coefficients of one function are of one size.
      const slopes = at.map((_, position) => reach(op, at, position) / (position + 1));
      const samples = Array.from({ length: 2 * order + 1 }, (_, i) =>
        of(
          ...at.map((x, position) =>
            add(exact(x), mul(exact(i - order), scale(exact(slopes[position]!), part))),
          ),
        ),
      );
      const found = taylor(
        op,
        at.map((x, position) => [x, slopes[position]!, 0, 0, 0]),
      );
      const perStep = inherited(op, at) * slopes[0]!;
      let size = 0;
      for (let k = 1; k <= order; k++) {
        // A derivative of that order is no double, though the coefficient along a path this short is one.
        if (op === "pow" && !Number.isFinite(at[0]! ** (at[1]! - k))) break;
        const truth = coefficient(samples, k);
        // Sums of lower coefficients: the error is that of the largest among them, and their number grows with k.
        size = Math.max(size, Math.abs(truth));
        const allowed = 8 * (k + 1) * (eps * (size + perStep) + tiniest * amplified(op, at) ** k);
        const words = `${op}(${at}), coefficient ${k}: ${found[k]}, truth ${truth}`;
        expect(Math.abs(found[k]! - truth), words).toBeLessThanOrEqual(allowed);
      }
    }
  });
});

/** The k-th Taylor coefficient, for a unit of 2^-part steps, from nine samples around the point. */
function coefficient(samples: readonly Big[], k: number): number {
  const middle = (samples.length - 1) / 2;
  let total = zero;
  let factorial = 1n;
  for (let j = 0; j <= k; j++) {
    const weight = binomial(k, j) * (j % 2 === 0 ? 1n : -1n);
    total = add(total, mul(whole(weight), samples[middle + k - 2 * j]!));
  }
  for (let i = 2n; i <= k; i++) factorial *= i;
  // Samples are two steps apart.
  return toNumber(div(scale(total, -(part + 1) * k), whole(factorial)));
}

const binomial = (n: number, k: number): bigint =>
  k === 0 ? 1n : (binomial(n, k - 1) * BigInt(n - k + 1)) / BigInt(k);

describe("second derivatives keep the digits of the first", () => {
  const second = (op: Opcode, ...at: number[]): number =>
    2 *
    taylor(
      op,
      at.map((x, position) => [x, position === 0 ? 1 : 0, 0]),
    )[2]!;
  const close = (found: number, truth: number) =>
    expect(Math.abs(found - truth), `${found}, truth ${truth}`).toBeLessThanOrEqual(
      8 * eps * Math.abs(truth),
    );

  it.each([1e-300, 1e-160, 1e-8, 1e-5, 1e-3])("of asin, acos and atanh at %d", (x) => {
    const rest = (1 - x) * (1 + x);
    close(second("asin", x), x / rest ** 1.5);
    close(second("acos", x), -x / rest ** 1.5);
    close(second("atanh", x), (2 * x) / rest ** 2);
  });
  it.each([1e-8, 0.3, 350, 710, 1e6, 1e8, 1e90])("of hypot at (%d, 1)", (x) => {
    close(second("hypot", x, 1), (1 + x * x) ** -1.5);
    close(second("hypot", -x, 1), (1 + x * x) ** -1.5);
  });
});

describe("conventions at kinks, in every form", () => {
  /** The partials, which must be the same in forward, reverse and Taylor form. */
  const slopes = (op: Opcode, ...at: number[]): number[] => {
    const found = at.map((_, which) =>
      forward(
        op,
        at,
        at.map((__, position) => (position === which ? 1 : 0)),
      ),
    );
    expect(reverse(op, at, 1).map((slope) => slope + 0)).toEqual(found.map((slope) => slope + 0));
    const series = at.map((_, which) =>
      taylor(
        op,
        at.map((x, position) => [x, position === which ? 1 : 0]),
      ),
    );
    // Sums start from +0: the sign of a zero is no part of a convention.
    expect(series.map((one) => one[1]! + 0)).toEqual(found.map((slope) => slope + 0));
    return found;
  };

  it("abs has derivative 0 at 0", () => {
    expect(slopes("abs", 0)).toEqual([0]);
    expect(Math.abs(slopes("abs", -0)[0]!)).toBe(0);
    expect(taylor("abs", [[0, 1, 0, 0]])).toEqual([0, 0, 0, 0]);
  });
  it.each([2, 0, -1e300, 5e-324])("a tie of max goes to the first, of min to the second: %d", (x) => {
    expect(slopes("max", x, x)).toEqual([1, 0]);
    expect(slopes("min", x, x)).toEqual([0, 1]);
    // So that max + min differentiates to a + b, to every order.
    const path = [
      [x, 3, 1],
      [x, 5, -2],
    ];
    const [most, least] = [taylor("max", path), taylor("min", path)];
    expect(most.map((value, k) => value + least[k]!).slice(1)).toEqual([8, -1]);
  });
  it("zeros of either sign tie", () => {
    expect(slopes("max", -0, 0)).toEqual([1, 0]);
    expect(slopes("min", 0, -0)).toEqual([0, 1]);
  });
  it("hypot has derivatives 0 at the origin", () => {
    for (const x of [0, -0]) for (const y of [0, -0]) expect(slopes("hypot", x, y)).toEqual([0, 0]);
  });
  it("atan2 is undefined at the origin", () => {
    expect(slopes("atan2", 0, 0)).toEqual([Number.NaN, Number.NaN]);
  });
  it.each([
    ["sqrt", 0, Infinity],
    ["cbrt", 0, Infinity],
    ["log", 0, Infinity],
    ["log2", 0, Infinity],
    ["log10", 0, Infinity],
    ["log1p", -1, Infinity],
    ["asin", 1, Infinity],
    ["asin", -1, Infinity],
    ["acos", 1, -Infinity],
    ["acos", -1, -Infinity],
    ["acosh", 1, Infinity],
    ["atanh", 1, Infinity],
    ["atanh", -1, Infinity],
    ["exp", 710, Infinity],
    ["expm1", 710, Infinity],
    ["sinh", -711, Infinity],
    ["cosh", -711, -Infinity],
  ] as const)(
    "%s(%d) has derivative %d, and a zero tangent or cotangent contributes exactly 0",
    (op, x, slope) => {
      expect(slopes(op, x)).toEqual([slope]);
      expect(forward(op, [x], [0])).toBe(0);
      expect(reverse(op, [x], 0)).toEqual([0]);
      expect(taylor(op, [[x, 0, 0, 0]]).slice(1)).toEqual([0, 0, 0]);
    },
  );
  it("roundings and sign have derivative 0 at their jumps, fround 1", () => {
    for (const op of ["sign", "floor", "ceil", "round", "trunc"] as const) {
      for (const x of [0, 1, 0.5, -0.5, -2]) expect(slopes(op, x)).toEqual([0]);
    }
    expect(slopes("fround", 0.1)).toEqual([1]);
  });
  it("a remainder has derivatives 1 and -trunc(a / b), at the jumps too", () => {
    expect(slopes("mod", 7, 3)).toEqual([1, -2]);
    expect(slopes("mod", 6, 3)).toEqual([1, -2]);
    expect(slopes("mod", -7, 3)).toEqual([1, 2]);
    expect(slopes("mod", 7, -3)).toEqual([1, 2]);
    // Just below the jump, where the quotient itself rounds up to 3.
    expect(0.8999999999999999 / 0.3).toBe(3);
    expect(slopes("mod", 0.8999999999999999, 0.3)).toEqual([1, -2]);
    expect(forward("mod", [1, 0], [1, 0])).toBe(1);
  });
  it("a quotient with denominator 0 contributes nothing to a zero cotangent", () => {
    expect(reverse("div", [1, 0], 0)).toEqual([0, 0]);
    expect(forward("div", [1, 0], [0, 0])).toBe(0);
    expect(slopes("div", 1, 0)).toEqual([Infinity, -Infinity]);
  });
  it("a gated product is 0, and changes with its gate alone, where that is 0", () => {
    expect(slopes("gate", 0, 3)).toEqual([3, 0]);
    expect(forward("gate", [0, Infinity], [0, 1])).toBe(0);
    expect(
      taylor("gate", [
        [0, 0],
        [Infinity, Infinity],
      ]),
    ).toEqual([0, 0]);
  });
});

describe("powers: bases and exponents of the case table", () => {
  const base = (x: number, y: number): number => forward("pow", [x, y], [1, 0]);
  const exponent = (x: number, y: number): number => forward("pow", [x, y], [0, 1]);
  const bases = [-2, -1, -0, 0, 1e-300, 1, 2, Infinity];
  const exponents = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 0.5 + 2 ** -53];

  it("a constant exponent never makes NaN of a base that has a power", () => {
    for (const x of bases) {
      for (const y of exponents) {
        if (Number.isNaN(x ** y)) continue;
        const [slope, cotangent] = [base(x, y), reverse("pow", [x, y], 1)[0]!];
        expect(slope, `${x} ** ${y}`).not.toBeNaN();
        expect(cotangent + 0).toBe(slope + 0);
        const series = taylor("pow", [
          [x, 1],
          [y, 0],
        ]);
        expect(series[1]! + 0).toBe(slope + 0);
        // y·x^(y-1), but 0 where the power is 1 for every base.
        expect(slope === (y === 0 ? 0 : y * x ** (y - 1)), `${x} ** ${y}`).toBe(true);
      }
    }
  });
  it("base 0: the exponent has derivative 0 where it is positive, none that is finite elsewhere", () => {
    for (const x of [0, -0]) {
      for (const y of exponents.filter((one) => one > 0)) expect(exponent(x, y), `${x} ** ${y}`).toBe(0);
    }
    expect(exponent(0, 0)).toBe(-Infinity);
    expect(exponent(0, -1)).toBe(-Infinity);
  });
  it("a positive base: v log x, 0 where the value vanishes", () => {
    expect(exponent(2, 3)).toBe(8 * Math.log(2));
    expect(exponent(1, 3)).toBe(0);
    expect(exponent(1e-300, 3)).toBe(0);
    expect(exponent(Infinity, -1)).toBe(0);
    expect(exponent(Infinity, 1)).toBe(Infinity);
  });
  it("a negative base has none for its exponent", () => {
    for (const y of [-2, -1, 0, 1, 3]) expect(exponent(-2, y), `-2 ** ${y}`).toBeNaN();
    expect(exponent(-1e-300, 2)).toBeNaN();
  });
  it("a zero tangent or cotangent contributes exactly 0", () => {
    for (const x of bases) {
      for (const y of exponents) {
        if (Number.isNaN(x ** y)) continue;
        expect(forward("pow", [x, y], [0, 0]), `${x} ** ${y}`).toBe(0);
        expect(reverse("pow", [x, y], 0), `${x} ** ${y}`).toEqual([0, 0]);
      }
    }
  });
  it("mixed second derivatives at exponent 0", () => {
    // (x + s)^t = 1 + t log x + s t / x + …
    expect(
      taylor("pow", [
        [4, 1, 0],
        [0, 1, 0],
      ])[2],
    ).toBeCloseTo(1 / 4 + Math.log(4) ** 2 / 2, 15);
  });
});

describe("values at the edges are those of JavaScript, whatever the target", () => {
  it.each<[Opcode, number[], number]>([
    ["round", [-0.5], -0],
    ["round", [0.5], 1],
    ["round", [-2.5], -2],
    ["round", [0.49999999999999994], 0],
    ["ceil", [-0.5], -0],
    ["trunc", [-0.5], -0],
    ["floor", [-0], -0],
    ["sign", [-0], -0],
    ["sign", [-Infinity], -1],
    ["abs", [-0], 0],
    ["neg", [0], -0],
    ["sqrt", [-0], -0],
    ["sqrt", [-1], Number.NaN],
    ["cbrt", [-0], -0],
    ["exp", [-Infinity], 0],
    ["exp", [710], Infinity],
    ["expm1", [-0], -0],
    ["log", [0], -Infinity],
    ["log", [-0], -Infinity],
    ["log", [-1], Number.NaN],
    ["log1p", [-1], -Infinity],
    ["asin", [1 + 2 ** -52], Number.NaN],
    ["acosh", [0.5], Number.NaN],
    ["atanh", [1], Infinity],
    ["tanh", [22], 1],
    ["tanh", [-Infinity], -1],
    ["fround", [1e40], Infinity],
    ["max", [-0, 0], 0],
    ["max", [Number.NaN, 1], Number.NaN],
    ["min", [0, -0], -0],
    ["min", [1, Number.NaN], Number.NaN],
    ["pow", [1, Number.NaN], Number.NaN],
    ["pow", [1, Infinity], Number.NaN],
    ["pow", [-1, Infinity], Number.NaN],
    ["pow", [Number.NaN, 0], 1],
    ["pow", [-8, 1 / 3], Number.NaN],
    ["pow", [-0, -3], -Infinity],
    ["mod", [-6, 3], -0],
    ["mod", [5, Infinity], 5],
    ["mod", [5, 0], Number.NaN],
    ["atan2", [0, -0], Math.PI],
    ["atan2", [-0, 0], -0],
    ["hypot", [Number.NaN, Infinity], Infinity],
    ["hypot", [1e200, 1e200], Math.SQRT2 * 1e200],
    ["hypot", [-0, 0], 0],
    ["div", [1, -0], -Infinity],
    ["gate", [0, Number.NaN], 0],
    ["gate", [-0, Infinity], 0],
    ["gate", [Infinity, 0], 0],
    ["gate", [Number.NaN, -0], 0],
    ["gate", [2, Infinity], Infinity],
  ])("%s(%j) = %d", (op, at, value) => {
    expect(valueAt(op, at)).toBe(value);
  });

  it("NaN in, NaN out", () => {
    for (const op of opcodes) {
      const at = primitives[op].arity === 1 ? [Number.NaN] : [Number.NaN, 1];
      expect(valueAt(op, at), op).toBeNaN();
    }
  });
});
