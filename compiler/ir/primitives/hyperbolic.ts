/** The part of the primitives table that is hyperbolic. */

import * as build from "../build.ts";
import type { Table } from "../primitive.ts";

const { add, div, mul, one, primitive, sqrt, sub } = build;

export const hyperbolic: Pick<Table, "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh"> = {
  sinh: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity where it overflows",
    value: Math.sinh,
    partials: (x) => [primitive("cosh", [x])],
    points: [[0], [0.5], [-1], [1e-300], [22], [-700]],
    singular: [true],
    companion: "cosh",
    cost: 15,
    source: "DLMF 4.34",
  },
  cosh: {
    arity: 1,
    kind: "smooth",
    convention: "infinite derivative where it overflows",
    value: Math.cosh,
    partials: (x) => [primitive("sinh", [x])],
    points: [[0.5], [-1], [1e-300], [22], [-700]],
    singular: [true],
    companion: "sinh",
    cost: 15,
    source: "DLMF 4.34",
  },
  tanh: {
    arity: 1,
    kind: "smooth",
    value: Math.tanh,
    // Absolutely exact to an ulp of 1; relatively, only until it saturates. 1/cosh² would cost another exponential.
    partials: (_x, v) => [sub(one, mul(v, v))],
    points: [[0], [0.5], [-1], [1e-300], [1e-160], [3], [-18], [19.1], [22], [-400]],
    singular: [false],
    cost: 15,
    source: "DLMF 4.34",
  },
  asinh: {
    arity: 1,
    kind: "smooth",
    value: Math.asinh,
    // hypot, as the square may overflow.
    partials: (x) => [div(one, primitive("hypot", [one, x]))],
    points: [[0], [0.5], [-1], [1e-300], [1e8], [-1e200]],
    singular: [false],
    cost: 15,
    source: "DLMF 4.38(ii)",
  },
  acosh: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at 1",
    value: Math.acosh,
    // Two roots, as x² - 1 cancels near 1 and overflows far from it.
    partials: (x) => [div(one, mul(sqrt(sub(x, one)), sqrt(add(x, one))))],
    points: [[1.0000000000000002], [1.5], [2], [1e8], [1e200]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.38(ii)",
  },
  atanh: {
    arity: 1,
    kind: "smooth",
    convention: "derivative +Infinity at -1 and 1",
    value: Math.atanh,
    partials: (x) => [div(one, mul(sub(one, x), add(one, x)))],
    points: [[0], [0.5], [-0.5], [1e-300], [0.9999999999999999], [-0.9999999999999999]],
    singular: [true],
    cost: 15,
    source: "DLMF 4.38(ii)",
  },
};
