/**
 * What generated code is asked and what it answers, as flat records of numbers in the layout of the model, the same for
 * every target. Engines (`javascript.ts`, `c.ts`) run it; this file only says the form and makes the defaults.
 */

import { type Input, type Leaf, type Model, sizeOf } from "../model.ts";
import type { Solver } from "../module.ts";

export interface Problem {
  readonly t0: number;
  readonly t1: number;
  /** Of adaptive steps the limit. */
  readonly steps: number;
  readonly tolerance?: Solver["tolerance"];
  readonly isPointwise?: Solver["isPointwise"];
  readonly state0: Float64Array;
  readonly params: Float64Array;
  readonly inputs: Float64Array;
  readonly data: Float64Array;
  readonly times: Float64Array;
}

/** The words of `control`, in their order. */
export const controlWords = ({ t0, t1, steps, tolerance, isPointwise }: Problem): readonly number[] =>
  isPointwise === true
    ? []
    : tolerance === undefined
      ? [t0, t1, steps]
      : [t0, t1, tolerance.rtol, tolerance.atol, steps];

/** How a run ended: a status, and where a target that can tell stopped. */
export interface Ending {
  readonly status: number;
  /** How far the start that was recovered is from the start, relatively; where states are recovered. */
  readonly deviation?: number;
  /** What an adaptive run came to: steps, rejected attempts, evaluations of the field. */
  readonly run?: { readonly accepted: number; readonly rejected: number; readonly evaluations: number };
  /** Counted from 0; stage 0 where it was no stage. */
  readonly stoppedAt?: { readonly step: number; readonly stage: number };
}

export interface Solution extends Ending {
  readonly value: number;
  /** [times, size of the state] */
  readonly states: Float64Array;
  /** [times, size of the outputs]; empty where the model has none. */
  readonly outputs: Float64Array;
}

export interface Gradients extends Ending {
  readonly value: number;
  readonly state0: Float64Array;
  readonly params: Float64Array;
  readonly inputs: Float64Array;
  /** In the order of the inputs, where it was asked for. */
  readonly density?: Float64Array;
}

/** A direction in everything a solve is given; what is left out stays as it is. */
export interface Direction {
  readonly t0?: number;
  readonly t1?: number;
  readonly state0?: Float64Array;
  readonly params?: Float64Array;
  readonly inputs?: Float64Array;
  readonly times?: Float64Array;
}

/** Generated code did not get the memory for its arrays. */
export class NoMemory extends Error {}

/** One target's generated code, ready to be called. */
export interface Engine {
  solve(problem: Problem): Solution;
  /** The solve and how it changes along a direction; the gradient and how it changes. Where the module has them. */
  jvp?(problem: Problem, along: Direction): { readonly at: Solution; readonly change: Solution };
  hvp?(problem: Problem, along: Direction): { readonly at: Gradients; readonly change: Gradients };
  gradient(problem: Problem): Gradients;
}

const wordsOf = (leaves: readonly Leaf[]): number =>
  leaves.reduce((words, leaf) => words + sizeOf(leaf.shape), 0);

/** Words of each record of the model. */
export function sizesOf(
  model: Model,
): Record<"state" | "params" | "inputs" | "data" | "outputs" | "times", number> {
  return {
    state: wordsOf(model.state),
    params: wordsOf(model.params),
    inputs: model.inputs.reduce((words, input) => words + input.count * wordsOf(input.leaves), 0),
    data: wordsOf(model.data),
    outputs: model.outputs.reduce((words, output) => words + sizeOf(output.shape), 0),
    times: model.times?.length ?? 1,
  };
}

/** The model's own defaults under the solver's interval and steps. */
export function defaultProblem(model: Model, solver: Solver): Problem {
  const sizes = sizesOf(model);
  return {
    t0: solver.t0,
    t1: solver.t1,
    steps: solver.steps,
    tolerance: solver.tolerance,
    isPointwise: solver.isPointwise,
    state0: forSamples(fill(sizes.state, model.state), solver.batch),
    params: fill(sizes.params, model.params),
    inputs: fill(
      sizes.inputs,
      model.inputs.flatMap((input: Input) => input.leaves),
    ),
    data: forSamples(fill(sizes.data, model.data), solver.batch),
    times: Float64Array.from(model.field === undefined ? (model.times ?? [solver.t1]) : []),
  };
}

/** The same words for every sample of a batch. */
const forSamples = (words: Float64Array, batch = 1): Float64Array =>
  Float64Array.from({ length: batch * words.length }, (_, i) => words[i % words.length]!);

function fill(size: number, leaves: readonly Leaf[]): Float64Array {
  const flat = new Float64Array(size);
  for (const leaf of leaves) flat.set(leaf.initial, leaf.offset);
  return flat;
}
