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
import { Names } from "../ir/names.ts";
import type { Fn, GlobalArray, Parameter, Program } from "../ir/nodes.ts";
import { type Leaf, type Model, type ModelEvent, sizeOf } from "../model.ts";
import { type Module, noProducts, type Products, type Solver } from "../module.ts";
import { Density, densityFunctions } from "./density.ts";
import { type Directional, directional } from "./directional.ts";
import { Driver, type Shape } from "./driver.ts";
import { embeddedOf, withoutEstimate } from "./embedded.ts";
import { fieldEntries } from "./entries.ts";
import type { Events } from "./event-search.ts";
import { type EventFunctions, EventTransposer, EventValue, functionsOf, StepTangent } from "./events.ts";
import { ExplicitStepper, ExplicitTransposer, plainSweep, type Remainder } from "./explicit.ts";
import { buildField } from "./field-program.ts";
import { type Implicit, implicitMethod } from "./implicit.ts";
import { ImplicitStepper } from "./implicit-step.ts";
import { ImplicitTransposer } from "./implicit-transpose.ts";
import { type Interface, interfaceArrays } from "./interface-arrays.ts";
import { jacobianOf } from "./jacobian.ts";
import { factorise, solve, solveTransposed } from "./linear-algebra.ts";
import { usualOrder } from "./methods.ts";
import { gradientEntry } from "./plans/adjoint.ts";
import { ContinuousTransposer } from "./plans/continuous.ts";
import { type Counts, type PlanRow, plans } from "./plans/index.ts";
import type { Field, Vjps } from "./plans/plan.ts";
import { Revolve, repetitions } from "./plans/revolve.ts";
import { type Rosenbrock, rosenbrockMethod } from "./rosenbrock.ts";
import { type RosenbrockFunctions, RosenbrockStepper } from "./rosenbrock-step.ts";
import { RosenbrockTransposer } from "./rosenbrock-transpose.ts";
import {
  carriedBy,
  countOf,
  type Explicit,
  evaluationsOf,
  type Operation,
  type Part,
  rebuilt,
  type Scheme,
  schemesOf,
  state,
} from "./scheme.ts";
import { explicitMethod, isPartitioned, pastKinds } from "./schemes.ts";
import { halvesOf } from "./separable.ts";
import { isSignal, ofKnots, pivots, splineOf, valueParameters } from "./signals.ts";
import { solveEntry } from "./solve.ts";
import type { Stepper, Transposer } from "./stepper.ts";
import type { ImplicitFunctions } from "./systems.ts";
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
    implicitMethod(solver.method) ??
    rosenbrockMethod(solver.method) ??
    explicitMethod(solver.method, solver.start, solver.adjoint === "reversible");
  if (method === undefined) throw new Error(`no method of the name ${solver.method}`);
  const plan = plans[solver.adjoint];
  if (plan === undefined) throw new Error(`no plan of the name ${solver.adjoint}`);
  const io = interfaceArrays(model, solver, products);
  const { rhs } = model;
  const inputLeaves = model.inputs.flatMap((input) => input.leaves);
  const stateNames = model.state.map((leaf) => leaf.name);
  const all = [...stateNames, ...[...model.params, ...inputLeaves].map((leaf) => leaf.name)];
  const ownContext: Context = { arrays: model.constants, functions: model.functions };
  const fieldVjp = vjp(rhs, new Set(all), ownContext);
  const fieldJvp = jvp(rhs, new Set(all), ownContext);

  const signals = withSignals(model);
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
  const isNarrowed = io.givenBar.size + stateNames.length < all.length;
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
    if (of.length === model.state.length) {
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
    ? explicitFamily(method, solver, series)
    : isImplicit(method)
      ? implicitFamily(method, solved, solver, context, io)
      : rosenbrockFamily(method, solved, solver, context, wanted, io);
  const solveDriver = new Driver(solved, solver, family.shape, io, vjps, leaves);
  const gradientDriver = new Driver(solved, solver, family.shape, io, vjps, leaves);
  gradientDriver.results.hasBars = true;
  const densities =
    density &&
    densityFunctions(model, density, (leaf) => io.density.has(leaf.name), context, ofState, solved);
  const { event } = solved;
  const eventFunctions = event && eventFunctionsOf(event, solved, wanted, io, context, inSolve);
  const tableau = tableaus[solver.method];
  const eventsIn = (driver: Driver): Events | undefined =>
    event &&
    eventFunctions && {
      event,
      tangent: new StepTangent(driver, tableau!, eventFunctions),
      value: new EventValue(driver, event, eventFunctions),
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
    ...solveDriver.results.invalidation(),
    ...gradientDriver.results.invalidation(),
    solveEntry(solveDriver, family.stepper(solveDriver), splines, eventsIn(solveDriver)),
    gradientEntry(
      gradientDriver,
      transposer,
      densities && new Density(gradientDriver, density!, densities),
      eventsIn(gradientDriver),
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

/** A method's steps, forward and transposed. */
interface Family {
  readonly shape: Shape;
  /** What its steps call beside the model's functions, and the constants of that. */
  readonly functions: readonly Fn[];
  readonly tables: readonly GlobalArray[];
  counts(steps: number): Counts;
  stepper(driver: Driver): Stepper;
  transposer(driver: Driver, plan: PlanRow): Transposer;
}

type Method = Explicit | Implicit | Rosenbrock;

const isImplicit = (method: Method): method is Implicit => "groups" in method;
const isExplicit = (method: Method): method is Explicit => "main" in method;

/** `series`: of Taylor's method, where steps are chosen. */
function explicitFamily(method: Explicit, solver: Solver, series: Remainder | undefined): Family {
  // Steps that events shorten are attempts too, without an estimate.
  const embedded =
    solver.tolerance === undefined
      ? solver.hasEvents === true
        ? withoutEstimate
        : undefined
      : embeddedOf(solver.method);
  const estimate = series ?? embedded;
  return {
    shape: {
      stages: countOf(method, "x"),
      slopes: countOf(method, "k") + (embedded?.extra === undefined && series === undefined ? 0 : 1),
      past: method.past,
    },
    functions: series === undefined ? [] : [series.lastTerms],
    tables: [],
    counts: (steps) => countsOf(method, steps, steps === solver.steps ? solver.checkpoints : undefined),
    stepper: (driver) => new ExplicitStepper(driver, method, plainSweep(driver), estimate),
    transposer: (driver, plan) => {
      if (solver.adjoint === "continuous")
        return new ContinuousTransposer(driver, method, tableaus[solver.method]!, embedded);
      return new ExplicitTransposer(
        driver,
        method,
        plan.make(driver, method),
        estimate,
        solver.checkpoints === undefined
          ? undefined
          : new Revolve(driver, carriedBy(method), solver.checkpoints),
      );
    },
  };
}

/** What is solved for in systems of some sizes, given by their number of entries of the state. */
function systemsOf(
  model: Model,
  context: Context,
  copies: readonly number[],
  io: Interface,
): ImplicitFunctions {
  const words = model.state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
  const tangent = jvp(model.rhs, new Set(model.state.map((leaf) => leaf.name)), context);
  const { fn: jacobian, arrays: tables } = jacobianOf(
    model.rhs,
    tangent,
    model.state,
    context,
    [...io.arrays, ...context.arrays].map(({ name }) => name),
  );
  const sizes = new Set(copies.map((count) => count * words));
  const bySize = (make: (n: number, name: string) => Fn, name: string): ReadonlyMap<number, Fn> =>
    new Map([...sizes].map((n) => [n, make(n, `${name}_${n}`)]));
  return {
    jacobian,
    tables,
    factorise: bySize(factorise, "factorise"),
    solve: bySize(solve, "solve_system"),
    solveTransposed: bySize(solveTransposed, "solve_transposed"),
  };
}

const functionsIn = (systems: ImplicitFunctions): Fn[] => [
  systems.jacobian,
  ...[systems.factorise, systems.solve, systems.solveTransposed].flatMap((table) => [...table.values()]),
];

// Evaluations are counted by the run; here the vjps alone.
const countsOfStages =
  (stages: number) =>
  (steps: number): Counts => ({ forward: steps * stages, again: 0, repeated: 0, undone: 0 });

const revolving = (driver: Driver, solver: Solver): Revolve | undefined =>
  solver.checkpoints === undefined ? undefined : new Revolve(driver, [state()], solver.checkpoints);

function implicitFamily(
  method: Implicit,
  model: Model,
  solver: Solver,
  context: Context,
  io: Interface,
): Family {
  const copies = method.groups.map((group) => group.length);
  const functions = systemsOf(model, context, method.estimate === undefined ? copies : [...copies, 1], io);
  const stages = method.b.length;
  return {
    shape: { stages, slopes: stages + 1, past: [] },
    functions: functionsIn(functions),
    tables: functions.tables,
    counts: countsOfStages(stages),
    stepper: (driver) => new ImplicitStepper(driver, method, functions),
    transposer: (driver, plan) =>
      new ImplicitTransposer(driver, method, functions, plan.isStored, revolving(driver, solver)),
  };
}

function rosenbrockFamily(
  method: Rosenbrock,
  model: Model,
  solver: Solver,
  context: Context,
  wanted: ReadonlySet<string>,
  io: Interface,
): Family {
  const { running } = model.loss;
  // How fast signals change is per interval.
  const ends = io.arrays.filter(({ name }) => name === io.t0 || name === io.t1);
  const inInterval: Context = { ...context, arrays: [...context.arrays, ...ends] };
  const functions: RosenbrockFunctions = {
    ...systemsOf(model, context, [1], io),
    field: directional(model.rhs, model, wanted, io, inInterval),
    running: running && directional(running, model, wanted, io, inInterval),
  };
  const stages = method.m.length;
  const derived = [functions.field, functions.running].flatMap((each) =>
    each === undefined
      ? []
      : [each.ofState, each.ofStateVjp, each.inTime, each.inTimeVjp, each.vjpOfState].filter(
          (fn): fn is Fn => fn !== undefined,
        ),
  );
  return {
    shape: { stages, slopes: stages + 1, past: [] },
    functions: [...functionsIn(functions), ...derived],
    tables: functions.tables,
    counts: countsOfStages(stages),
    stepper: (driver) => new RosenbrockStepper(driver, method, functions),
    transposer: (driver, plan) =>
      new RosenbrockTransposer(driver, method, functions, plan.isStored, revolving(driver, solver)),
  };
}

/** Evaluations of the field in a whole run: forward, and where the stages of every step are rebuilt. */
function countsOf(method: Explicit, steps: number, checkpoints?: number): Counts {
  const rows = schemesOf(method).map((scheme) => ({
    forward: evaluationsOf(scheme).length,
    again: rebuilt(scheme).operations.filter((each) => each.kind === "evaluate").length,
    undone: undoneBy(scheme),
  }));
  const early = method.start === undefined ? 0 : Math.min(steps, method.start.steps);
  const total = (key: "forward" | "again" | "undone"): number =>
    early * rows[0]![key] + (steps - early) * rows.at(-1)![key];
  return {
    forward: total("forward"),
    again: total("again"),
    undone: total("undone"),
    repeated: checkpoints === undefined ? 0 : repetitions(steps, checkpoints) * rows.at(-1)!.forward,
  };
}

/** Evaluations in undoing a step, and in finding its stages where that does not. */
function undoneBy(scheme: Scheme): number {
  const { inverse } = scheme;
  const asked = (operations: readonly Operation[]): number =>
    operations.filter((each) => each.kind === "evaluate").length;
  if (inverse === undefined) return 0;
  return asked(inverse.operations) + (inverse.isExact ? 0 : asked(rebuilt(scheme).operations));
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
    event: model.event && {
      ...model.event,
      when: of(model.event.when),
      then: model.event.then && of(model.event.then),
    },
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
