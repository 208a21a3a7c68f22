/** What the commands that run a solve say about it: the `solver` object of the JSON contract, and status codes in words. */

import { solveStopped } from "../diagnostics/command-messages.ts";
import { type Ready, workspaceBytes } from "../emission.ts";
import type { Ending } from "../execute/problem.ts";
import { type Module, status } from "../module.ts";
import type { CommandOptions, Target } from "../options.ts";
import { planOf } from "../plan.ts";
import { exitCode } from "./exit.ts";
import { type Json, shortNumber } from "./number.ts";
import { Failure } from "./streams.ts";

/** Key order is part of the contract. */
export function solverJson(
  ready: Ready,
  options: CommandOptions,
  target: Target,
  question: "solve" | "gradient",
  { run, deviation }: Pick<Ending, "run" | "deviation"> = {},
): Json {
  const { module } = ready;
  const plan = planOf(module, options, workspaceBytes(ready, target, options));
  const planned = question === "gradient" ? module.counts.gradient : { ...module.counts.solve, vjp: 0 };
  const { reverse } = module.counts;
  const back = question === "gradient" && run !== undefined ? run.accepted : 0;
  const counts =
    run === undefined ? planned : { field: run.evaluations + back * reverse.field, vjp: back * reverse.vjp };
  return {
    method: plan.method,
    adjoint: plan.adjoint,
    steps: run?.accepted ?? plan.steps,
    rejected: run?.rejected ?? 0,
    fieldEvaluations: counts.field,
    vjpEvaluations: counts.vjp,
    checkpointBytes: question === "gradient" ? plan.checkpointBytes : 0,
    workspaceBytes: plan.workspaceBytes,
    ...(deviation === undefined ? {} : { deviation }),
    target,
    real: options.real ?? "double",
    math: options.math ?? "engine",
  };
}

const words: Readonly<Record<number, readonly [string, string]>> = {
  [status.stepLimit]: [
    "the step limit was reached",
    "raise `--max-steps`, loosen the tolerances, or ask for fewer fixed steps",
  ],
  [status.stepUnderflow]: [
    "the step size fell below what the time can resolve",
    "loosen the tolerances, or look for a singularity of the solution there",
  ],
  [status.notFiniteField]: [
    "the vector field is not finite",
    "take more steps, or look for a division by zero or a logarithm of a negative number",
  ],
  [status.notFiniteState]: [
    "the state is not finite",
    "take more steps or a method of higher order; explicit methods blow up on stiff problems",
  ],
  [status.newtonFailed]: ["Newton's iteration failed", "take more steps"],
  [status.singularMatrix]: ["a matrix is singular", "take more steps"],
  [status.workspaceTooSmall]: [
    "the workspace is too small for the steps",
    "compile with as many `--steps` as the run has",
  ],
  [status.badArgument]: [
    "interval, steps and observation times do not fit each other",
    "observation times must lie on step boundaries, and steps be a multiple of the pieces of `hold`",
  ],
};

/** Ends the command where the solve did not come to its end: numbers of an unfinished solve are never printed. */
export function requireFinished(ending: Ending, what: "solve" | "gradient", module: Module): void {
  if (ending.status === status.ok) return;
  const [reason, hint] = words[ending.status] ?? [
    `status ${ending.status}`,
    "see the status codes in docs/generated-c.md",
  ];
  const told = located.has(ending.status) && ending.stoppedAt !== undefined;
  const where = told ? placeOf(ending.stoppedAt!, module) : "";
  throw new Failure(exitCode.model, [solveStopped(what, `${reason}${where}`, hint, module.model.span)]);
}

const located: ReadonlySet<number> = new Set([status.notFiniteField, status.notFiniteState]);

function placeOf({ step, stage }: NonNullable<Ending["stoppedAt"]>, { solver }: Module): string {
  const at = stage > 0 ? `, stage ${stage}` : "";
  if (solver.tolerance !== undefined) return ` behind step ${step}${at}`;
  const t = solver.t0 + (step * (solver.t1 - solver.t0)) / solver.steps;
  return ` in step ${step + 1} of ${solver.steps}${at}, which starts at t = ${shortNumber(t)}`;
}
