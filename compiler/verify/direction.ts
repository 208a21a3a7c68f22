/**
 * Seeded directions in the space that is differentiated. Every entry is a normal number times the size of the value it
 * moves, so that parameters of every scale are moved alike; entries outside `wrt` are zero. Same seed, same direction,
 * on every machine.
 */

import { draw, normal } from "../../runtime/random.ts";
import type { Gradients, Problem } from "../execute/problem.ts";
import { type Leaf, sizeOf } from "../model.ts";
import type { Module } from "../module.ts";
import { product } from "./check.ts";

export interface Direction {
  readonly state0: Float64Array;
  readonly params: Float64Array;
  readonly inputs: Float64Array;
}

/** Whether a leaf, `["params", "W"]` say, is differentiated. */
export type Selected = (path: readonly string[]) => boolean;

export function direction(seed: number, { model }: Module, problem: Problem, selected: Selected): Direction {
  const sizes = [problem.state0.length, problem.params.length, problem.inputs.length] as const;
  const numbers = draw(normal(seed, 0, 1), sizes[0] + sizes[1] + sizes[2]);
  const made: Direction = {
    state0: new Float64Array(sizes[0]),
    params: new Float64Array(sizes[1]),
    inputs: new Float64Array(sizes[2]),
  };
  let drawn = 0;
  const fill = (record: keyof Direction, head: string, leaf: Leaf, words: number): void => {
    const values = problem[record].subarray(leaf.offset, leaf.offset + words);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    for (let i = 0; i < words; i++) {
      const number = numbers[drawn++]!;
      if (selected([head, ...leaf.path])) made[record][leaf.offset + i] = number * largest;
    }
  };
  for (const leaf of model.state) fill("state0", "state", leaf, sizeOf(leaf.shape));
  for (const leaf of model.params) fill("params", "params", leaf, sizeOf(leaf.shape));
  for (const input of model.inputs) {
    for (const leaf of input.leaves) fill("inputs", "inputs", leaf, input.count * sizeOf(leaf.shape));
  }
  return made;
}

/** The problem moved by `step` along a direction. */
export function moved(problem: Problem, along: Direction, step: number): Problem {
  const shift = (values: Float64Array, by: Float64Array): Float64Array =>
    values.map((value, i) => value + step * by[i]!);
  return {
    ...problem,
    state0: shift(problem.state0, along.state0),
    params: shift(problem.params, along.params),
    inputs: shift(problem.inputs, along.inputs),
  };
}

/** ⟨gradient, direction⟩ with the size of its terms. */
export function slopeAlong(
  gradients: Gradients,
  along: Direction,
): { readonly sum: number; readonly size: number } {
  const parts = [
    product(gradients.state0, along.state0),
    product(gradients.params, along.params),
    product(gradients.inputs, along.inputs),
  ];
  return {
    sum: parts.reduce((sum, part) => sum + part.sum, 0),
    size: parts.reduce((size, part) => size + part.size, 0),
  };
}
