/**
 * From a model to the program of its solve: vector field, vjps, `solve` and `gradient`, all in the IR. In: a model and
 * a solver whose method is an explicit Runge–Kutta method. Out: the module, not yet optimised.
 */

import { tableaus } from "../../runtime/tableaus.ts";
import { jvp } from "../differentiate/forward.ts";
import { halves } from "../differentiate/halves.ts";
import type { Context } from "../differentiate/normalise.ts";
import { vjp } from "../differentiate/reverse.ts";
import { Names } from "../ir/names.ts";
import type { Fn, GlobalArray } from "../ir/nodes.ts";
import type { Model } from "../model.ts";
import type { Module, Solver } from "../module.ts";
import { Driver } from "./driver.ts";
import { fieldEntries } from "./entries.ts";
import { interfaceArrays } from "./interface-arrays.ts";
import { gradientEntry } from "./plans/adjoint.ts";
import { plans } from "./plans/index.ts";
import type { Vjps } from "./plans/plan.ts";
import { isSignal, ofKnots, pivots, splineOf, valueParameters } from "./signals.ts";
import { solveEntry } from "./solve.ts";
import { usedStages } from "./tableau.ts";

/** The module of a solve before optimisation. `version` goes into generated headers. */
export function buildSolve(model: Model, solver: Solver, version: string): Module {
  const tableau = tableaus[solver.method];
  if (tableau === undefined) throw new Error(`no tableau of the name ${solver.method}`);
  const plan = plans[solver.adjoint];
  if (plan === undefined) throw new Error(`no plan of the name ${solver.adjoint}`);
  const io = interfaceArrays(model, solver);
  const { rhs } = model;
  const inputLeaves = model.inputs.flatMap((input) => input.leaves);
  const stateNames = model.state.map((leaf) => leaf.name);
  const all = [...stateNames, ...[...model.params, ...inputLeaves].map((leaf) => leaf.name)];
  const ownContext: Context = { arrays: model.constants, functions: model.functions };
  const fieldVjp = vjp(rhs, new Set(all), ownContext);
  const fieldJvp = jvp(rhs, new Set(all), ownContext);

  const { solved, splines, pivotArrays } = withSignals(model);
  const context: Context = { arrays: [...model.constants, ...pivotArrays], functions: model.functions };
  const wanted = new Set([
    ...stateNames,
    ...model.params.filter((leaf) => io.givenBar.has(leaf.name)).map((leaf) => leaf.name),
    ...model.inputs.flatMap((input) =>
      input.leaves.flatMap((leaf) => (io.givenBar.has(leaf.name) ? valueParameters(input, leaf) : [])),
    ),
  ]);
  const isNarrowed = io.givenBar.size + stateNames.length < all.length;
  const inSolve = (fn: Fn): Fn => {
    const derived = vjp(fn, wanted, context);
    return isNarrowed ? { ...derived, name: `${derived.name}_wrt` } : derived;
  };
  const { loss } = solved;
  const vjps: Vjps = {
    rhs: plan.isTaped ? undefined : isNarrowed || solved !== model ? inSolve(solved.rhs) : fieldVjp,
    halves: plan.isTaped ? halves(solved.rhs, wanted, context) : undefined,
    terminal: loss.terminal && inSolve(loss.terminal),
    running: loss.running && inSolve(loss.running),
    at: loss.at && inSolve(loss.at),
    initial: solved.initial && inSolve(solved.initial),
    splines,
    splineVjps: new Map([...splines].map(([leaf, fn]) => [leaf, vjp(fn, new Set(["knots"]), context)])),
  };

  const solveDriver = new Driver(solved, solver, tableau, io);
  const gradientDriver = new Driver(solved, solver, tableau, io);
  gradientDriver.hasBars = true;
  const present = <T>(values: readonly (T | undefined)[]): T[] =>
    values.filter((one): one is T => one !== undefined);
  const functions = unique([
    ...model.functions,
    rhs,
    ...present([solved.rhs, solved.initial, loss.terminal, loss.running, loss.at]),
    ...solved.outputs.map((output) => output.fn),
    ...splines.values(),
    fieldVjp,
    fieldJvp,
    ...present([
      vjps.halves?.taped,
      vjps.halves?.back,
      vjps.rhs,
      vjps.initial,
      vjps.terminal,
      vjps.running,
      vjps.at,
    ]),
    ...vjps.splineVjps.values(),
    ...solveDriver.invalidation(),
    ...gradientDriver.invalidation(),
    solveEntry(solveDriver, splines),
    gradientEntry(gradientDriver, vjps, plan.make(gradientDriver, vjps)),
  ]);
  const stages = usedStages(tableau).filter(Boolean).length;
  return {
    model,
    solver,
    program: { arrays: [...io.arrays, ...pivotArrays], functions },
    entries: [
      { name: "solve", fn: "solve", arguments: [] },
      { name: "gradient", fn: "gradient", arguments: [] },
      ...fieldEntries(model, fieldVjp, fieldJvp),
    ],
    counts: {
      solve: { field: solver.steps * stages },
      gradient: { field: solver.steps * plan.field(stages), vjp: solver.steps * stages },
    },
    words: { checkpoints: 0, workspace: 0 },
    version,
  };
}

/** The model whose functions form the values of signals from their knots, and what finds the curvatures of splines. */
function withSignals(model: Model): {
  readonly solved: Model;
  readonly splines: ReadonlyMap<string, Fn>;
  readonly pivotArrays: readonly GlobalArray[];
} {
  if (!model.inputs.some(isSignal)) return { solved: model, splines: new Map(), pivotArrays: [] };
  const of = (fn: Fn): Fn => ofKnots(fn, model);
  const { terminal, running, at } = model.loss;
  const solved: Model = {
    ...model,
    rhs: of(model.rhs),
    initial: model.initial && of(model.initial),
    loss: { terminal: terminal && of(terminal), running: running && of(running), at: at && of(at) },
    outputs: model.outputs.map((output) => ({ ...output, fn: of(output.fn) })),
  };
  const names = new Names([
    ...[...model.state, ...model.params, ...model.data].map((leaf) => leaf.name),
    ...model.inputs.flatMap((input) =>
      input.leaves.flatMap((leaf) => [leaf.name, ...valueParameters(input, leaf)]),
    ),
    ...model.constants.map((array) => array.name),
  ]);
  const splines = new Map<string, Fn>();
  const pivotArrays: GlobalArray[] = [];
  for (const input of model.inputs.filter(({ kind }) => kind === "cubic")) {
    const pivot = pivots(names.fresh(`${input.name}_pivots`), input.count);
    pivotArrays.push(pivot);
    for (const leaf of input.leaves) splines.set(leaf.name, splineOf(leaf, input.count, pivot.name));
  }
  return { solved, splines, pivotArrays };
}

/** Each function once: what is not rewritten is its own rewriting. */
const unique = (functions: readonly Fn[]): Fn[] => [...new Set(functions)];
