/**
 * Settles how one question is asked of a model: the model's `solver` under the options of the user. In: a model and
 * checked options. Out: a `Solver` with every number decided, or diagnostics that point at the place in the model where
 * the culprit was written, or name the option.
 *
 * Everything here is known before the run; what only the run knows (times or t1 changed at run time) is a status there.
 */

import { nearest } from "../runtime/nearest.ts";
import {
  badCheckpoints,
  badInterval,
  badOrder,
  badStart,
  badStepSize,
  badSteps,
  badTolerance,
  batchTooLarge,
  eventsNeed,
  noContinuousAdjoint,
  noDensity,
  noErrorEstimate,
  nothingToSolve,
  notReversible,
  notWithTaylor,
  stepsAndStepSize,
  stepsAndTolerances,
  stepsNoMultipleOfPieces,
  timeOffSteps,
  timeOutside,
  timesNotInOrder,
  timesOnSteps,
  tooManySteps,
  unknownAdjoint,
  unknownMethod,
  unknownWrt,
  type WrittenTime,
  wrtOfInitial,
} from "./diagnostics/command-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import type { Span } from "./diagnostics/span.ts";
import { embeddedOf } from "./integrate/embedded.ts";
import { implicitMethod } from "./integrate/implicit.ts";
import { methodNamed, methods, usualOrder } from "./integrate/methods.ts";
import { usualCheckpoints } from "./integrate/plans/revolve.ts";
import { rosenbrockMethod } from "./integrate/rosenbrock.ts";
import { takesOrder, takesStart, undoing } from "./integrate/schemes.ts";
import { type Leaf, type Model, mostEntries, sizeOf } from "./model.ts";
import { type Solver, uncountable } from "./module.ts";
import { configured, type Options } from "./options.ts";

/** Steps where neither the model nor the user says how many; raised until pieces and observation times are met. */
export const defaultSteps = 100;

/** Plans that are exact for every method. */
export const adjoints = ["symplectic", "step", "store-all", "revolve"] as const;
/** Plans that not every method admits, or whose gradient is not exact. */
export const otherAdjoints = ["reversible", "continuous"] as const;

/** Plans that go through every step once, in order. */
const plansInOrder = ["symplectic", "step", "store-all"] as const;

/** A plan that a method admits, and how its gradient stands to that of the discrete solve. */
export interface Admitted {
  readonly adjoint: string;
  readonly exact: "exact" | "to rounding" | "no";
}

/** The plans that the method of a solver admits, those that are exact for every method first. */
export function plansFor(solver: Pick<Solver, "method" | "tolerance" | "hasEvents">): Admitted[] {
  const { method, tolerance, hasEvents } = solver;
  if (hasEvents === true) return plansInOrder.map((adjoint) => ({ adjoint, exact: "exact" }));
  if (method === "taylor") return adjoints.map((adjoint) => ({ adjoint, exact: "exact" }));
  const undone = tolerance === undefined ? undoing(method) : undefined;
  return [
    ...adjoints.map((adjoint) => ({ adjoint, exact: "exact" as const })),
    ...(undone === undefined
      ? []
      : [{ adjoint: "reversible", exact: undone === "exact" ? ("to rounding" as const) : ("no" as const) }]),
    ...(methodNamed(method)?.family === "explicit" ? [{ adjoint: "continuous", exact: "no" as const }] : []),
  ];
}

/** `fault`: whose value is wrong, the one written in the model or one of the options. */
export type Resolved =
  | { readonly solver: Solver }
  | {
      readonly solver?: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly fault: "model" | "options";
    };

/** The order of Taylor's method that is cheapest for a tolerance: -ln(rtol) / 2 + 1 (Jorba, Zou 2005). */
function orderFor(tolerance: Solver["tolerance"]): number {
  if (tolerance === undefined) return usualOrder;
  const least = Math.max(tolerance.rtol, Number.EPSILON);
  return Math.min(16, Math.max(4, Math.ceil(-Math.log(least) / 2) + 1));
}

/** What Taylor's method does not go with. */
function withoutTaylor(
  model: Model,
  adjoint: string,
  density: boolean,
  span: Span | undefined,
): Diagnostic[] {
  const signal = model.inputs.find(({ kind }) => kind !== "hold");
  if (signal !== undefined)
    return [
      notWithTaylor(
        `\`${signal.kind}\` inputs`,
        "use `hold`, or a Runge-Kutta method such as `dopri8`",
        span,
      ),
    ];
  if (model.event !== undefined)
    return [notWithTaylor("events", "use a Runge-Kutta method such as `dopri8`", span)];
  if (density) return [notWithTaylor("`--density`", "use a Runge-Kutta method such as `dopri8`", span)];
  const plans = [...adjoints, "auto"];
  if (!plans.includes(adjoint))
    return [notWithTaylor(`the plan \`${adjoint}\``, `use one of ${plans.join(", ")}`, span)];
  return [];
}

/** How many samples there can be whose records keep to the limit of all arrays, by the largest record that each of them has for itself; points, of a field. */
export function largestBatch({ field, state, data, outputs }: Model): number {
  const words = (leaves: readonly { readonly shape: readonly number[] }[]): number =>
    leaves.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const perSample =
    field === undefined
      ? Math.max(words(state), words(data))
      : Math.max(words(data.filter((leaf) => isOfPoints(field, leaf))) / field.count, words(outputs));
  return Math.floor(mostEntries / Math.max(1, perSample));
}

const isOfPoints = ({ points, directions, covector }: NonNullable<Model["field"]>, { name }: Leaf) =>
  points.includes(name) || directions.includes(name) || covector === name;

const checkBatch = (model: Model, { batch }: Options): Diagnostic[] =>
  batch === undefined || batch <= largestBatch(model) ? [] : [batchTooLarge(batch, largestBatch(model))];

/** A field is asked at points: of the options for solving only those that are of gradients mean anything. */
function ofField(model: Model, options: Options): Resolved {
  const solving = [
    ...(["method", "steps", "dt", "rtol", "atol", "maxSteps", "t0", "t1", "start"] as const),
    ...(["adjoint", "checkpoints", "ram", "density"] as const),
  ];
  // What a configuration says of all models is for those that are solved.
  const asked = solving.find((key) => options[key] !== undefined && options[configured]?.has(key) !== true);
  const wrong =
    asked === undefined
      ? [
          ...checkBatch(model, options),
          ...(options.wrt ?? []).flatMap((path) => checkWrt(model, path, undefined)),
        ]
      : [nothingToSolve(model.name, asked)];
  if (wrong.length > 0) return { diagnostics: wrong, fault: "options" };
  return {
    solver: {
      method: "none",
      adjoint: "reverse",
      t0: 0,
      t1: 1,
      steps: 1,
      wrt: options.wrt,
      ...(options.optimise === "size" ? { isSmall: true } : {}),
      isPointwise: true,
    },
  };
}

export function resolveSolver(model: Model, options: Options): Resolved {
  const written = model.solver;
  const found: Diagnostic[] = [];
  if (model.field !== undefined) return ofField(model, options);
  let fault: "model" | "options" = "options";
  /** `given`: the options that the check looked at; where one is set, the fault lies with the options. */
  const note = (diagnostics: readonly Diagnostic[], ...given: unknown[]): void => {
    found.push(...diagnostics);
    if (diagnostics.length > 0 && given.every((each) => each === undefined)) fault = "model";
  };
  /** Where the model wrote a value; nothing where the user's option overrides it. */
  const place = (key: string, given: unknown): Span | undefined =>
    given === undefined ? model.solverSpans[key] : undefined;

  const method = options.method ?? written.method;
  note(checkMethod(method, place("method", options.method)), options.method);
  // What belongs to the model's own method goes with it where another one is asked for.
  const isOwn = options.method === undefined;
  const start = options.start ?? (isOwn || takesStart(method) ? written.start : undefined);
  if (start !== undefined) note(checkStart(method, start, place("start", options.start)), options.start);
  const order = options.order ?? (isOwn || takesOrder(method) ? written.order : undefined);
  if (order !== undefined && (!takesOrder(method) || order < 2 || order > 16))
    note([badOrder(method, order, place("order", options.order))], options.order);
  const adjoint = options.adjoint ?? written.adjoint;
  note(checkAdjoint(adjoint, place("adjoint", options.adjoint)), options.adjoint);
  const wrt = options.wrt ?? written.wrt;
  for (const path of wrt ?? []) note(checkWrt(model, path, place("wrt", options.wrt)), options.wrt);
  note(checkBatch(model, options), options.batch);
  const kept = options.checkpoints ?? written.checkpoints;
  if (kept !== undefined && !(Number.isSafeInteger(kept) && kept >= 1 && kept <= mostEntries))
    note([badCheckpoints(kept, mostEntries, place("checkpoints", options.checkpoints))], options.checkpoints);

  const t0 = options.t0 ?? written.t0;
  const t1 = options.t1 ?? written.t1;
  const length = t1 - t0;
  if (!Number.isFinite(length) || length === 0) {
    note([badInterval(t0, t1, place("t1", options.t1) ?? place("t0", options.t0))], options.t0, options.t1);
    return { diagnostics: found, fault };
  }
  const outside = checkTimes(model, t0, t1);
  note(outside, options.t0, options.t1, model.timesFrom);
  const count = isAdaptive(model, options)
    ? toleranceOf(model, options, method)
    : stepCount(model, options, method, t0, length);
  if (count.steps === undefined) {
    const { steps, dt, rtol, atol, maxSteps } = options;
    note(count.diagnostics, steps, dt, rtol, atol, maxSteps);
  } else if (outside.length === 0 && count.tolerance === undefined) {
    const straddling = checkBoundaries(model, method, count.steps, t0, length, count.span);
    note(straddling, options.steps, options.dt, options.t0, options.t1, model.timesFrom);
  }
  if (found.length > 0 || count.steps === undefined) return { diagnostics: found, fault };
  // A state that is computed has no gradient of its own.
  const asked = wrt ?? (model.initial === undefined ? undefined : ["params", "inputs"]);
  const { steps, tolerance } = count;
  if (wrt?.includes("times") === true && (tolerance === undefined || model.times === undefined)) {
    const span = place("wrt", options.wrt);
    note([timesOnSteps(model.times !== undefined, hasEstimate(method), span)], options.wrt);
    return { diagnostics: found, fault };
  }
  if (adjoint === "continuous" && methodNamed(method)?.family !== "explicit") {
    const span = place("adjoint", options.adjoint);
    note([noContinuousAdjoint(method, span)], options.adjoint, options.method);
    return { diagnostics: found, fault };
  }
  if (adjoint === "reversible" && (undoing(method) === undefined || tolerance !== undefined)) {
    const those = methods.filter(({ name }) => undoing(name) === "exact").map(({ name }) => name);
    const span = place("adjoint", options.adjoint);
    note([notReversible(method, tolerance !== undefined, those, span)], options.adjoint, options.method);
    return { diagnostics: found, fault };
  }
  const density = options.density === true;
  if (method === "taylor") {
    const wrong = withoutTaylor(model, adjoint, density, place("method", options.method));
    note(wrong, options.method, options.adjoint, options.density);
    if (wrong.length > 0) return { diagnostics: found, fault };
  }
  if (density) {
    const inputs = model.inputs.flatMap((input) => input.leaves);
    const isAsked = inputs.some(({ path }) => isDifferentiated({ wrt: asked }, ["inputs", ...path]));
    if (!isAsked || !plansInOrder.some((each) => each === adjoint)) {
      note([noDensity(isAsked ? "plan" : "inputs")], options.density);
      return { diagnostics: found, fault };
    }
  }
  if (model.event !== undefined) {
    const isOne = methodNamed(method)?.family === "explicit";
    const isPlanned = plansInOrder.some((each) => each === adjoint);
    if (!isOne || !isPlanned || density) {
      const those = methods
        .filter(({ name, family }) => family === "explicit" && name !== "taylor")
        .map(({ name }) => name);
      note(
        [eventsNeed(isOne ? (isPlanned ? "no density" : "plan") : "method", those, model.event.span)],
        options.method,
        options.rtol,
        options.steps,
        options.adjoint,
        options.density,
      );
      return { diagnostics: found, fault };
    }
  }
  const isImplicit = implicitMethod(method) !== undefined || rosenbrockMethod(method) !== undefined;
  const checkpoints =
    adjoint === "revolve"
      ? (options.checkpoints ?? written.checkpoints ?? usualCheckpoints(steps))
      : undefined;
  return {
    solver: {
      method,
      start,
      order: takesOrder(method) ? (order ?? orderFor(tolerance)) : undefined,
      batch: options.batch,
      ...(options.optimise === "size" ? { isSmall: true } : {}),
      adjoint,
      checkpoints,
      ram: options.ram ?? written.ram,
      t0,
      t1,
      steps,
      tolerance,
      density,
      hasEvents: model.event !== undefined,
      isImplicit,
      wrt: asked,
    },
  };
}

function checkMethod(method: string, span: Span | undefined): Diagnostic[] {
  const available = methods.map(({ name }) => name);
  if (available.includes(method)) return [];
  return [unknownMethod(method, nearest(method, available), span)];
}

/** What starts a multistep method is an explicit Runge-Kutta method. */
function checkStart(method: string, start: string, span: Span | undefined): Diagnostic[] {
  const starters = methods.filter(({ family }) => family === "explicit").map(({ name }) => name);
  if (!takesStart(method) || !starters.includes(start))
    return [badStart(method, start, nearest(start, starters), span)];
  return [];
}

function checkAdjoint(adjoint: string, span: Span | undefined): Diagnostic[] {
  const known: readonly string[] = [...adjoints, ...otherAdjoints, "auto"];
  if (known.includes(adjoint)) return [];
  return [unknownAdjoint(adjoint, nearest(adjoint, known), span)];
}

function checkTimes(model: Model, t0: number, t1: number): Diagnostic[] {
  const times = model.times ?? [];
  const low = Math.min(t0, t1);
  const high = Math.max(t0, t1);
  const outside = times.findIndex((time) => !(time >= low && time <= high));
  if (outside >= 0) return [timeOutside(timeAt(model, outside), t0, t1)];
  for (let k = 1; k < times.length; k++) {
    const forward = (times[k]! - times[k - 1]!) * (t1 - t0);
    if (!(forward > 0)) return [timesNotInOrder(timeAt(model, k), times[k - 1]!)];
  }
  return [];
}

/** An observation time and where it was written. */
const timeAt = ({ times = [], timesFrom, timesSpan }: Model, k: number): WrittenTime => ({
  time: times[k]!,
  from: timesFrom?.[k],
  span: timesSpan,
});

interface Count {
  /** The limit, of adaptive steps. */
  readonly steps?: number;
  readonly tolerance?: Solver["tolerance"];
  /** Where the model wrote the number. */
  readonly span?: Span | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const tolerances = { rtol: 1e-6, atol: 1e-9 };

const mostSteps = uncountable - 1;
/** A round number below it. */
const manySteps = 2e9;

const isStepCount = (steps: number): boolean =>
  Number.isSafeInteger(steps) && steps >= 1 && steps <= mostSteps;

/** Attempts at adaptive steps, at most, where nobody says. */
const defaultLimit = 10_000;

const hasEstimate = (method: string): boolean =>
  method === "taylor" ||
  embeddedOf(method) !== undefined ||
  implicitMethod(method)?.estimate !== undefined ||
  rosenbrockMethod(method) !== undefined;

const isOneGiven = (...values: readonly unknown[]): boolean => values.some((value) => value !== undefined);

/** Flags win over the model, whichever way of stepping they name. */
function isAdaptive({ solver }: Model, { steps, dt, rtol, atol }: Options): boolean {
  if (isOneGiven(rtol, atol)) return true;
  return !isOneGiven(steps, dt) && isOneGiven(solver.rtol, solver.atol);
}

function toleranceOf(model: Model, options: Options, method: string): Count {
  const { solver, solverSpans } = model;
  const isFlagged = isOneGiven(options.rtol, options.atol);
  const diagnostics: Diagnostic[] = [];
  const place = isFlagged ? undefined : (solverSpans["rtol"] ?? solverSpans["atol"]);
  const both = isFlagged ? isOneGiven(options.steps, options.dt) : isOneGiven(solver.steps, solver.dt);
  if (both) diagnostics.push(stepsAndTolerances(place));
  const row = methodNamed(method);
  if (row !== undefined && !hasEstimate(method)) {
    diagnostics.push(
      noErrorEstimate(
        method,
        methods.filter(({ name }) => hasEstimate(name)).map(({ name }) => name),
        place,
      ),
    );
  }
  const rtol = options.rtol ?? solver.rtol;
  const atol = options.atol ?? solver.atol;
  const tolerance = { rtol: rtol ?? tolerances.rtol, atol: atol ?? tolerances.atol };
  if (!(tolerance.rtol >= 0 && tolerance.atol >= 0 && tolerance.rtol + tolerance.atol > 0))
    diagnostics.push(badTolerance(tolerance.rtol, tolerance.atol, place));
  const limit = options.maxSteps ?? solver.maxSteps ?? defaultLimit;
  if (!isStepCount(limit))
    diagnostics.push(badSteps(limit, options.maxSteps === undefined ? solverSpans["maxSteps"] : undefined));
  return diagnostics.length > 0 ? { diagnostics } : { steps: limit, tolerance, diagnostics };
}

/** Flags win over the model; a number of steps or a step size of the one replaces either of the other. */
function stepCount(model: Model, options: Options, method: string, t0: number, length: number): Count {
  if (options.steps !== undefined && options.dt !== undefined) return { diagnostics: [stepsAndStepSize()] };
  const flagged = options.steps !== undefined || options.dt !== undefined;
  const steps = flagged ? options.steps : model.solver.steps;
  const dt = flagged ? options.dt : model.solver.dt;
  if (steps !== undefined && dt !== undefined) {
    return { diagnostics: [stepsAndStepSize(model.solverSpans["dt"])] };
  }
  const span = flagged ? undefined : model.solverSpans[steps !== undefined ? "steps" : "dt"];
  if (steps !== undefined) {
    return isStepCount(steps) ? { steps, span, diagnostics: [] } : { diagnostics: [badSteps(steps, span)] };
  }
  if (dt === undefined) {
    return { steps: nextFitting(model, defaultSteps, t0, length) ?? defaultSteps, diagnostics: [] };
  }
  const exact = length / dt;
  const nearby = Math.max(1, Math.round(Math.abs(exact)));
  if (Math.abs(dt) > 0 && exact > mostSteps) {
    const fitting = nextFitting(model, manySteps, t0, length) ?? manySteps;
    return { diagnostics: [tooManySteps(dt, length, mostSteps, fitting, hasEstimate(method), span)] };
  }
  // A step size written in decimals misses its double by half a unit in the last place, times the number of steps.
  const divides = dt !== 0 && Math.abs(Math.abs(exact) - nearby) <= 1e-9 * nearby;
  if (divides && exact > 0) return { steps: nearby, span, diagnostics: [] };
  const least = Number.isFinite(exact) ? Math.min(nearby, manySteps) : defaultSteps;
  const next = nextFitting(model, least, t0, length);
  const isTurned = divides && next === nearby;
  const fitting = isTurned ? { dt: -dt } : next === undefined ? undefined : { steps: next };
  return { diagnostics: [badStepSize(dt, length, fitting, hasEstimate(method), span)] };
}

/** Whether a time lies on a boundary of the steps, up to the rounding of decimal times. */
function onBoundary(time: number, steps: number, t0: number, length: number): boolean {
  const position = ((time - t0) / length) * steps;
  return Math.abs(position - Math.round(position)) <= 1e-9 * Math.max(1, Math.abs(position));
}

/** The first number of steps, from `least`, that is a multiple of all pieces and meets all observation times. */
function nextFitting(model: Model, least: number, t0: number, length: number): number | undefined {
  const pieces = model.inputs
    .filter((input) => input.kind === "hold")
    .reduce((all, { count }) => lcm(all, count), 1);
  const first = Math.ceil(least / pieces) * pieces;
  for (let steps = first; steps < first + 2000 * pieces; steps += pieces) {
    if ((model.times ?? []).every((time) => onBoundary(time, steps, t0, length))) return steps;
  }
  return undefined;
}

function checkBoundaries(
  model: Model,
  method: string,
  steps: number,
  t0: number,
  length: number,
  span: Span | undefined,
): Diagnostic[] {
  const fitting = nextFitting(model, steps, t0, length);
  const straddled = model.inputs.find((input) => input.kind === "hold" && steps % input.count !== 0);
  if (straddled !== undefined) {
    const { name, count } = straddled;
    const suggested = fitting ?? Math.ceil(steps / count) * count;
    return [stepsNoMultipleOfPieces(steps, name, count, suggested, span, straddled.span)];
  }
  const times = model.times ?? [];
  const off = times.findIndex((time) => !onBoundary(time, steps, t0, length));
  return off < 0 ? [] : [timeOffSteps(timeAt(model, off), steps, fitting, hasEstimate(method))];
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;

/** A path names a record, a leaf, or a record of leaves on the way to one. */
function checkWrt(model: Model, path: string, span: Span | undefined): Diagnostic[] {
  if (model.initial !== undefined && /^state(\.|$)/.test(path)) return [wrtOfInitial(path, span)];
  const known = [...wrtPaths(model), ...intervalPaths];
  return known.includes(path) ? [] : [unknownWrt(path, nearest(path, known), span)];
}

/** The interval and the observation times, which `wrt` may name too; they are differentiated by forward mode. */
export const intervalPaths = ["t0", "t1", "times"] as const;

/** Every leaf, and record of leaves, that `wrt` may name. */
export function wrtPaths(model: Model): string[] {
  const leaves = [
    ...(model.initial === undefined ? model.state : []).map((leaf) => ["state", ...leaf.path]),
    ...model.params.map((leaf) => ["params", ...leaf.path]),
    ...model.inputs.flatMap((input) => input.leaves.map((leaf) => ["inputs", ...leaf.path])),
  ];
  const paths = new Set<string>();
  for (const leaf of leaves) {
    for (let length = 1; length <= leaf.length; length++) paths.add(leaf.slice(0, length).join("."));
  }
  return [...paths];
}

/** Whether a leaf is differentiated: nothing is said, or it or a record around it is named. */
export function isDifferentiated(solver: Pick<Solver, "wrt">, path: readonly string[]): boolean {
  const dotted = path.join(".");
  return (
    solver.wrt === undefined || solver.wrt.some((each) => dotted === each || dotted.startsWith(`${each}.`))
  );
}
