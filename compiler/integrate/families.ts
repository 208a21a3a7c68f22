/**
 * The three families of methods, explicit, implicit and Rosenbrock: what the steps of each are made of, forward and transposed, what
 * they call beside the model's functions, and what a run of them evaluates.
 */

import { tableaus } from "../../runtime/tableaus.ts";
import { jvp } from "../differentiate/forward.ts";
import type { Context } from "../differentiate/normalise.ts";
import type { Fn, GlobalArray } from "../ir/nodes.ts";
import { type Model, sizeOf } from "../model.ts";
import type { Solver } from "../module.ts";
import { directional } from "./directional.ts";
import type { Driver, Shape } from "./driver.ts";
import { embeddedOf, withoutEstimate } from "./embedded.ts";
import { ExplicitStepper, ExplicitTransposer, plainSweep, type Remainder } from "./explicit.ts";
import type { Implicit } from "./implicit.ts";
import { ImplicitStepper } from "./implicit-step.ts";
import { ImplicitTransposer } from "./implicit-transpose.ts";
import type { Interface } from "./interface-arrays.ts";
import { jacobianOf } from "./jacobian.ts";
import { factorise, solve, solveTransposed } from "./linear-algebra.ts";
import { ContinuousTransposer } from "./plans/continuous.ts";
import type { Counts, PlanRow } from "./plans/index.ts";
import { leavesTape, type Vjps } from "./plans/plan.ts";
import { Revolve, repetitions } from "./plans/revolve.ts";
import type { Rosenbrock } from "./rosenbrock.ts";
import { type RosenbrockFunctions, RosenbrockStepper } from "./rosenbrock-step.ts";
import { RosenbrockTransposer } from "./rosenbrock-transpose.ts";
import {
  carriedBy,
  countOf,
  type Explicit,
  evaluationsOf,
  type Operation,
  rebuilt,
  type Scheme,
  schemesOf,
  state,
} from "./scheme.ts";
import type { Stepper, Transposer } from "./stepper.ts";
import type { ImplicitFunctions } from "./systems.ts";

/** A method's steps, forward and transposed. */
export interface Family {
  readonly shape: Shape;
  /** What its steps call beside the model's functions, and the constants of that. */
  readonly functions: readonly Fn[];
  readonly tables: readonly GlobalArray[];
  counts(steps: number): Counts;
  stepper(driver: Driver): Stepper;
  transposer(driver: Driver, plan: PlanRow): Transposer;
}

type Method = Explicit | Implicit | Rosenbrock;

export const isImplicit = (method: Method): method is Implicit => "groups" in method;
export const isExplicit = (method: Method): method is Explicit => "main" in method;

/** `series`: of Taylor's method, where steps are chosen. */
export function explicitFamily(
  method: Explicit,
  solver: Solver,
  vjps: Vjps,
  series: Remainder | undefined,
): Family {
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
    counts: (steps) => countsOf(method, steps, vjps, steps === solver.steps ? solver.checkpoints : undefined),
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

export function implicitFamily(
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

export function rosenbrockFamily(
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
function countsOf(method: Explicit, steps: number, vjps: Vjps, checkpoints?: number): Counts {
  const rows = schemesOf(method).map((scheme) => ({
    forward: evaluationsOf(scheme).length,
    again: rebuilt(scheme, (slope) => leavesTape(vjps, slope)).operations.filter(
      (each) => each.kind === "evaluate",
    ).length,
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
