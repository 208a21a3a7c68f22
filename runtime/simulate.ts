/**
 * The un-compiled solve: fixed steps of an explicit Runge-Kutta method, from the plain functions of a model.
 *
 * It is the independent truth that generated code is checked against, so it is written to be obvious: it keeps every state, it
 * makes fresh leaves for every call, and it shares only the coefficients with the compiler. Adaptive steps, other families of
 * methods, events and `hamiltonian` need generated code.
 *
 * The rules it fixes: step n starts at t0 + n h with h = (t1 - t0) / steps. A step uses the piece of a `hold` it lies in for all
 * its stages. Observation times are step boundaries; a boundary sees the piece that ends there (t0 the first). The running loss is
 * integrated by the method's own weights. The method is `rk4` when none is named, the interval [0, 1], the number of steps the
 * first from 100 on that fits the declared pieces and observation times.
 */
import type { Env, RunOptions, Simulation, SolverOptions } from "./declaration.ts";
import type { LeafRecord, Leaves } from "./leaves.ts";
import { checkInterval, checkNumber, checkQuestion, checkStepping, stepsOf } from "./question.ts";
import { checkNames, combine, computed, replaced } from "./records.ts";
import { notCompiled, refuse } from "./refuse.ts";
import { checkOptions } from "./run-options.ts";
import { between, piecesOf, type Signal } from "./signals.ts";
import { coefficients, type Fraction } from "./tableaus.ts";

type PlainEnv = Env<unknown, object, LeafRecord> & { readonly k?: number };
type PlainFunction<Result> = (state: LeafRecord, params: LeafRecord, env: PlainEnv) => Result;

/** A declaration with its types forgotten. */
interface Plain {
  readonly state: LeafRecord;
  readonly params?: LeafRecord;
  readonly constants?: object;
  readonly inputs?: Readonly<Record<string, Signal<Leaves>>>;
  readonly data?: LeafRecord;
  readonly initial?: (params: LeafRecord, env: PlainEnv) => object;
  readonly rhs?: PlainFunction<unknown>;
  readonly outputs?: Readonly<Record<string, PlainFunction<unknown>>>;
  readonly times?: readonly number[];
  readonly loss?: { readonly [part in "terminal" | "running" | "at"]?: PlainFunction<number> };
  readonly events?: unknown;
  readonly solver?: SolverOptions;
}

/**
 * Solves a declared model and evaluates its outputs and loss.
 *
 * @throws Error when the solve needs generated code
 * @throws RangeError when steps, pieces and observation times do not fit each other, or a value does not fit its leaf
 */
export function simulate(
  declaration: object,
  options: object = {},
): Simulation<LeafRecord, Readonly<Record<string, unknown>>> {
  checkOptions(options);
  const model = declaration as Plain;
  const given = options as RunOptions<LeafRecord, LeafRecord, Record<string, Signal<Leaves>>, LeafRecord>;
  const { rhs, loss = {}, constants = {} } = model;
  const { method = "rk4", t0 = 0, t1 = 1 } = { ...model.solver, ...given };
  const { a, b, c } = coefficients(method) ?? needsCompiler(`the method ${method}`);
  if (!rhs) return needsCompiler("a hamiltonian");
  if (model.events) return needsCompiler("events");

  // A way of stepping that was given replaces the declared one, whichever it is.
  const isGiven = [given.steps, given.dt, given.rtol, given.atol].some((each) => each !== undefined);
  const stepping: SolverOptions = isGiven ? given : { ...model.solver };
  checkStepping(stepping);
  checkInterval(t0, t1);
  const { dt, rtol, atol } = stepping;
  const asked = dt === undefined ? stepping.steps : stepsOf(dt, t0, t1);
  if (asked === undefined && (rtol ?? atol) !== undefined)
    return needsCompiler("adaptive steps (rtol, atol), where fixed ones, `steps` or `dt`, would do");
  const steps = asked ?? usualSteps(model);
  const h = (t1 - t0) / steps;
  const t = given.times ?? model.times ?? [t1];
  if (given.times) checkNumber(given.times, model.times?.length);
  checkQuestion({ t0, t1, steps, times: t, pieces: piecesOf(model.inputs) });

  const params = replaced(model.params ?? {}, given.params, "params");
  const data = replaced(model.data ?? {}, given.data, "data");
  checkNames(model.inputs ?? {}, given.inputs, "inputs");
  if (model.initial && given.state !== undefined) refuse("state is computed by initial");
  const signals = Object.entries(model.inputs ?? {}).map(([name, signal]) => {
    const own = given.inputs?.[name] ?? signal.knots;
    const shape = signal.knots.map(() => signal.leaf) as readonly Leaves[] as readonly [];
    const knots = combine(shape, (entry) => entry, [own], `inputs.${name}`) as readonly Leaves[];
    return { name, signal, knots };
  });

  /** The env at a time in (or at an end of) step n. */
  const env = (n: number, t: number): PlainEnv => ({
    t,
    constants,
    data,
    inputs: Object.fromEntries(
      signals.map(({ name, signal, knots }) => [
        name,
        signal.kind === "hold"
          ? knots[Math.floor((n * knots.length) / steps)]
          : between(signal, knots, ((t - t0) / (t1 - t0)) * (knots.length - 1)),
      ]),
    ),
  });
  /** y + h sum_j weight_j slope_j, as fresh leaves. */
  const moved = (y: unknown, weights: readonly Fraction[], slopes: readonly unknown[]) =>
    combine(
      model.state,
      (start, ...k) => start + h * weights.reduce((sum, [over, under], j) => sum + (over / under) * k[j]!, 0),
      [y, ...slopes],
      "state",
    ) as LeafRecord;

  const states = [replaced(model.state, model.initial?.(params, env(0, t0)) ?? given.state, "state")];
  let value = 0;
  for (let n = 0; n < steps; n++) {
    const slopes: unknown[] = [];
    b.forEach(([over, under], i) => {
      const here = env(n, t0 + n * h + (c[i]![0] / c[i]![1]) * h);
      const stage = moved(states[n], a[i]!, slopes);
      if (loss.running) value += h * (over / under) * loss.running(stage, params, here);
      slopes.push(rhs(stage, params, here));
    });
    states.push(moved(states[n], b, slopes));
  }

  const seen = t.map((time, k) => {
    const n = Math.round((time - t0) / h);
    const state = states[n]!;
    const here = { ...env(Math.max(n - 1, 0), t0 + n * h), k };
    value += loss.at?.(state, params, here) ?? 0;
    return { state, here };
  });
  value += loss.terminal?.(states[steps]!, params, env(steps - 1, t1)) ?? 0;

  /** One list per name of a record, with an entry per time. */
  const listed = (record: object, entry: (at: (typeof seen)[0], name: string) => unknown) =>
    Object.fromEntries(Object.keys(record).map((name) => [name, seen.map((at) => entry(at, name))])) as never;
  return {
    t,
    state: listed(model.state, ({ state }, name) => state[name]),
    outputs: listed(model.outputs ?? {}, ({ state, here }, name) =>
      computed(model.outputs![name]!(state, params, here), `outputs.${name}`),
    ),
    value,
  };
}

const needsCompiler = (what: string): never => notCompiled(`simulate with ${what}`)();

/** The number of steps where none is named: the first from 100 on whose steps meet all declared pieces and times. */
function usualSteps({ inputs = {}, times = [], solver }: Plain): number {
  const { t0 = 0, t1 = 1 } = { ...solver };
  const pieces = Object.values(piecesOf(inputs));
  const isWhole = (x: number): boolean => Math.abs(x - Math.round(x)) <= 1e-9 * Math.max(1, Math.abs(x));
  for (let steps = 100; steps < 1e6; steps++) {
    const meets = times.every((time) => isWhole(((time - t0) / (t1 - t0)) * steps));
    if (meets && pieces.every((count) => steps % count === 0)) return steps;
  }
  return 100;
}
