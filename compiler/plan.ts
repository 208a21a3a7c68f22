/** The cost of a compiled solve and its gradient, from what the integrator and the optimiser know. Facts only. */

import type { Module } from "./module.ts";
import type { Options } from "./options.ts";

/** What was decided about the solve and its gradient, and what it costs. */
export interface Plan {
  readonly method: string;
  readonly adjoint: string;
  readonly t0: number;
  readonly t1: number;
  readonly steps: number;
  /** Evaluations of the field and of its vjp in one gradient. */
  readonly fieldEvaluations: number;
  readonly vjpEvaluations: number;
  readonly checkpointBytes: number;
  readonly workspaceBytes: number;
}

/** `workspaceBytes` is a question to the target, see `emission.ts`. */
export function planOf(module: Module, options: Options, workspaceBytes: number): Plan {
  const bytes = options.real === "float" ? 4 : 8;
  const { solver, counts, words } = module;
  return {
    method: solver.method,
    adjoint: solver.adjoint,
    t0: solver.t0,
    t1: solver.t1,
    steps: solver.steps,
    fieldEvaluations: counts.gradient.field,
    vjpEvaluations: counts.gradient.vjp,
    checkpointBytes: words.checkpoints * bytes,
    workspaceBytes,
  };
}
