/**
 * THE table of primitive functions: value, derivative, conventions, cost, points of test. Forward mode, reverse mode
 * and Taylor mode are all derived from `partials`, one line of mathematics per argument, in the arguments x, y and the
 * result v. Values have the meaning of JavaScript's Math.
 *
 * Conventions at kinks are those of the language contract; they are stated in each row and printed by
 * `odegrad list functions`.
 */

import * as build from "./build.ts";
import { add, div, mul, neg, number, one, pow, sqrt, sub, zero } from "./build.ts";
import type { Expr } from "./nodes.ts";
import type { UnaryOpcode } from "./opcode.ts";
import type { Binary, Facts, Table, Unary } from "./primitive.ts";

const apply = (op: UnaryOpcode, x: Expr): Expr => build.primitive(op, [x]);
const adjacent = (x: Expr, y: Expr): Expr => build.primitive("adjacent", [x, y]);
const opposite = (x: Expr, y: Expr): Expr => build.primitive("opposite", [x, y]);
const radius = (x: Expr, y: Expr): Expr => build.primitive("radius", [x, y]);
const hypotenuse = (...args: readonly Expr[]): Expr => build.primitive("hypot", args);
const isZero = (x: Expr) => build.compare("eq", x, zero);

const ecma = "ECMAScript 2024, 21.3.2";

/** Costs in units of one addition, as measured in V8 and glibc. */
const cheap = 1;
const division = 4;
const root = 5;
const transcendental = 16;

type Settings = Partial<Pick<Facts, "kind" | "convention" | "companion" | "written" | "cost" | "source">> & {
  singular?: boolean;
};

/** A function of one argument that is smooth where it is defined. */
function unary(
  value: (x: number) => number,
  partial: (x: Expr, v: Expr) => Expr,
  points: readonly number[],
  settings: Settings = {},
): Unary {
  const { kind = "smooth", cost = transcendental, source = ecma, singular = false, ...rest } = settings;
  return {
    arity: 1,
    value,
    partials: (x, v) => [partial(x, v)],
    points: points.map((x) => [x]),
    kind,
    cost,
    source,
    singular: [singular],
    ...rest,
  };
}

function binary(
  value: (x: number, y: number) => number,
  partials: (x: Expr, y: Expr, v: Expr) => readonly [Expr, Expr],
  points: readonly (readonly [number, number])[],
  settings: Omit<Settings, "singular"> & { singular?: readonly [boolean, boolean] } = {},
): Binary {
  const {
    kind = "smooth",
    cost = transcendental,
    source = ecma,
    singular = [false, false],
    ...rest
  } = settings;
  return { arity: 2, value, partials, points, kind, cost, source, singular, ...rest };
}

/** Whole-number and step functions: their derivative is 0 wherever they have one, and 0 by convention at a jump. */
const flat = (value: (x: number) => number): Unary =>
  unary(value, () => zero, [-2.7, -0.4, 0.3, 1.6, 1e9 + 0.5], {
    kind: "zero",
    cost: cheap,
    convention: "derivative 0, at jumps too",
  });

const line = [-1e300, -1e150, -3.7, -1, -0.2, -1e-9, 1e-160, 1e-9, 0.3, 1, 2.5, 40, 1e150];
const moderate = [-20, -3.7, -1, -0.2, -1e-9, 1e-160, 1e-9, 0.3, 1, 2.5, 20];
const positive = [1e-300, 1e-160, 1e-9, 0.2, 0.999, 1, 1.5, 10, 1e160];
const inner = [-1 + 2 ** -53, -0.999, -0.7, -0.2, -1e-9, 1e-160, 1e-9, 0.3, 0.5, 0.95, 1 - 2 ** -53];
const pairs: readonly (readonly [number, number])[] = [
  [0.3, 2.5],
  [-1.7, 0.4],
  [3, -2.2],
  [-0.6, -1.1],
  [1e-9, 4],
  [250, 1e-3],
  [1e200, -1e180],
  [-1e-200, 1e-190],
];

export const primitives: Table = {
  neg: unary(
    (x) => -x,
    () => number(-1),
    line,
    { kind: "linear", cost: cheap },
  ),
  abs: unary(Math.abs, (x) => apply("sign", x), line, {
    kind: "kinked",
    cost: cheap,
    convention: "derivative 0 at 0",
  }),
  sign: flat(Math.sign),
  sqrt: unary(Math.sqrt, (_x, v) => div(number(0.5), v), positive, {
    cost: root,
    singular: true,
    convention: "derivative +Infinity at 0; a zero tangent or cotangent contributes 0",
  }),
  cbrt: unary(
    Math.cbrt,
    (_x, v) => div(one, mul(number(3), mul(v, v))),
    [-8, -0.2, -5e-324, 1e-300, 1e-9, 0.7, 27, 1e150, 1e300],
    {
      singular: true,
      convention: "derivative +Infinity at 0; a zero tangent or cotangent contributes 0",
    },
  ),
  // Gated, as it overflows at finite arguments: a saturated sigmoid is a zero cotangent that meets exp(1000).
  exp: unary(Math.exp, (_x, v) => v, [...moderate, -700, 700], {
    singular: true,
    convention: "derivative +Infinity where the value overflows; a zero tangent or cotangent contributes 0",
  }),
  // Not v + 1, which cancels for negative x.
  expm1: unary(Math.expm1, (x) => apply("exp", x), [...moderate, -40, 700], {
    singular: true,
    companion: "exp",
    convention: "derivative +Infinity where the value overflows; a zero tangent or cotangent contributes 0",
  }),
  log: unary(Math.log, (x) => div(one, x), positive, {
    singular: true,
    convention: "derivative +Infinity at 0",
  }),
  log1p: unary(
    Math.log1p,
    (x) => div(one, add(one, x)),
    [-1 + 2 ** -53, -0.999, -0.4, -1e-9, 1e-160, 0.3, 5, 1e9, 1e300],
    {
      singular: true,
      convention: "derivative +Infinity at -1",
    },
  ),
  log2: unary(Math.log2, (x) => div(number(Math.LOG2E), x), positive, {
    singular: true,
    convention: "derivative +Infinity at 0",
  }),
  log10: unary(Math.log10, (x) => div(number(Math.LOG10E), x), positive, {
    singular: true,
    convention: "derivative +Infinity at 0",
  }),
  sin: unary(Math.sin, (x) => apply("cos", x), moderate, { companion: "cos" }),
  cos: unary(Math.cos, (x) => neg(apply("sin", x)), moderate, { companion: "sin" }),
  tan: unary(Math.tan, (_x, v) => add(one, mul(v, v)), [-1.4, -0.5, 1e-9, 0.3, 1.2, 4]),
  asin: unary(Math.asin, (x) => div(one, sqrt(apply("cosquare", x))), inner, {
    singular: true,
    convention: "derivative +Infinity at -1 and 1",
  }),
  acos: unary(Math.acos, (x) => neg(div(one, sqrt(apply("cosquare", x)))), inner, {
    singular: true,
    convention: "derivative -Infinity at -1 and 1",
  }),
  // No gate, which would take a product by the reciprocal for the quotient.
  atan: unary(
    Math.atan,
    (x) => {
      const under = add(one, mul(x, x));
      return build.select(build.compare("eq", under, number(Infinity)), zero, div(one, under));
    },
    [-1e150, -40, -1, -1e-9, 0.3, 1, 7, 1e9],
  ),
  sinh: unary(Math.sinh, (x) => apply("cosh", x), [...moderate, -700], {
    singular: true,
    companion: "cosh",
    convention: "infinite derivative where it overflows; a zero tangent or cotangent contributes 0",
  }),
  cosh: unary(Math.cosh, (x) => apply("sinh", x), [...moderate, -700], {
    singular: true,
    companion: "sinh",
    convention: "infinite derivative where it overflows; a zero tangent or cotangent contributes 0",
  }),
  tanh: unary(
    Math.tanh,
    (_x, v) => sub(one, mul(v, v)),
    [-400, -22, -3, -0.5, -1e-9, 1e-300, 1e-160, 0.3, 1, 5, 19.1, 22],
  ),
  // The radius of (1, x) does not overflow where 1 + x² does.
  asinh: unary(Math.asinh, (x) => div(one, radius(one, x)), [-1e160, -3, -1e-9, 1e-160, 0.4, 2, 1e9, 1e160]),
  // Two roots: the product would overflow, and has a root below -1 too.
  acosh: unary(
    Math.acosh,
    (x) => div(one, mul(sqrt(sub(x, one)), sqrt(add(x, one)))),
    [1 + 2 ** -52, 1.001, 1.5, 3, 40, 1e9, 1e160],
    { singular: true, convention: "derivative +Infinity at 1" },
  ),
  atanh: unary(Math.atanh, (x) => div(one, apply("cosquare", x)), inner, {
    singular: true,
    convention: "derivative +Infinity at -1 and 1",
  }),
  // The value says all of the slope: nothing else need be kept, and nothing is divided again.
  softsign: unary(
    (x) => x / (1 + Math.abs(x)),
    (_x, v) => {
      const rest = sub(one, apply("abs", v));
      return mul(rest, rest);
    },
    moderate,
    { cost: division, source: "IEEE 754", written: (x) => div(x!, add(one, apply("abs", x!))) },
  ),
  floor: flat(Math.floor),
  ceil: flat(Math.ceil),
  round: flat(Math.round),
  trunc: flat(Math.trunc),
  fround: unary(Math.fround, () => one, [0.5, -2, 3], {
    kind: "linear",
    cost: cheap,
    convention: "derivative 1",
  }),
  // Keeps its digits where 1 - x² has lost them.
  cosquare: unary(
    (x) => (1 - x) * (1 + x),
    (x) => mul(number(-2), x),
    inner,
    {
      cost: cheap,
      source: "IEEE 754",
      written: (x) => mul(sub(one, x!), add(one, x!)),
    },
  ),
  stop: unary(
    (x) => x,
    () => zero,
    [-2.7, 0, 0.3, 1e9],
    { kind: "zero", cost: cheap, convention: "derivative 0 of every order, as asked for by stopGradient" },
  ),

  add: binary(
    (x, y) => x + y,
    () => [one, one],
    pairs,
    { kind: "linear", cost: cheap, source: "IEEE 754" },
  ),
  sub: binary(
    (x, y) => x - y,
    () => [one, number(-1)],
    pairs,
    { kind: "linear", cost: cheap, source: "IEEE 754" },
  ),
  mul: binary(
    (x, y) => x * y,
    (x, y) => [y, x],
    pairs,
    { kind: "bilinear", cost: cheap, source: "IEEE 754" },
  ),
  div: binary(
    (x, y) => x / y,
    (_x, y, v) => [div(one, y), neg(div(v, y))],
    pairs,
    {
      cost: division,
      source: "IEEE 754",
      singular: [true, true],
      convention: "infinite or undefined at denominator 0; a zero tangent or cotangent contributes 0",
    },
  ),
  mod: binary(
    (x, y) => x % y,
    // (x - v) / y is a whole number up to rounding; trunc(x / y) is one too many where x / y rounds up to the next.
    (x, y, v) => [one, neg(apply("round", div(sub(x, v), y)))],
    [
      [5.3, 2],
      [-5.3, 2],
      [5.3, -2],
      [0.7, 3],
      [3 - 2 ** -51, 1],
      [0.8999999999999999, 0.3],
    ],
    { kind: "kinked", convention: "derivatives 1 and -trunc(a / b), at jumps too", singular: [false, true] },
  ),
  pow: binary(
    (x, y) => x ** y,
    (x, y, v) => [
      // Gated, as x⁰ is 1 at x = 0 too; not chosen by a test of y, whose own derivative would then be lost at 0.
      build.gate(y, pow(x, sub(y, one))),
      // 0^y is 0 around every y > 0, Infinity^y around every y < 0; a negative base has no derivative for its exponent.
      build.select(build.and(isZero(v), build.compare("ge", x, zero)), zero, mul(v, apply("log", x))),
    ],
    [
      [2, 3],
      [0.3, 2.5],
      [1.7, -1.5],
      [4, 0.5],
      [9, -2],
      [1e-3, 0.3],
      [0.5, 10],
      [3.7, 0],
      [1e-160, 2],
      [1e-300, 0.3],
      [1 + 2 ** -52, 1e10],
    ],
    {
      cost: 2 * transcendental,
      singular: [true, true],
      convention:
        "for the base y·x^(y-1), 0 for exponent 0; for the exponent v·log(x), 0 at base 0 for positive exponents, NaN for a negative base",
    },
  ),
  atan2: binary(
    Math.atan2,
    (x, y) => [div(div(y, radius(x, y)), radius(x, y)), neg(div(div(x, radius(x, y)), radius(x, y)))],
    pairs,
    { singular: [true, true], convention: "NaN at (0, 0)" },
  ),
  hypot: binary(
    Math.hypot,
    (x, y, v) => [
      build.select(isZero(v), zero, adjacent(x, y)),
      build.select(isZero(v), zero, opposite(x, y)),
    ],
    pairs,
    { kind: "kinked", convention: "derivatives 0 at (0, 0)" },
  ),
  // Smooth for who uses it: asinh keeps away from (0, 0), and atan2 has no derivative there itself.
  radius: binary(Math.hypot, (x, y) => [adjacent(x, y), opposite(x, y)], pairs, {
    singular: [true, true],
    convention: "NaN at (0, 0); a zero tangent or cotangent contributes 0",
    written: hypotenuse,
  }),
  adjacent: binary(
    (x, y) => x / Math.hypot(x, y),
    (x, y, v) => [
      div(mul(opposite(x, y), opposite(x, y)), radius(x, y)),
      neg(div(mul(v, opposite(x, y)), radius(x, y))),
    ],
    pairs,
    {
      singular: [true, true],
      convention: "NaN at (0, 0); a zero tangent or cotangent contributes 0",
      written: (x, y) => div(x!, hypotenuse(x!, y!)),
    },
  ),
  opposite: binary(
    (x, y) => y / Math.hypot(x, y),
    (x, y, v) => [
      neg(div(mul(v, adjacent(x, y)), radius(x, y))),
      div(mul(adjacent(x, y), adjacent(x, y)), radius(x, y)),
    ],
    pairs,
    {
      singular: [true, true],
      convention: "NaN at (0, 0); a zero tangent or cotangent contributes 0",
      written: (x, y) => div(y!, hypotenuse(x!, y!)),
    },
  ),
  min: binary(
    Math.min,
    (x, y) => {
      const first = build.compare("lt", x, y);
      return [build.select(first, one, zero), build.select(first, zero, one)];
    },
    pairs,
    { kind: "kinked", cost: cheap, convention: "at a tie the second argument has the whole derivative" },
  ),
  max: binary(
    Math.max,
    (x, y) => {
      const first = build.compare("ge", x, y);
      return [build.select(first, one, zero), build.select(first, zero, one)];
    },
    pairs,
    { kind: "kinked", cost: cheap, convention: "at a tie the first argument has the whole derivative" },
  ),
  gate: binary(
    (c, p) => {
      const product = c * p;
      return Number.isNaN(product) && (c === 0 || p === 0) ? 0 : product;
    },
    (c, p) => [p, c],
    pairs,
    {
      kind: "bilinear",
      cost: cheap,
      source: "language contract, conventions at kinks",
      singular: [true, true],
      convention: "exactly 0 where either factor is 0",
    },
  ),
};
