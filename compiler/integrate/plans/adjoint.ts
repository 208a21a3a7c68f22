/**
 * The entry function `gradient`: forward sweep, then the adjoint of the same steps, integrated backwards with the partner
 * tableau. In the division-free form
 *
 *     w_i = b_i·λ + Σ_{j>i} a_ji·u_j ,   u_i = h·J(X_i)ᵀ·w_i ,   θ_bar += h·F(X_i)ᵀ·w_i ,   λ += Σ u_i
 *
 * it equals reverse mode of the discrete solve to rounding, for weights b_i = 0 too. Here the seeds carry the factor h
 * (h·w_i), so that the vjp delivers u_i and adds to θ_bar directly. Source: Matsubara, Miyatake, Yaguchi 2021
 * (arXiv:2102.09750); Sanz-Serna 2016. Where the states come from is the plan's business.
 */

import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Expr, Fn, Statement } from "../../ir/nodes.ts";
import { status } from "../../module.ts";
import { type Driver, type Point, Stages, type Vector } from "../driver.ts";
import { combination, RungeKutta } from "../runge-kutta.ts";
import { forwardSweep } from "../solve.ts";
import { isZero } from "../tableau.ts";
import type { Plan, Vjps } from "./plan.ts";

const read = (vector: Vector, leaf: Parameters<Vector>[0], at: readonly Affine[]): Expr => {
  const { array, prefix } = vector(leaf);
  return build.read(array, [...prefix, ...at]);
};

export function gradientEntry(driver: Driver, vjps: Vjps, plan: Plan): Fn {
  const { io, model } = driver;
  const allocations = plan.allocate();
  const sweeps = [...forwardSweep(driver, plan), ...reverseSweep(driver, vjps, plan)];
  return {
    name: "gradient",
    parameters: [],
    body: [
      ...driver.clearBars(),
      ...driver.prelude(io.capacity),
      ...driver.coefficients(),
      ...allocations,
      ...driver.curves(vjps.splines),
      ...driver.curveBars(),
      ...sweeps,
      ...startAdjoint(driver, vjps),
      ...driver.transposeCurves(vjps.splineVjps),
      ...[...io.startBar].flatMap(([leafName, bar]) => {
        const leaf = model.state.find((one) => one.name === leafName)!;
        return build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
          build.store(bar, at, build.read(lambdaName(driver, leafName), at)),
        ]);
      }),
      build.leave(status.ok),
    ],
    doc: "Integrates, then runs the exact adjoint of the same steps: value and gradient of the loss.",
  };
}

/** λ at the start goes into what the initial state was computed from. */
function startAdjoint(driver: Driver, { initial }: Vjps): Statement[] {
  if (initial === undefined) return [];
  const seeds = driver.model.state.map(lambdaOf(driver));
  return [build.comment("Initial state."), ...driver.callVjp(initial, driver.startPoint(), seeds, undefined)];
}

const lambdas = new WeakMap<Driver, Vector>();

/** λ, the cotangent of the state: one array per leaf. */
function lambdaOf(driver: Driver): Vector {
  let vector = lambdas.get(driver);
  if (vector === undefined) {
    vector = driver.vector("lambda_");
    lambdas.set(driver, vector);
  }
  return vector;
}

const lambdaName = (driver: Driver, leafName: string): string =>
  lambdaOf(driver)(driver.model.state.find((leaf) => leaf.name === leafName)!).array;

function reverseSweep(driver: Driver, vjps: Vjps, plan: Plan): Statement[] {
  const { io, model } = driver;
  const lambda = lambdaOf(driver);
  const seed = driver.names.fresh("seed");
  const seedView = { array: seed, prefix: [] };
  const out: Statement[] = [
    build.banner("Reverse sweep"),
    ...driver.allocate(lambda, { zero: true }),
    build.alloc(seed, [], { zero: false }),
  ];
  if (vjps.terminal) {
    out.push(
      build.comment("Terminal loss."),
      build.store(seed, [], build.one),
      ...driver.callVjp(vjps.terminal, driver.finalPoint(), [seedView], lambda),
    );
  }
  const observed = (k: Affine): Statement[] =>
    vjps.at === undefined
      ? []
      : [
          build.comment("Observation."),
          build.store(seed, [], build.one),
          ...driver.callVjp(vjps.at, driver.observationPoint(k), [seedView], lambda),
        ];
  const step = new ReverseStep(driver, vjps, plan, lambda);
  out.push(...step.allocate());
  const n = driver.names.fresh("n");
  if (model.times === undefined) {
    out.push(...restoreObserved(driver, vjps, affine.integer(0)), ...observed(affine.integer(0)));
    out.push(
      build.loop(n, affine.integer(0), driver.steps, step.statements(affine.index(n)), { down: true }),
    );
    return out;
  }
  const segment = driver.names.fresh("segment");
  const at = affine.index(segment);
  const end = (offset: number): Affine => affine.gather(driver.observeAt, [affine.offset(at, offset)]);
  const observation = vjps.at
    ? [
        build.branch(build.compare("lt", build.integerValue(at), build.number(io.observations)), [
          ...restoreObserved(driver, vjps, at),
          ...observed(at),
        ]),
      ]
    : [];
  out.push(
    build.loop(
      segment,
      affine.integer(0),
      affine.integer(io.observations + 1),
      [...observation, build.loop(n, end(0), end(1), step.statements(affine.index(n)), { down: true })],
      { down: true },
    ),
  );
  return out;
}

/** The state at an observation is among the results; the reverse sweep takes it from there. */
function restoreObserved(driver: Driver, vjps: Vjps, k: Affine): Statement[] {
  if (vjps.at === undefined || driver.model.times === undefined) return [];
  return driver.assign(driver.state, (leaf, at) => build.read(driver.io.states.get(leaf.name)!, [k, ...at]));
}

/** One step of the adjoint, from the last stage to the first. */
class ReverseStep {
  readonly #driver: Driver;
  readonly #vjps: Vjps;
  readonly #plan: Plan;
  readonly #lambda: Vector;
  readonly #method: RungeKutta;
  readonly #stageBars: Stages;
  readonly #weights: Vector;
  readonly #runningSeed: string;

  constructor(driver: Driver, vjps: Vjps, plan: Plan, lambda: Vector) {
    this.#driver = driver;
    this.#vjps = vjps;
    this.#plan = plan;
    this.#lambda = lambda;
    this.#method = new RungeKutta(driver);
    this.#stageBars = new Stages(driver, "u_");
    this.#weights = driver.vector("w_");
    this.#runningSeed = driver.names.fresh("running_seed");
  }

  allocate(): Statement[] {
    return [
      ...this.#stageBars.allocate(),
      ...this.#driver.allocate(this.#weights),
      ...(this.#vjps.running ? [build.alloc(this.#runningSeed, [], { zero: false })] : []),
    ];
  }

  statements(n: Affine): Statement[] {
    const driver = this.#driver;
    const { model, tableau } = driver;
    const { stages } = this.#method;
    const out: Statement[] = [...this.#method.startOf(n), ...this.#plan.reenter(n)];
    const pointOf = (i: number): Point => this.#method.pointIn(n, i);
    for (const i of [...stages].reverse()) {
      const bars = this.#stageBars.stage(i);
      const later = stages.filter((j) => j > i);
      out.push(build.comment(`Adjoint of stage ${i + 1}: w = h (b λ + Σ a u), u = Jᵀ w.`));
      out.push(
        ...driver.assign(this.#weights, (leaf, at) =>
          combination(driver, [
            { coefficient: tableau.b[i]!, value: read(this.#lambda, leaf, at) },
            ...later.map((j) => ({
              coefficient: tableau.a[j]?.[i] ?? ([0, 1] as const),
              value: read(this.#stageBars.stage(j), leaf, at),
            })),
          ]),
        ),
        ...driver.assign(bars, () => build.zero),
        ...this.#plan.back(pointOf(i), i, model.state.map(this.#weights), bars),
      );
      if (this.#vjps.running && !isZero(tableau.b[i]!)) {
        out.push(build.store(this.#runningSeed, [], driver.scaled(tableau.b[i]!)));
        out.push(
          ...driver.callVjp(this.#vjps.running, pointOf(i), [{ array: this.#runningSeed, prefix: [] }], bars),
        );
      }
    }
    out.push(build.comment("λ of the step's start."));
    out.push(
      ...driver.assign(this.#lambda, (leaf, at) =>
        // The first stage's cotangent comes last, and the next step waits for it: it is added last.
        [...stages]
          .reverse()
          .map((i) => read(this.#stageBars.stage(i), leaf, at))
          .reduce((left, right) => build.add(left, right), read(this.#lambda, leaf, at)),
      ),
    );
    return out;
  }
}
