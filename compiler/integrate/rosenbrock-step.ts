/**
 * Steps of Rosenbrock methods. A stage is one linear system with the factors of I - hγJ, so there is no iteration that could
 * fail. A running loss goes along as one more state, whose stages need no system.
 *
 * Source: Hairer, Wanner 1996, IV.7.
 */

import type { Affine } from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement, View } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { status } from "../module.ts";
import type { Point } from "./calls.ts";
import type { Directional } from "./directional.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { flatIndex } from "./jacobian.ts";
import { quadratureWeights, type Rosenbrock } from "./rosenbrock.ts";
import { k, x } from "./scheme.ts";
import type { Attempts, Control, Stepper } from "./stepper.ts";
import { type ImplicitFunctions, Systems } from "./systems.ts";
import { decimal } from "./tableau.ts";

export interface RosenbrockFunctions extends ImplicitFunctions {
  readonly field: Directional;
  readonly running: Directional | undefined;
}

const sum = (terms: readonly Expr[]): Expr =>
  terms.reduce((left, right) => build.add(left, right), build.zero);

/** What a plan keeps of a step: before its stages, and behind them. */
interface Keeping {
  readonly enter: (n: Affine) => Statement[];
  readonly leave: (n: Affine) => Statement[];
}

export class RosenbrockStepper implements Stepper, Attempts {
  readonly #driver: Driver;
  readonly #method: Rosenbrock;
  readonly #functions: RosenbrockFunctions;
  readonly #systems: Systems;
  readonly #keeps: Keeping;
  readonly #failed: string;
  /** f_t at the start of the step. */
  readonly #inTime: Vector;
  /** Σ β_i u_i, along which the running loss is asked how it changes. */
  readonly #along: Vector;
  readonly keepsSlope = false;
  readonly margin = 1;

  constructor(
    driver: Driver,
    method: Rosenbrock,
    functions: RosenbrockFunctions,
    keeps: Keeping = { enter: () => [], leave: () => [] },
  ) {
    this.#driver = driver;
    this.#method = method;
    this.#functions = functions;
    this.#systems = new Systems(driver, 1, functions, "");
    this.#keeps = keeps;
    this.#failed = driver.names.fresh("step_failed");
    this.#inTime = driver.vector("in_time_");
    this.#along = driver.vector("along_");
  }

  get attempts(): Attempts {
    return this;
  }

  get errorOrder(): number {
    return this.#method.order + 1;
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...driver.slopes.allocate(),
      ...driver.allocate(this.#inTime),
      ...driver.allocate(this.#along),
      ...this.#systems.allocate(),
      build.alloc(this.#failed, []),
    ];
  }

  forward(n: Affine): Statement[] {
    const driver = this.#driver;
    return [
      ...this.#keeps.enter(n),
      ...this.stages(n),
      ...this.#keeps.leave(n),
      build.branch(this.#isFailed(), [
        build.store(driver.io.failedStep, [], build.integerValue(n)),
        ...this.leaveNotFinite(),
      ]),
      ...this.#running(n),
      ...this.#newState(driver.state),
    ];
  }

  advance(n: Affine): Statement[] {
    return [...this.stages(n), ...this.#newState(this.#driver.state)];
  }

  attempt(n: Affine, next: Vector, control: Control): Statement[] {
    const driver = this.#driver;
    const last = driver.vectorOf(k(this.#method.m.length - 1));
    const { statements, mean } = control.meanSquare((leaf, at) => read(last, leaf, at), driver.state, next);
    return [
      ...this.#keeps.enter(n),
      ...this.stages(n),
      ...this.#keeps.leave(n),
      build.branch(
        this.#isFailed(),
        [control.set("error", build.number(Number.NaN))],
        [...this.#newState(next), ...statements, control.set("error", mean)],
      ),
    ];
  }

  accepted(n: Affine): Statement[] {
    return this.#driver.inCoefficients(() => this.#running(n));
  }

  leaveNotFinite(): Statement[] {
    return [
      ...this.#driver.results.spoil(),
      build.branch(
        build.compare("eq", build.read(this.#failed), build.number(status.singularMatrix)),
        [build.leave(status.singularMatrix)],
        [build.leave(status.notFiniteField)],
      ),
    ];
  }

  #isFailed() {
    return build.compare("ne", build.read(this.#failed), build.zero);
  }

  #newState(to: Vector): Statement[] {
    const driver = this.#driver;
    return [
      build.comment("New state."),
      ...driver.assign(to, (leaf, at) =>
        build.add(read(driver.state, leaf, at), this.#weighted(this.#method.m, leaf, at)),
      ),
    ];
  }

  #weighted(weights: readonly number[], leaf: Leaf, at: readonly Affine[]): Expr {
    const driver = this.#driver;
    return sum(
      weights.flatMap((weight, j) =>
        weight === 0 ? [] : [build.mul(build.number(weight), read(driver.vectorOf(k(j)), leaf, at))],
      ),
    );
  }

  /** Where the step starts, and J is taken. */
  startOf(n: Affine): Point {
    const driver = this.#driver;
    return { t: driver.stepStart, state: driver.state, piece: driver.pieceOfStep(n) };
  }

  pointOf(n: Affine, i: number): Point {
    const driver = this.#driver;
    const c = this.#method.times[i]!;
    return {
      t: c === 0 ? driver.stepStart : build.add(driver.stepStart, driver.scaled(decimal(c))),
      state: driver.vectorOf(x(i)),
      piece: driver.pieceOfStep(n),
    };
  }

  /** The places where the stages ask the field, from the stages. */
  place(i: number): Statement[] {
    const driver = this.#driver;
    return driver.assign(driver.vectorOf(x(i)), (leaf, at) =>
      build.add(read(driver.state, leaf, at), this.#weighted(this.#method.a[i]!, leaf, at)),
    );
  }

  /** The factors of I - hγJ at the state; a flag says where there are none. */
  factors(n: Affine, systems: Systems): Statement[] {
    const isFiniteMatrix = build.not(build.isNotFinite(systems.sumOf(systems.words)));
    return [
      ...systems.jacobian(this.startOf(n), 0),
      build.store(systems.singular, [], build.zero),
      ...systems.factoriseOne(this.#method.gamma),
      build.branch(build.compare("ne", build.read(systems.singular), build.zero), [
        build.branch(
          isFiniteMatrix,
          [build.store(this.#failed, [], build.number(status.singularMatrix))],
          [build.store(this.#failed, [], build.number(status.notFiniteField))],
        ),
      ]),
    ];
  }

  /** All stages of step n from the state. */
  stages(n: Affine): Statement[] {
    const driver = this.#driver;
    const { gamma, c, d, m } = this.#method;
    const systems = this.#systems;
    const size = systems.words;
    const { inTime } = this.#functions.field;
    const scratch = k(m.length);
    const out: Statement[] = [
      build.store(this.#failed, [], build.zero),
      build.comment("The system of this step."),
      ...this.factors(n, systems),
      ...(inTime === undefined
        ? []
        : driver.calls.to(inTime, this.startOf(n), driver.model.state.map(this.#inTime))),
    ];
    m.forEach((_, i) => {
      const asked = (leaf: Leaf, at: readonly Affine[]): Expr => {
        const slope = build.mul(driver.scaled(decimal(gamma)), read(driver.vectorOf(scratch), leaf, at));
        const coupled = c[i]!.map((value, j) =>
          build.mul(build.number(gamma * value), read(driver.vectorOf(k(j)), leaf, at)),
        );
        const drift =
          inTime === undefined || d[i] === 0
            ? []
            : [
                build.mul(
                  build.mul(driver.scaled(decimal(gamma * d[i]!)), driver.h),
                  read(this.#inTime, leaf, at),
                ),
              ];
        return sum([slope, ...coupled, ...drift]);
      };
      out.push(
        build.comment(`Stage ${i + 1}.`),
        ...this.place(i),
        ...driver.slopeOf(this.pointOf(n, i), scratch),
        ...driver.model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
            build.store(systems.rightOf(size), [flatIndex(leaf, at)], asked(leaf, at)),
          ]),
        ),
        systems.solve(size, false),
        ...driver.assign(driver.vectorOf(k(i)), (leaf, at) => systems.rightAt(size, flatIndex(leaf, at))),
      );
    });
    const last = driver.vectorOf(k(m.length - 1));
    return [
      ...out,
      build.accumulate(driver.io.evaluations!, [], build.number(m.length)),
      ...driver.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
          build.branch(
            build.and(
              build.isNotFinite(read(last, leaf, at)),
              build.compare("eq", build.read(this.#failed), build.zero),
            ),
            [build.store(this.#failed, [], build.number(status.notFiniteField))],
          ),
        ]),
      ),
    ];
  }

  /** Σ β_i u_i. */
  along(to: Vector): Statement[] {
    const weights = quadratureWeights(this.#method);
    return this.#driver.assign(to, (leaf, at) => this.#weighted(weights, leaf, at));
  }

  /** h Σ β_i d_i, times h: how much of the running loss' own change in time counts. */
  get drift(): number {
    const { d } = this.#method;
    return quadratureWeights(this.#method).reduce((total, weight, i) => total + weight * d[i]!, 0);
  }

  #running(n: Affine): Statement[] {
    const driver = this.#driver;
    const { running } = driver.model.loss;
    const directional = this.#functions.running;
    if (running === undefined || directional === undefined) return [];
    const amount = driver.names.fresh("running_loss");
    const view: View = { array: amount, prefix: [] };
    const add = (factor: Expr): Statement =>
      build.accumulate(driver.integral, [], build.mul(factor, build.read(amount)));
    const { inTime } = directional;
    return [
      build.alloc(amount, [], { zero: false }),
      ...quadratureWeights(this.#method).flatMap((weight, i) =>
        Math.abs(weight) < 1e-15
          ? []
          : [...driver.calls.to(running, this.pointOf(n, i), [view]), add(driver.scaled(decimal(weight)))],
      ),
      ...this.along(this.#along),
      ...driver.calls.to(directional.ofState, this.startOf(n), [
        ...driver.model.state.map(this.#along),
        view,
      ]),
      add(driver.h),
      ...(inTime === undefined
        ? []
        : [
            ...driver.calls.to(inTime, this.startOf(n), [view]),
            add(build.mul(driver.scaled(decimal(this.drift)), driver.h)),
          ]),
    ];
  }
}
