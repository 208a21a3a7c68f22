/**
 * A solution as columns over the observation times, one for each scalar of the state and of the outputs: the form that
 * tables, CSV and plots share. Names are dotted paths with the entry's indices behind.
 */

import type { Solution } from "../execute/problem.ts";
import { sizesOf } from "../execute/problem.ts";
import { type Model, sizeOf } from "../model.ts";
import type { Json } from "./number.ts";
import { nested, shaped } from "./records.ts";

export interface Column {
  readonly name: string;
  readonly values: readonly number[];
}

export function columnsOf(model: Model, solution: Solution): Column[] {
  const sizes = sizesOf(model);
  const columns: Column[] = [];
  const add = (
    name: string,
    shape: readonly number[],
    offset: number,
    flat: Float64Array,
    stride: number,
  ): void => {
    for (let i = 0; i < sizeOf(shape); i++) {
      const values = Array.from({ length: sizes.times }, (_, k) => flat[k * stride + offset + i]!);
      columns.push({ name: [name, ...entry(i, shape)].join("."), values });
    }
  };
  for (const leaf of model.state)
    add(leaf.path.join("."), leaf.shape, leaf.offset, solution.states, sizes.state);
  let offset = 0;
  for (const output of model.outputs) {
    add(output.name, output.shape, offset, solution.outputs, sizes.outputs);
    offset += sizeOf(output.shape);
  }
  return columns;
}

/** State records whose leaves are lists over the times, each entry in the shape of its leaf. */
export function stateJson(model: Model, solution: Solution): Json {
  const sizes = sizesOf(model);
  return nested(model.state, (leaf) =>
    Array.from({ length: sizes.times }, (_, k) =>
      shaped(solution.states, k * sizes.state + leaf.offset, leaf.shape),
    ),
  );
}

export function outputsJson(model: Model, solution: Solution): Json {
  const sizes = sizesOf(model);
  let offset = 0;
  return Object.fromEntries(
    model.outputs.map((output) => {
      const first = offset;
      offset += sizeOf(output.shape);
      const values = Array.from({ length: sizes.times }, (_, k) =>
        shaped(solution.outputs, k * sizes.outputs + first, output.shape),
      );
      return [output.name, values];
    }),
  );
}

/** Indices of a flat position in a shape. */
function entry(position: number, shape: readonly number[]): number[] {
  let rest = position;
  return shape.map((_, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const index = Math.floor(rest / stride);
    rest %= stride;
    return index;
  });
}
