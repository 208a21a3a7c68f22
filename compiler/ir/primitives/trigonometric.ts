/** The part of the primitives table that is trigonometric. */

import * as build from "../build.ts";
import type { Expr } from "../nodes.ts";
import type { Table } from "../primitive.ts";

const { add, div, mul, neg, one, primitive, sqrt, sub } = build;

/** √(1 - x²), with differences that are exact where x is near ±1. */
const cosineOfArcsine = (x: Expr): Expr => sqrt(mul(sub(one, x), add(one, x)));

export const trigonometric: Pick<Table, "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2"> = {
  sin: {
    arity: 1,
    kind: "smooth",
    value: Math.sin,
    partials: (x) => [primitive("cos", [x])],
    points: [[0], [0.5], [-1], [1e-300], [1.5707963267948966], [3], [100], [1e16]],
    singular: [false],
    companion: "cos",
    cost: 15,
    source: "DLMF 4.20",
  },
  cos: {
    arity: 1,
    kind: "smooth",
    value: Math.cos,
    partials: (x) => [neg(primitive("sin", [x]))],
    points: [[0.5], [-1], [1e-300], [1.5707963267948966], [3], [100], [1e16]],
    singular: [false],
    companion: "sin",
    cost: 15,
    source: "DLMF 4.20",
  },
  tan: {
    arity: 1,
    kind: "smooth",
    value: Math.tan,
    partials: (_x, v) => [add(one, mul(v, v))],
    points: [[0], [0.5], [-1], [1e-300], [1.5707963267948966], [1.5707963267948968], [3], [100]],
    singular: [false],
    cost: 15,
    source: "DLMF 4.20",
  },
  asin: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at -1 and 1",
    value: Math.asin,
    partials: (x) => [div(one, cosineOfArcsine(x))],
    points: [[0], [0.5], [-0.5], [1e-300], [0.9999999999999999], [-0.9999999999999999]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.24(ii)",
  },
  acos: {
    arity: 1,
    kind: "smooth",
    convention: "derivative -Infinity at -1 and 1",
    value: Math.acos,
    partials: (x) => [neg(div(one, cosineOfArcsine(x)))],
    points: [[0], [0.5], [-0.5], [1e-300], [0.9999999999999999], [-0.9999999999999999]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.24(ii)",
  },
  atan: {
    arity: 1,
    kind: "smooth",
    value: Math.atan,
    partials: (x) => [div(one, add(one, mul(x, x)))],
    points: [[0], [0.5], [-1], [1e-300], [1e8], [-1e150]],
    singular: [false],
    cost: 15,
    source: "DLMF 4.24(ii)",
  },
  atan2: {
    arity: 2,
    kind: "smooth",
    convention: "gradient NaN at (0, 0)",
    value: Math.atan2,
    // Divided by the hypotenuse twice, as its square may overflow.
    partials: (y, x) => {
      const r = primitive("hypot", [y, x]);
      return [div(div(x, r), r), neg(div(div(y, r), r))];
    },
    points: [
      [1, 2],
      [-1, 2],
      [1, -2],
      [-3, -0.1],
      [1e200, 1e200],
      [1e-200, -1e-210],
      [0, 1],
      [1, 0],
    ],
    singular: [true, true],
    cost: 20,
    source: "gradient of the polar angle",
  },
};
