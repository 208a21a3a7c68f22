/**
 * A batch: samples with a state and data of their own, which share the parameters. Between the flat records of all and
 * those of each.
 */

import type { Solution } from "../execute/problem.ts";
import type { Solver } from "../module.ts";
import type { Json } from "./number.ts";

/** The words of each sample; of a model without a batch all words, once. */
export function rowsOf(flat: Float64Array, { batch = 1 }: Solver): Float64Array[] {
  const words = flat.length / batch;
  return Array.from({ length: batch }, (_, b) => flat.subarray(b * words, (b + 1) * words));
}

/** What each sample is in JSON: a list of a batch, the thing itself without one. */
export function perSample(flat: Float64Array, solver: Solver, make: (words: Float64Array) => Json): Json {
  const all = rowsOf(flat, solver).map(make);
  return solver.batch === undefined ? all[0]! : all;
}

/** The solution of each sample; the loss is that of all. */
export function solutionsOf(solution: Solution, solver: Solver): Solution[] {
  const outputs = rowsOf(solution.outputs, solver);
  return rowsOf(solution.states, solver).map((states, b) => ({ ...solution, states, outputs: outputs[b]! }));
}
