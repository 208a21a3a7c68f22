/**
 * Every smooth function under operators of operators: accepted, and with the derivatives that its Taylor series has. What
 * bends is refused, whoever wrote it.
 */

import { describe, expect, it } from "vitest";
import { taylor } from "../../compiler/differentiate/series.ts";
import { binary, unary } from "../../compiler/frontend/mathematics.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { near, outputsOf } from "../support/operator-outputs.ts";

/** Operators of u = f(x₀), and of v = (f(x₀), 0), by the order of the derivative of f that each is. */
const nestings: readonly (readonly [order: number, expression: string])[] = [
  [1, "gradient(u)(x, p)[0]"],
  [1, "divergence(v)(x, p)"],
  [2, "hessian(u)(x, p)[0][0]"],
  [2, "laplacian(u)(x, p)"],
  [2, "divergence(gradient(u))(x, p)"],
  [2, "jacobian(gradient(u))(x, p)[0][0]"],
  [2, "vjp(gradient(u))(x, p, [1, 0])[0]"],
  [2, "gradient(divergence(v))(x, p)[0]"],
  [2, "gradient(jvp(u))(x, p, [1, 0])[0]"],
  [3, "laplacian(gradient(u))(x, p)[0]"],
  [3, "laplacian(jvp(u))(x, p, [1, 0])"],
  [3, "laplacian(vjp(v))(x, p, [1, 0])[0]"],
  [3, "laplacian(divergence(v))(x, p)"],
  [3, "laplacian(jacobian(v))(x, p)[0][0]"],
  [3, "directional(2)(gradient(u))(x, p, [1, 0])[0]"],
  [3, "hessian(divergence(v))(x, p)[0][0]"],
  [3, "hvp(divergence(v))(x, p, [1, 0])[0]"],
  [3, "weightedLaplacian([[1], [0]])(gradient(u))(x, p)[0]"],
  [3, "linearOperator([{ c: 1, alpha: [2, 0] }])(gradient(u))(x, p)[0]"],
  [3, 'stochastic("laplacian", { samples: 2, distribution: "coordinate", seed: 1 })(gradient(u))(x, p)[0]'],
  [3, "gradient(laplacian(u))(x, p)[0]"],
  [4, "laplacian(laplacian(u))(x, p)"],
  [4, "laplacian(hessian(u))(x, p)[0][0]"],
  [4, "laplacian(hvp(u))(x, p, [1, 0])[0]"],
  [4, "biharmonic(u)(x, p)"],
  [4, "directional(3)(gradient(u))(x, p, [1, 0])[0]"],
  [4, "hessian(directional(2)(u))(x, p, [1, 0])[0][0]"],
];

/** The derivatives of a function along its first argument. */
const derivatives = (series: (x: readonly number[]) => readonly number[], at: number): number[] => {
  let factor = 1;
  return series([at, 1, 0, 0, 0]).map((coefficient, order) => {
    factor *= Math.max(1, order);
    return factor * coefficient;
  });
};

const still = (value: number): number[] => [value, 0, 0, 0, 0];

interface Case {
  readonly text: string;
  readonly at: number;
  readonly truth: readonly number[];
}

/** Where every smooth function has all derivatives. */
const placeOf = (op: Opcode): number => (op === "acosh" ? 1.6 : 0.4);
const isSmooth = (op: Opcode): boolean => primitives[op].kind === "smooth";

const cases: Case[] = [
  ...[...unary].flatMap(([name, op]): Case[] => {
    const at = placeOf(op);
    const truth = derivatives((x) => taylor(op, [x]), at);
    return isSmooth(op) ? [{ text: `Math.${name}(x[0])`, at, truth }] : [];
  }),
  ...(
    [
      ["Math.atan2(x[0], 0.7)", "atan2", 0.7],
      ["Math.pow(x[0], 2.5)", "pow", 2.5],
      ["x[0] ** 6", "pow", 6],
      ["x[0] / 0.7", "div", 0.7],
      ["x[0] * 0.7", "mul", 0.7],
    ] as const
  ).map(([text, op, y]) => ({ text, at: 0.4, truth: derivatives((x) => taylor(op, [x, still(y)]), 0.4) })),
  ...(
    [
      ["Math.atan2(0.7, x[0])", "atan2", 0.7],
      ["1.3 ** x[0]", "pow", 1.3],
      ["0.7 / x[0]", "div", 0.7],
    ] as const
  ).map(([text, op, y]) => ({ text, at: 0.4, truth: derivatives((x) => taylor(op, [still(y), x]), 0.4) })),
  {
    text: "Math.atan2(x[0], x[0] * x[0])",
    at: 0.4,
    truth: derivatives((x) => taylor("atan2", [x, taylor("mul", [x, x])]), 0.4),
  },
  { text: "x[0] ** x[0]", at: 0.4, truth: derivatives((x) => taylor("pow", [x, x]), 0.4) },
  // A root that never comes near 0.
  {
    text: "Math.hypot(x[0], 0.7)",
    at: 0.4,
    truth: derivatives((x) => taylor("hypot", [x, still(0.7)]), 0.4),
  },
  { text: "Math.hypot(1, x[0])", at: 0.4, truth: derivatives((x) => taylor("hypot", [still(1), x]), 0.4) },
];

const moduleOf = (text: string): string => `const u = (x: V, p: P) => ${text};
const v = (x: V, p: P) => [${text}, 0];`;

const outputs = Object.fromEntries(nestings.map(([, expression], i) => [`n${i}`, expression]));

it("every smooth function of two arguments is among them", () => {
  const named = cases.map(({ text }) => text).join();
  for (const [name, op] of binary) if (isSmooth(op)) expect(named).toContain(`Math.${name}`);
});

describe.each(cases)("of $text", ({ text, at, truth }) => {
  it("operators of operators are derivatives of the sum of their orders", () => {
    const found = outputsOf(moduleOf(text), outputs, { x: [at, 0.3] });
    nestings.forEach(([order], i) => {
      near(found[`n${i}`], [truth[order]!], 1e-12);
    });
  });
});

describe("at either end of the number range", () => {
  const third = (text: string, x: readonly number[]): Record<string, number[]> =>
    outputsOf(
      `const u = (x: V, p: P) => ${text};`,
      {
        first: "gradient(u)(x, p)[0]",
        second: "hessian(u)(x, p)[0][0]",
        third: "directional(2)(gradient(u))(x, p, [1, 0])[0]",
      },
      { x },
    );

  it("asinh goes as the logarithm of large arguments, whose square overflows", () => {
    for (const x of [1e200, -1e160, 1e90, -1e20]) {
      const found = third("Math.asinh(x[0])", [x, 0]);
      near(found["first"], [1 / Math.abs(x)], 4e-16);
      // -x / |x|³ and 2 / |x|³, where they are no smaller than what there is.
      expect(Math.abs(found["second"]![0]! + Math.sign(x) / Math.abs(x) / Math.abs(x))).toBeLessThanOrEqual(
        1e-15 / Math.abs(x) / Math.abs(x),
      );
      expect(Math.abs(found["third"]![0]! - 2 / Math.abs(x) / x / x)).toBeLessThanOrEqual(
        3e-15 / Math.abs(x) / x / x,
      );
    }
  });

  it("asinh goes as its argument where that is small", () => {
    for (const x of [1e-200, -1e-160, 1e-30]) {
      const found = third("Math.asinh(x[0])", [x, 0]);
      expect(found["first"]).toEqual([1]);
      near(found["second"], [-x], 4e-16);
      near(found["third"], [-1], 4e-16);
    }
  });

  it("derivatives of atan2 go as the powers of the distance", () => {
    const near0 = third("Math.atan2(x[0], x[1])", [0.3, -1.7]);
    for (const exponent of [-300, -100, 100, 300, 900, -900]) {
      const found = third("Math.atan2(x[0], x[1])", [0.3 * 2 ** exponent, -1.7 * 2 ** exponent]);
      ["first", "second", "third"].forEach((name, k) => {
        const truth = near0[name]![0]! * 2 ** (-exponent * (k + 1));
        if (Math.abs(truth) > 1e-290 && Math.abs(truth) < 1e290) near(found[name], [truth], 1e-15);
      });
    }
  });
});

describe("what bends is refused under what needs second derivatives", () => {
  const refused = (text: string, operator: string, name: string): void =>
    expect(() => outputsOf(moduleOf(text), { it: operator }, { x: [0.4, 0.3] })).toThrow(
      `\`${name}\` has none where it bends`,
    );

  it.each([
    ["Math.abs(x[0])", "Math.abs"],
    ["Math.max(x[0], 0)", "Math.max"],
    ["Math.min(x[0], 1)", "Math.min"],
    ["Math.hypot(x[0], x[1])", "Math.hypot"],
    ["Math.hypot(x[0], 0)", "Math.hypot"],
    ["Math.hypot(x[0], p.a)", "Math.hypot"],
  ])("%s", (text, name) => {
    for (const operator of ["laplacian(u)(x, p)", "hessian(u)(x, p)[0][0]"]) refused(text, operator, name);
  });

  it("hypot under an operator of an operator too, beside functions whose derivatives have one", () => {
    const text = "Math.asinh(x[0]) + Math.atan2(x[0], 2) + Math.hypot(x[0], x[1])";
    refused(text, "laplacian(gradient(u))(x, p)[0]", "Math.hypot");
    refused(text, "laplacian(laplacian(u))(x, p)", "Math.hypot");
  });
});
