/**
 * From a model to the program of its solve: vector field, vjps, `solve` and `gradient`, all in the IR. In: a model and
 * a solver whose method is an explicit Runge–Kutta method. Out: the module, not yet optimised.
 */

import { tableaus } from "../../runtime/tableaus.ts";
import { jvp } from "../differentiate/forward.ts";
import type { Context } from "../differentiate/normalise.ts";
import { vjp } from "../differentiate/reverse.ts";
import type { Fn } from "../ir/nodes.ts";
import { type Model, sizeOf } from "../model.ts";
import type { Module, Solver } from "../module.ts";
import { Driver } from "./driver.ts";
import { fieldEntries } from "./entries.ts";
import { interfaceArrays } from "./interface-arrays.ts";
import { gradientEntry } from "./plans/symplectic.ts";
import { solveEntry } from "./solve.ts";
import { usedStages } from "./tableau.ts";

/** The module of a solve before optimisation. `version` goes into generated headers. */
export function buildSolve(model: Model, solver: Solver, version: string): Module {
  const tableau = tableaus[solver.method];
  if (tableau === undefined) throw new Error(`no tableau of the name ${solver.method}`);
  const io = interfaceArrays(model, solver);
  const context: Context = { arrays: model.constants, functions: [] };
  const { rhs, loss } = model;

  const inputLeaves = model.inputs.flatMap((input) => input.leaves);
  const stateNames = model.state.map((leaf) => leaf.name);
  const all = [...stateNames, ...[...model.params, ...inputLeaves].map((leaf) => leaf.name)];
  const fieldVjp = vjp(rhs, new Set(all), context);
  const fieldJvp = jvp(rhs, new Set(all), context);
  const wanted = new Set([...stateNames, ...io.givenBar.keys()]);
  const isNarrowed = wanted.size < all.length;
  const inSolve = (fn: Fn): Fn => {
    const derived = vjp(fn, wanted, context);
    return isNarrowed ? { ...derived, name: `${derived.name}_wrt` } : derived;
  };
  const vjps = {
    rhs: isNarrowed ? inSolve(rhs) : fieldVjp,
    terminal: loss.terminal && inSolve(loss.terminal),
    running: loss.running && inSolve(loss.running),
    at: loss.at && inSolve(loss.at),
  };

  const solveDriver = new Driver(model, solver, tableau, io);
  const gradientDriver = new Driver(model, solver, tableau, io);
  gradientDriver.hasBars = true;
  const present = <T>(values: readonly (T | undefined)[]): T[] =>
    values.filter((one): one is T => one !== undefined);
  const functions = [
    rhs,
    ...present([loss.terminal, loss.running, loss.at]),
    ...model.outputs.map((output) => output.fn),
    fieldVjp,
    fieldJvp,
    ...present([isNarrowed ? vjps.rhs : undefined, vjps.terminal, vjps.running, vjps.at]),
    ...solveDriver.invalidation(),
    ...gradientDriver.invalidation(),
    solveEntry(solveDriver),
    gradientEntry(gradientDriver, vjps),
  ];
  const stages = usedStages(tableau).filter(Boolean).length;
  const stateWords = model.state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
  return {
    model,
    solver,
    program: { arrays: io.arrays, functions },
    entries: [
      { name: "solve", fn: "solve", arguments: [] },
      { name: "gradient", fn: "gradient", arguments: [] },
      ...fieldEntries(model, fieldVjp, fieldJvp),
    ],
    counts: {
      solve: { field: solver.steps * stages },
      gradient: { field: solver.steps * (2 * stages - 1), vjp: solver.steps * stages },
    },
    words: { checkpoints: solver.steps * stateWords, workspace: 0 },
    version,
  };
}
