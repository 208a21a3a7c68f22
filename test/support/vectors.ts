/** Deterministic vectors for tests, and the memory of a random function's arguments. */

import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";

/** Numbers in (-1, 1) that look random and are the same everywhere; `stream` tells vectors apart. */
export function numbers(stream: number, count: number): Float64Array {
  let state = (stream * 2654435761 + 12345) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export const size = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

/** Runs a function on named arguments; arrays that are not given start as NaN. All its arrays come back. */
export function run(
  fn: Fn,
  given: Readonly<Record<string, number | Float64Array>>,
): Map<string, Float64Array> {
  const arrays = new Map<string, Float64Array>();
  const args = fn.parameters.map((parameter) => {
    const value = given[parameter.name];
    if (parameter.kind !== "array") return value ?? Number.NaN;
    const words =
      value instanceof Float64Array
        ? value.slice()
        : new Float64Array(size(parameter.shape)).fill(Number.NaN);
    arrays.set(parameter.name, words);
    return words;
  });
  evaluate({ arrays: [], functions: [fn] }, fn.name, args);
  return arrays;
}
