/** The part of the primitives table that is roots, powers, exponentials and logarithms. */

import * as build from "../build.ts";
import type { Expr } from "../nodes.ts";
import type { Table } from "../primitive.ts";

const { add, and, compare, div, gate, mul, number, one, pow, primitive, select, sub, zero } = build;
const log = (x: Expr): Expr => primitive("log", [x]);

export const powers: Pick<
  Table,
  "sqrt" | "cbrt" | "pow" | "hypot" | "exp" | "expm1" | "log" | "log1p" | "log2" | "log10"
> = {
  sqrt: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at 0",
    value: Math.sqrt,
    partials: (_x, v) => [div(number(0.5), v)],
    points: [[1], [2], [0.1], [1e-300], [1e300], [1e-160], [2.2e-308]],
    singular: [true],
    cost: 5,
    source: "DLMF 4.7(ii)",
  },
  cbrt: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at 0",
    value: Math.cbrt,
    partials: (_x, v) => [div(one, mul(number(3), mul(v, v)))],
    points: [[1], [-2], [0.1], [-1e-300], [1e300], [5e-324]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.7(ii)",
  },
  pow: {
    arity: 2,
    kind: "smooth",
    convention:
      "derivative in the exponent: 0 at base 0 with a positive exponent, NaN for a negative base; " +
      "derivative in the base: 0 at exponent 0",
    value: (x, y) => x ** y,
    // y·x^(y-1), and not y·v/x: v may have underflowed to 0 where the derivative has not. Gated as x^0 is 1 at x = 0.
    partials: (x, y, v) => [
      gate(y, pow(x, sub(y, one))),
      select(and(compare("eq", v, zero), compare("ge", x, zero)), zero, mul(v, log(x))),
    ],
    points: [
      [2, 3],
      [2, -1.5],
      [0.5, 0.5],
      [1, 7],
      [1e-160, 2],
      [1e150, 2],
      [3.7, 0],
      [1e-5, 1],
      [1.0000000000000002, 1e10],
      [0.7, 1e-20],
      [1e-300, 0.3],
    ],
    singular: [true, true],
    cost: 20,
    source: "DLMF 4.7(ii)",
  },
  hypot: {
    arity: 2,
    kind: "kinked",
    convention: "gradient (0, 0) at (0, 0)",
    value: (x, y) => Math.hypot(x, y),
    partials: (x, y, v) => {
      const isZero = compare("eq", v, zero);
      return [select(isZero, zero, div(x, v)), select(isZero, zero, div(y, v))];
    },
    points: [
      [3, 4],
      [-1, 1e-3],
      [0, 2],
      [1e200, -1e200],
      [1e-200, 1e-210],
      [5e-324, 0],
    ],
    singular: [false, false],
    cost: 10,
    source: "gradient of the Euclidean norm",
  },
  exp: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity where the value overflows",
    value: Math.exp,
    partials: (_x, v) => [v],
    points: [[0], [1], [-1], [1e-300], [700], [-700], [0.5], [-0.5]],
    // Infinite from 709.8 on, where a saturated sigmoid sends it a zero cotangent.
    singular: [true],
    cost: 15,
    source: "DLMF 4.7(ii)",
  },
  expm1: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity where the value overflows",
    value: Math.expm1,
    // v + 1 would cancel for negative x.
    partials: (x) => [primitive("exp", [x])],
    points: [[0], [1], [-1], [1e-300], [1e-8], [-1e-8], [700], [-40]],
    singular: [true],
    companion: "exp",
    cost: 15,
    source: "DLMF 4.7(ii)",
  },
  log: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at 0",
    value: Math.log,
    partials: (x) => [div(one, x)],
    points: [[1], [2], [0.5], [1e-300], [1e300], [0.9999999999999999]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.7(i)",
  },
  log1p: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at -1",
    value: Math.log1p,
    partials: (x) => [div(one, add(one, x))],
    points: [[0], [1], [-0.5], [1e-300], [-1e-300], [1e-8], [1e300], [-0.9999999999999999]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.7(i)",
  },
  log2: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at 0",
    value: Math.log2,
    partials: (x) => [div(number(Math.LOG2E), x)],
    points: [[1], [2], [0.3], [1e-300], [1e300]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.7(i)",
  },
  log10: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at 0",
    value: Math.log10,
    partials: (x) => [div(number(Math.LOG10E), x)],
    points: [[1], [10], [0.3], [1e-300], [1e300]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.7(i)",
  },
};
