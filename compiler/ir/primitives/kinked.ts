/**
 * The part of the primitives table that is piecewise: absolute value, sign, extremes and roundings. Each has a
 * convention where it has no derivative, the same in every mode and target. Roundings are those of JavaScript.
 */

import * as build from "../build.ts";
import type { Table, Unary } from "../primitive.ts";

const { compare, one, primitive, select, zero } = build;

/** Piecewise constant: nothing is differentiated through it. */
const step = (value: (x: number) => number, points: readonly number[], source: string): Unary => ({
  arity: 1,
  kind: "zero",
  convention: "derivative 0, at the jumps too",
  value,
  partials: () => [zero],
  points: points.map((point) => [point]),
  singular: [false],
  cost: 1,
  source,
});

const between = [0.25, -0.25, 1.75, -2.6, 1e9 + 0.3, -1e-300, 5e-324];

export const kinked: Pick<
  Table,
  "abs" | "sign" | "floor" | "ceil" | "round" | "trunc" | "fround" | "min" | "max"
> = {
  abs: {
    arity: 1,
    kind: "kinked",
    convention: "derivative 0 at 0",
    value: Math.abs,
    partials: (x) => [primitive("sign", [x])],
    points: [[1.5], [-1.5], [1e-300], [-1e-300], [5e-324], [-1e300]],
    singular: [false],
    cost: 1,
    source: "IEEE 754 abs",
  },
  sign: step(Math.sign, [1.5, -1.5, 1e-300, -5e-324, 1e300], "ECMA-262 Math.sign"),
  floor: step(Math.floor, between, "IEEE 754 roundToIntegralTowardNegative"),
  ceil: step(Math.ceil, between, "IEEE 754 roundToIntegralTowardPositive"),
  round: step(Math.round, between, "ECMA-262 Math.round: halves upwards"),
  trunc: step(Math.trunc, between, "IEEE 754 roundToIntegralTowardZero"),
  fround: {
    arity: 1,
    kind: "linear",
    convention: "derivative 1, as if it did not round",
    value: Math.fround,
    partials: () => [one],
    points: [[0], [0.1], [-1e10], [1e-30]],
    singular: [false],
    cost: 1,
    source: "ECMA-262 Math.fround",
  },
  min: {
    arity: 2,
    kind: "kinked",
    convention: "a tie gives the whole derivative to the second argument",
    value: Math.min,
    partials: (x, y) => {
      const first = compare("lt", x, y);
      return [select(first, one, zero), select(first, zero, one)];
    },
    points: [
      [1, 2],
      [2, 1],
      [-1e-300, 1e-300],
      [1e300, -1e300],
      [1, 1.0000000000000002],
    ],
    singular: [false, false],
    cost: 1,
    source: "ECMA-262 Math.min",
  },
  max: {
    arity: 2,
    kind: "kinked",
    convention: "a tie gives the whole derivative to the first argument",
    value: Math.max,
    partials: (x, y) => {
      const first = compare("ge", x, y);
      return [select(first, one, zero), select(first, zero, one)];
    },
    points: [
      [1, 2],
      [2, 1],
      [-1e-300, 1e-300],
      [1e300, -1e300],
      [1, 1.0000000000000002],
    ],
    singular: [false, false],
    cost: 1,
    source: "ECMA-262 Math.max",
  },
};
