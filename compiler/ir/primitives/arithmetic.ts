/** The part of the primitives table that is arithmetic: sums, products, quotients, remainders and the gate. */

import * as build from "../build.ts";
import type { Table } from "../primitive.ts";

const { div, number, neg, one, primitive, sub } = build;

export const arithmetic: Pick<Table, "neg" | "add" | "sub" | "mul" | "div" | "mod" | "gate"> = {
  neg: {
    arity: 1,
    kind: "linear",
    value: (x) => -x,
    partials: () => [number(-1)],
    points: [[0], [1.5], [-1e-300], [1e300]],
    singular: [false],
    cost: 1,
    source: "IEEE 754",
  },
  add: {
    arity: 2,
    kind: "linear",
    value: (x, y) => x + y,
    partials: () => [one, one],
    points: [
      [1, 2],
      [0.1, -0.1],
      [1e16, 1],
      [1e-300, -1e-300],
    ],
    singular: [false, false],
    cost: 1,
    source: "IEEE 754",
  },
  sub: {
    arity: 2,
    kind: "linear",
    value: (x, y) => x - y,
    partials: () => [one, number(-1)],
    points: [
      [1, 2],
      [0.1, 0.1],
      [1e16, 1],
      [1e-300, -1e-300],
    ],
    singular: [false, false],
    cost: 1,
    source: "IEEE 754",
  },
  mul: {
    arity: 2,
    kind: "bilinear",
    value: (x, y) => x * y,
    partials: (x, y) => [y, x],
    points: [
      [1.5, -2.25],
      [0, 3],
      [1e150, 1e-150],
      [1e-300, 7],
    ],
    singular: [false, false],
    cost: 1,
    source: "IEEE 754",
  },
  div: {
    arity: 2,
    kind: "smooth",
    convention: "at y = 0 the partials are what IEEE division gives: infinite or NaN",
    value: (x, y) => x / y,
    partials: (_x, y, v) => [div(one, y), neg(div(v, y))],
    points: [
      [1, 3],
      [0, 2],
      [-7.5, 0.3],
      [1e-200, 1e-200],
      [1e200, -1e150],
      [2, 1e-150],
    ],
    singular: [true, true],
    cost: 4,
    source: "IEEE 754",
  },
  mod: {
    arity: 2,
    kind: "kinked",
    convention: "x % y has derivative 1 in x and -trunc(x / y) in y, at the jumps too",
    value: (x, y) => x % y,
    // (x - v) / y is the whole quotient up to rounding; trunc(x / y) is one too many where x / y rounds up.
    partials: (x, y, v) => [one, neg(primitive("round", [div(sub(x, v), y)]))],
    points: [
      [5.5, 2],
      [-5.5, 2],
      [5.5, -2],
      [0.3, 7],
      [2.9999999999999996, 1],
      [1e10, 0.37],
      [-1e-300, 1],
    ],
    singular: [false, true],
    cost: 15,
    source: "ECMA-262, Number::remainder; C99 fmod",
  },
  gate: {
    arity: 2,
    kind: "bilinear",
    convention: "gate(c, p) is exactly 0 where c is 0, whatever p is; so is its change with p",
    value: (c, p) => (c === 0 ? 0 : c * p),
    // A change of p is itself gated by c: differentiation writes gate(c, p_dot), never c * p_dot.
    partials: (c, p) => [p, c],
    points: [
      [2, 3],
      [-0.5, 1e300],
      [1e-300, 1e300],
    ],
    singular: [true, true],
    cost: 1,
    source: "the zero-cotangent rule",
  },
};
