/**
 * Stable functions far from where they bend: what is saturated contributes exactly 0 and never NaN, what is not taken
 * contributes nothing; forward, reverse and forward over reverse.
 */

import { describe, expect, it } from "vitest";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import * as build from "../../compiler/ir/build.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Expr, Fn } from "../../compiler/ir/nodes.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";

const context = { arrays: [], functions: [] };
const apply = (op: Opcode, ...args: Expr[]): Expr => build.primitive(op, args);
const { add, div, mul, neg, number, one, sub, zero } = build;

function functionOf(value: (x: Expr) => Expr): Fn {
  return {
    name: "f",
    parameters: [
      { kind: "array", name: "x", element: "real", shape: [], access: "in" },
      { kind: "array", name: "y", element: "real", shape: [], access: "out" },
    ],
    body: [build.store("y", [], value(build.read("x")))],
  };
}

/** Value, derivative in both modes, second derivative by forward over reverse. */
function derivatives(value: (x: Expr) => Expr, at: number) {
  const fn = functionOf(value);
  const run = (one: Fn, ...args: number[]): Float64Array[] => {
    const given = args.map((word) => Float64Array.of(word));
    evaluate({ arrays: [], functions: [one] }, one.name, given);
    return given;
  };
  const wrt = new Set(["x"]);
  const pull = vjp(fn, wrt, context);
  // The vjp adds to x_bar; as a function of x it is y_bar, x -> x_bar, with x_bar cleared first.
  const gradient: Fn = {
    ...pull,
    name: "g",
    parameters: pull.parameters.map((one) =>
      one.name === "x_bar" ? { ...one, access: "out" as const } : one,
    ),
    body: [build.store("x_bar", [], zero), ...pull.body],
  };
  return {
    value: run(fn, at, 0)[1]![0]!,
    forward: run(jvp(fn, wrt, context), at, 1, 0)[2]![0]!,
    reverse: run(pull, at, 1, 0)[2]![0]!,
    second: run(jvp(gradient, wrt, context), at, 1, 1, 0)[3]![0]!,
  };
}

const positive = (x: Expr) => build.compare("gt", x, zero);
/** As people write it, and as the library does: with exponentials of negative numbers alone. */
const plainSigmoid = (x: Expr): Expr => div(one, add(one, apply("exp", neg(x))));
const sigmoid = (x: Expr): Expr =>
  build.select(positive(x), plainSigmoid(x), div(apply("exp", x), add(one, apply("exp", x))));
const softplus = (x: Expr): Expr =>
  add(apply("max", x, zero), apply("log1p", apply("exp", neg(apply("abs", x)))));
const far = [40, 710, 750, 1e4];

describe.each(far)("at a distance of %d", (x) => {
  it.each<[string, (x: Expr) => Expr]>([
    ["sigmoid", sigmoid],
    ["sigmoid whose exponential overflows", plainSigmoid],
    ["tanh", (at) => apply("tanh", at)],
    ["tanh by exponentials", (at) => sub(mul(number(2), sigmoid(mul(number(2), at))), one)],
    [
      "min(exp(x), 1e6) and max(-exp(-x), -1e6)",
      (at) =>
        add(
          apply("min", apply("exp", at), number(1e6)),
          apply("max", neg(apply("exp", neg(at))), number(-1e6)),
        ),
    ],
  ])("%s is flat on both sides", (_name, value) => {
    for (const at of [x, -x]) {
      const found = derivatives(value, at);
      expect(Math.abs(found.forward)).toBeLessThanOrEqual(Math.exp(-Math.min(x, 700)) * 2);
      expect(Math.abs(found.reverse)).toBeLessThanOrEqual(Math.exp(-Math.min(x, 700)) * 2);
      expect(Math.abs(found.second)).toBeLessThanOrEqual(Math.exp(-Math.min(x, 700)) * 2);
    }
  });

  it("softplus is 0 on the left and the identity on the right", () => {
    const [left, right] = [derivatives(softplus, -x), derivatives(softplus, x)];
    expect(right.value).toBe(x);
    expect(right.forward).toBeCloseTo(1, 15);
    expect(right.reverse).toBeCloseTo(1, 15);
    expect(Math.abs(right.second)).toBeLessThanOrEqual(1e-16);
    expect(left.forward).toBeCloseTo(0, 15);
    expect(left.reverse).toBeCloseTo(0, 15);
    expect(Math.abs(left.second)).toBeLessThanOrEqual(1e-16);
  });
});

const exp = (x: Expr): Expr => apply("exp", x);
const power = (x: Expr, y: number): Expr => apply("pow", x, number(y));

describe("a slope of exactly 0 meets what has overflowed", () => {
  /** Of value, forward, reverse, forward over reverse: no NaN, and flat. */
  const flat = (value: (x: Expr) => Expr, at: number) => {
    const { value: _, ...slopes } = derivatives(value, at);
    expect(Object.values(slopes).map((slope) => slope + 0)).toEqual([0, 0, 0]);
  };
  it.each<[string, (x: Expr) => Expr]>([
    ["1 / (1 + exp(x))", (x) => div(one, add(one, exp(x)))],
    ["(1 + exp(x)) ** -2", (x) => power(add(one, exp(x)), -2)],
    ["1 / cosh(x)", (x) => div(one, apply("cosh", x))],
    ["exp(-exp(x))", (x) => exp(neg(exp(x)))],
    ["expm1(-exp(x))", (x) => apply("expm1", neg(exp(x)))],
    ["x / expm1(x)", (x) => div(x, apply("expm1", x))],
    ["atan(exp(x))", (x) => apply("atan", exp(x))],
    ["atan2(1, exp(x))", (x) => apply("atan2", one, exp(x))],
    ["exp(-(x ** 120))", (x) => exp(neg(power(x, 120)))],
    ["1 / (1 + x ** 120)", (x) => div(one, add(one, power(x, 120)))],
    ["0.5 ** exp(x)", (x) => apply("pow", number(0.5), exp(x))],
    ["3 % exp(x)", (x) => apply("mod", number(3), exp(x))],
    ["sqrt(exp(-x))", (x) => apply("sqrt", exp(neg(x)))],
    ["cbrt(exp(-x))", (x) => apply("cbrt", exp(neg(x)))],
    ["exp(-x) ** 0.5", (x) => power(exp(neg(x)), 0.5)],
    ["acos(1 - exp(-x))", (x) => apply("acos", sub(one, exp(neg(x))))],
  ])("%s", (_name, value) => {
    for (const at of [760, 877, 1e4]) flat(value, at);
  });

  it("1 / (1 + exp(1000 x)), where the tangent overflows before the exponential does", () => {
    const steep = (x: Expr) => div(one, add(one, exp(mul(number(1000), x))));
    for (let at = 0.69; at < 0.72; at += 1e-4) {
      const { forward, reverse, second } = derivatives(steep, at);
      for (const slope of [forward, reverse, second]) expect(Math.abs(slope)).toBeLessThan(1e-290);
    }
  });

  it("a numerator that is 0 leaves the mixed second derivative of a quotient", () => {
    // (x / (1 + x))'' = -2 / (1 + x)³.
    expect(derivatives((x) => div(x, add(one, x)), 0).second).toBe(-2);
  });

  it("an infinite factor of a slope that is not 0 is infinite, and NaN stays NaN", () => {
    expect(derivatives(exp, 710).forward).toBe(Infinity);
    expect(derivatives((x) => div(exp(x), add(one, exp(x))), 710).forward).toBeNaN();
  });
});

describe("guards", () => {
  it.each<[string, (x: Expr) => Expr]>([
    ["sqrt", (x) => apply("sqrt", x)],
    ["log", (x) => apply("log", x)],
    ["1 / x", (x) => div(one, x)],
    ["x ** -0.5", (x) => apply("pow", x, number(-0.5))],
    ["sin(x) / x", (x) => div(apply("sin", x), x)],
    ["hypot by squares", (x) => apply("sqrt", mul(x, x))],
  ])("x > 0 ? %s : 3 has derivative 0 at 0 and below", (_name, value) => {
    for (const at of [0, -0, -1]) {
      const found = derivatives((x) => build.select(positive(x), value(x), number(3)), at);
      expect(found).toEqual({ value: 3, forward: 0, reverse: 0, second: 0 });
    }
  });

  it("sqrt of an exponential, through the subnormal numbers", () => {
    const root = (x: Expr) => apply("sqrt", apply("exp", x));
    for (let at = -700; at > -745; at -= 1) {
      const { value, forward, reverse } = derivatives(root, at);
      expect(Math.abs(forward - value / 2)).toBeLessThanOrEqual(1e-15 * value);
      expect(Math.abs(reverse - value / 2)).toBeLessThanOrEqual(1e-15 * value);
    }
  });

  it("sqrt of an exponential that is 0 leaves a zero cotangent alone", () => {
    const unused = (x: Expr) =>
      mul(apply("min", x, number(0)), apply("max", apply("sqrt", apply("exp", x)), one));
    for (let at = -700; at >= -900; at -= 10) {
      const { forward, reverse, second } = derivatives(unused, at);
      expect([forward, reverse, second + 0]).toEqual([1, 1, 0]);
    }
  });
});
