/**
 * From a model to the program of its solve: vector field, vjps, `solve` and `gradient`, all in the IR. In: a model and
 * a solver. Out: the module, not yet optimised.
 */

import { tableaus } from "../../runtime/tableaus.ts";
import { jvp } from "../differentiate/forward.ts";
import { halves } from "../differentiate/halves.ts";
import type { Context } from "../differentiate/normalise.ts";
import { type ProgramTangent, programTangent } from "../differentiate/program-forward.ts";
import { vjp } from "../differentiate/reverse.ts";
import * as build from "../ir/build.ts";
import type { Fn, Parameter, Program } from "../ir/nodes.ts";
import { type Leaf, type Model, type ModelEvent, sizeOf } from "../model.ts";
import { type Module, noProducts, type Products, type Solver } from "../module.ts";
import { Density, densityFunctions } from "./density.ts";
import { type Directional, directional } from "./directional.ts";
import { Driver } from "./driver.ts";
import { fieldEntries } from "./entries.ts";
import type { Events } from "./event-search.ts";
import { type EventFunctions, EventTransposer, EventValue, functionsOf, StepTangent } from "./events.ts";
import { explicitFamily, implicitFamily, isExplicit, isImplicit, rosenbrockFamily } from "./families.ts";
import { buildField } from "./field-program.ts";
import { implicitMethod } from "./implicit.ts";
import { type Interface, interfaceArrays } from "./interface-arrays.ts";
import { usualOrder } from "./methods.ts";
import { withPackedState } from "./packed-state.ts";
import { gradientEntry } from "./plans/adjoint.ts";
import { plans } from "./plans/index.ts";
import type { Field, Vjps } from "./plans/plan.ts";
import { rosenbrockMethod } from "./rosenbrock.ts";
import { type Explicit, type Part, withoutRunning } from "./scheme.ts";
import { explicitMethod, isPartitioned, pastKinds } from "./schemes.ts";
import { halvesOf } from "./separable.ts";
import { valueParameters, withSignals } from "./signals.ts";
import { solveEntry } from "./solve.ts";
import { withTaylor } from "./taylor.ts";

/** The module of a solve before optimisation. `version` goes into generated headers. */
export function buildSolve(
  model: Model,
  solver: Solver,
  version: string,
  products: Products = noProducts,
): Module {
  if (model.field !== undefined) return buildField(model, solver, version, products);
  const method =
    implicitMethod(solver.method) ?? rosenbrockMethod(solver.method) ?? explicitOf(model, solver);
  if (method === undefined) throw new Error(`no method of the name ${solver.method}`);
  const plan = plans[solver.adjoint];
  if (plan === undefined) throw new Error(`no plan of the name ${solver.adjoint}`);
  const io = interfaceArrays(model, solver, products);
  const { rhs } = model;
  const inputLeaves = model.inputs.flatMap((input) => input.leaves);
  const all = [...model.state, ...model.params, ...inputLeaves].map((leaf) => leaf.name);
  const ownContext: Context = { arrays: model.constants, functions: model.functions };
  const fieldVjp = vjp(rhs, new Set(all), ownContext);
  const fieldJvp = jvp(rhs, new Set(all), ownContext);

  const isPacked = solver.isSmall === true && !isPartitioned(solver.method);
  const packed = isPacked ? withPackedState(model) : model;
  const stateNames = packed.state.map((leaf) => leaf.name);
  const signals = withSignals(packed);
  const { splines, pivotArrays } = signals;
  const context: Context = { arrays: [...model.constants, ...pivotArrays], functions: model.functions };
  const order = solver.order ?? usualOrder;
  const taylor = solver.method === "taylor" ? withTaylor(signals.solved, order, context) : undefined;
  const series =
    taylor === undefined || solver.tolerance === undefined
      ? undefined
      : { lastTerms: taylor.lastTerms, order };
  const solved = taylor?.model ?? signals.solved;
  const wanted = new Set([
    ...stateNames,
    ...model.params.filter((leaf) => io.givenBar.has(leaf.name)).map((leaf) => leaf.name),
    ...model.inputs.flatMap((input) =>
      input.leaves.flatMap((leaf) => (io.givenBar.has(leaf.name) ? valueParameters(input, leaf) : [])),
    ),
  ]);
  const isNarrowed = io.givenBar.size + model.state.length < all.length;
  const inSolve = (fn: Fn): Fn => {
    const derived = vjp(fn, wanted, context);
    return isNarrowed ? { ...derived, name: `${derived.name}_wrt` } : derived;
  };
  const density =
    solver.density === true ? (isExplicit(method) ? pastKinds(solver.method, method) : []) : undefined;
  const ofState = (fn: Fn): Fn => {
    const derived = vjp(fn, new Set(stateNames), context);
    return { ...derived, name: `${derived.name}_of_state` };
  };
  const { loss } = solved;
  const isTaped = plan.isTaped && isExplicit(method);
  const leaves = leavesByPart(solved, solver, context);
  const whole = isNarrowed || solved !== model ? undefined : fieldVjp;
  const fields = fieldsOf(solved, leaves, (fn, of) => {
    if (isTaped) return { vjp: undefined, halves: halves(fn, onlyState(wanted, of, solved.state), context) };
    if (of.length === solved.state.length) {
      const vjpOfState = solver.adjoint === "continuous" ? ofState(fn) : undefined;
      return { vjp: whole ?? inSolve(fn), halves: undefined, vjpOfState };
    }
    return { vjp: vjp(fn, onlyState(wanted, of, solved.state), context), halves: undefined };
  });
  const vjps: Vjps = {
    fields,
    terminal: loss.terminal && inSolve(loss.terminal),
    running: loss.running && inSolve(loss.running),
    runningOfState: solver.adjoint === "continuous" ? loss.running && ofState(loss.running) : undefined,
    at: loss.at && inSolve(loss.at),
    initial: solved.initial && inSolve(solved.initial),
    splines,
    splineVjps: new Map([...splines].map(([leaf, fn]) => [leaf, vjp(fn, new Set(["knots"]), context)])),
  };

  const family = isExplicit(method)
    ? explicitFamily(method, solver, vjps, series)
    : isImplicit(method)
      ? implicitFamily(method, solved, solver, context, io)
      : rosenbrockFamily(method, solved, solver, context, wanted, io);
  const solveDriver = new Driver(solved, solver, family.shape, io, vjps, leaves);
  const gradientDriver = new Driver(solved, solver, family.shape, io, vjps, leaves);
  gradientDriver.results.hasBars = true;
  const densities =
    density &&
    densityFunctions(packed, density, (leaf) => io.density.has(leaf.name), context, ofState, solved);
  const { event } = solved;
  const eventFunctions = event && eventFunctionsOf(event, solved, wanted, io, context, inSolve);
  const tableau = tableaus[solver.method];
  const eventsIn = (driver: Driver, movesStages = false): Events | undefined =>
    event &&
    eventFunctions && {
      event,
      tangent: new StepTangent(driver, tableau!, eventFunctions),
      value: new EventValue(driver, event, eventFunctions),
      movesStages,
    };
  const exact = family.transposer(gradientDriver, plan);
  const transposer =
    event && eventFunctions
      ? new EventTransposer(gradientDriver, event, tableau!, eventFunctions, exact)
      : exact;
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
      ...[...fields.values()].flatMap((field) => [
        field.fn,
        field.halves?.taped,
        field.halves?.back,
        field.vjp,
        field.vjpOfState,
      ]),
      vjps.runningOfState,
      vjps.initial,
      vjps.terminal,
      vjps.running,
      vjps.at,
    ]),
    ...vjps.splineVjps.values(),
    ...present([event?.when, event?.then]),
    ...(eventFunctions === undefined ? [] : functionsOf(eventFunctions)),
    ...present([densities?.field, densities?.running, densities?.ofState, densities?.runningOfState]),
    ...family.functions,
    ...solveDriver.results.spoilingFunctions(),
    ...gradientDriver.results.spoilingFunctions(),
    solveEntry(solveDriver, family.stepper(solveDriver), splines, eventsIn(solveDriver)),
    gradientEntry(
      gradientDriver,
      transposer,
      densities && new Density(gradientDriver, density!, densities),
      eventsIn(gradientDriver, isTaped && products.hvp),
    ),
  ]);
  const program: Program = { arrays: [...io.arrays, ...pivotArrays, ...family.tables], functions };
  const derived = productsOf(program, io, products);
  const stateWords = model.state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
  const counts = family.counts(solver.steps);
  const perStep = family.counts(1);
  const samples = solver.batch ?? 1;
  return {
    model,
    solver,
    program: {
      arrays: [...program.arrays, ...derived.flatMap(({ arrays }) => arrays)],
      functions: [...functions, ...derived.flatMap((each) => each.functions)],
    },
    entries: [
      { name: "solve", fn: "solve", arguments: [] },
      { name: "gradient", fn: "gradient", arguments: [] },
      ...(["jvp", "hvp"] as const)
        .filter((name) => products[name])
        .map((name) => ({ name, fn: name, arguments: [] })),
      ...fieldEntries(model, fieldVjp, fieldJvp),
    ],
    counts: {
      solve: { field: samples * counts.forward },
      gradient: { field: samples * plan.field(counts), vjp: samples * counts.forward },
      reverse: {
        field: !isExplicit(method) ? 0 : plan.field(perStep) - perStep.forward,
        vjp: perStep.forward,
      },
    },
    // What grows with the steps is counted in the program; the states that `revolve` keeps do not grow.
    words: {
      checkpoints: (solver.checkpoints ?? 0) * stateWords * (1 + family.shape.past.length),
      workspace: 0,
    },
    version,
  };
}

/** The explicit method of a solve, as far as there is something that its operations are for. */
function explicitOf({ loss }: Model, { method, start, adjoint }: Solver): Explicit | undefined {
  const whole = explicitMethod(method, start, adjoint === "reversible");
  return whole !== undefined && loss.running === undefined ? withoutRunning(whole) : whole;
}

/** What an event needs beside its own functions. */
function eventFunctionsOf(
  event: ModelEvent,
  model: Model,
  wanted: ReadonlySet<string>,
  io: Interface,
  context: Context,
  transposed: (fn: Fn) => Fn,
): EventFunctions {
  const ends = io.arrays.filter(({ name }) => name === io.t0 || name === io.t1);
  const inInterval: Context = { ...context, arrays: [...context.arrays, ...ends] };
  const derive = (fn: Fn): Directional => directional(fn, model, wanted, io, inInterval);
  const { running, terminal } = model.loss;
  return {
    field: derive(model.rhs),
    running: running && derive(running),
    when: derive(event.when),
    whenVjp: transposed(event.when),
    thenVjp: event.then && transposed(event.then),
    thenInTime: event.then && derive(event.then).inTime,
    terminalInTime: event.stops && terminal !== undefined ? derive(terminal).inTime : undefined,
  };
}

/** The products that are asked for: forward mode over the solve, and over the gradient. */
function productsOf(program: Program, io: Interface, products: Products): ProgramTangent[] {
  const { directions, tangents } = io;
  // A Hessian is that of the loss as a function of what a gradient is for, at the interval there is.
  const isInterval = new Set([io.t0, io.t1, io.times]);
  const inside = new Map([...directions].filter(([array]) => !isInterval.has(array)));
  return [
    ...(products.jvp ? [programTangent(program, "solve", directions, tangents, "jvp")] : []),
    ...(products.hvp ? [programTangent(program, "gradient", inside, tangents, "hvp")] : []),
  ];
}

/** Leaves of the state by the half they belong to, where the method moves halves. */
function leavesByPart(
  model: Model,
  solver: Solver,
  context: Context,
): Readonly<Record<Part, readonly Leaf[]>> {
  const all = model.state;
  if (!isPartitioned(solver.method)) return { all, positions: [], momenta: [] };
  const found = halvesOf(model, context);
  if (found.positions === undefined) throw new Error(`${solver.method} needs a separable system`);
  return { all, ...found };
}

/** The field as a whole, or its two halves. */
function fieldsOf(
  { rhs }: Model,
  { all, positions, momenta }: Readonly<Record<Part, readonly Leaf[]>>,
  derive: (fn: Fn, of: readonly Leaf[]) => Pick<Field, "vjp" | "halves" | "vjpOfState">,
): ReadonlyMap<Part, Field> {
  if (momenta.length === 0) return new Map([["all", { fn: rhs, of: all, ...derive(rhs, all) }]]);
  const half = (name: string, moved: readonly Leaf[], of: readonly Leaf[]): Field => {
    const fn = onlyResults(rhs, `rhs_of_${name}`, moved);
    return { fn, of, ...derive(fn, of) };
  };
  return new Map([
    ["positions", half("positions", positions, momenta)],
    ["momenta", half("momenta", momenta, positions)],
  ]);
}

/** The function with some of its results alone; the others become its own. */
function onlyResults(fn: Fn, name: string, leaves: readonly Leaf[]): Fn {
  const kept = new Set(leaves.map((leaf) => `f_${leaf.name}`));
  const isDropped = (one: Parameter): boolean =>
    one.kind === "array" && one.access === "out" && !kept.has(one.name);
  const dropped = fn.parameters
    .filter(isDropped)
    .flatMap((one) => (one.kind === "array" ? [build.alloc(one.name, one.shape, { zero: false })] : []));
  return {
    ...fn,
    name,
    parameters: fn.parameters.filter((one) => !isDropped(one)),
    body: [...dropped, ...fn.body],
  };
}

/** What is differentiated, with these leaves of the state alone. */
function onlyState(
  wanted: ReadonlySet<string>,
  of: readonly Leaf[],
  all: readonly Leaf[],
): ReadonlySet<string> {
  const dropped = new Set(all.filter((leaf) => !of.includes(leaf)).map((leaf) => leaf.name));
  return new Set([...wanted].filter((name) => !dropped.has(name)));
}

/** Each function once: what is not rewritten is its own rewriting. */
const unique = (functions: readonly Fn[]): Fn[] => [...new Set(functions)];
