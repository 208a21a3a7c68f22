/**
 * The transpose of steps of Rosenbrock methods. J is taken at the start of the step, so its own derivative is part of the
 * gradient: with w_i = (I - hγJ)⁻ᵀ ū_i, taken from the last stage to the first, what J and f_t add to the cotangents is the
 * gradient of
 *
 *     Σ (hγ w_i)ᵀ J u_i + (Σ d_i h · hγ w_i)ᵀ f_t ,
 *
 * a jvp of the field, transposed.
 *
 * Source: Daescu, Sandu, Carmichael 2003.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement, View } from "../ir/nodes.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { flatIndex } from "./jacobian.ts";
import type { Revolve } from "./plans/revolve.ts";
import { Starts } from "./plans/starts.ts";
import { quadratureWeights, type Rosenbrock } from "./rosenbrock.ts";
import { type RosenbrockFunctions, RosenbrockStepper } from "./rosenbrock-step.ts";
import { k } from "./scheme.ts";
import type { Transposer } from "./stepper.ts";
import { Systems } from "./systems.ts";
import { decimal } from "./tableau.ts";

export class RosenbrockTransposer implements Transposer {
  readonly forward: RosenbrockStepper;
  readonly lambda: Vector;
  readonly past: readonly Vector[] = [];
  readonly #driver: Driver;
  readonly #method: Rosenbrock;
  readonly #functions: RosenbrockFunctions;
  readonly #isStored: boolean;
  readonly #starts: Starts;
  readonly #kept: Vector;
  readonly #systems: Systems;
  /** Cotangents of the stages, then what the systems make of them. */
  readonly #bars: Vector;
  readonly #place: Vector;
  readonly #seed: Vector;
  readonly #drift: Vector;
  readonly #along: Vector;

  /** `isStored`: the stages of every step are kept beside its state. */
  constructor(
    driver: Driver,
    method: Rosenbrock,
    functions: RosenbrockFunctions,
    isStored: boolean,
    revolve?: Revolve,
  ) {
    this.#driver = driver;
    this.#method = method;
    this.#functions = functions;
    this.#isStored = isStored;
    this.#starts = new Starts(driver, revolve);
    this.lambda = driver.vector("lambda_");
    this.#bars = driver.vector("u_bar_");
    this.#place = driver.vector("x_bar_");
    this.#seed = driver.vector("w_");
    this.#drift = driver.vector("w_in_time_");
    this.#along = driver.vector("adjoint_along_");
    this.#systems = new Systems(driver, 1, functions, "adjoint_");
    this.#kept = driver.vector("stored_u_");
    this.forward = new RosenbrockStepper(driver, method, functions, {
      enter: (n) => this.#starts.enter(n),
      leave: (n) => (this.#isStored ? this.#copyStages(n, true) : []),
    });
  }

  allocatePlan(): Statement[] {
    const driver = this.#driver;
    const copies = [driver.room, this.#method.m.length];
    return [
      ...driver.stages.allocate(),
      ...this.#starts.allocate(),
      ...(this.#isStored ? driver.allocate(this.#kept, { copies, role: "checkpoint" }) : []),
    ];
  }

  /** The stages of step n into their place among all, or back. */
  #copyStages(n: Affine, isKept: boolean): Statement[] {
    const driver = this.#driver;
    return this.#method.m.flatMap((_, i) => {
      const there: Vector = (leaf) => ({ array: this.#kept(leaf).array, prefix: [n, affine.integer(i)] });
      const here = driver.vectorOf(k(i));
      const [to, from] = isKept ? [there, here] : [here, there];
      return driver.assign(to, (leaf, at) => read(from, leaf, at));
    });
  }

  get sweep() {
    return this.#starts.sweep({ forward: this.forward, reverse: (n) => this.reverse(n) });
  }

  allocateCarried(): Statement[] {
    return this.#driver.allocate(this.lambda, { zero: true });
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...driver.allocate(this.#bars, { copies: [this.#method.m.length] }),
      ...[this.#place, this.#seed, this.#drift, this.#along].flatMap((vector) => driver.allocate(vector)),
      ...this.#systems.allocate(),
    ];
  }

  #barOf(i: number): Vector {
    return (leaf) => ({ array: this.#bars(leaf).array, prefix: [affine.integer(i)] });
  }

  /** Adds a multiple of one vector to another. */
  #add(to: Vector, factor: Expr, of: Vector): Statement[] {
    return this.#driver.assign(to, (leaf, at) =>
      build.add(read(to, leaf, at), build.mul(factor, read(of, leaf, at))),
    );
  }

  reverse(n: Affine): Statement[] {
    const driver = this.#driver;
    const { model, vjps } = driver;
    const { m, a, c, d, gamma } = this.#method;
    const { field, running } = this.#functions;
    const systems = this.#systems;
    const size = systems.words;
    const rhsVjp = vjps.fields.get("all")!.vjp!;
    const start = this.forward.startOf(n);
    const seedOf = (array: string): View => ({ array, prefix: [] });
    const out: Statement[] = [
      build.comment(this.#isStored ? "Stages of this step." : "Stages of this step, again."),
      ...this.#starts.reenter(n),
      ...(this.#isStored
        ? [...this.#copyStages(n, false), ...m.flatMap((_, i) => this.forward.place(i))]
        : this.forward.stages(n)),
      build.comment("The system, transposed."),
      ...this.forward.factors(n, systems),
      ...m.flatMap((weight, i) =>
        driver.assign(this.#barOf(i), (leaf, at) =>
          build.mul(build.number(weight), read(this.lambda, leaf, at)),
        ),
      ),
      ...driver.assign(this.#drift, () => build.zero),
    ];
    const weights = quadratureWeights(this.#method);
    if (running !== undefined) out.push(...this.#runningAtStart(n, weights));
    for (let i = m.length - 1; i >= 0; i--) {
      out.push(
        build.comment(`Adjoint of stage ${i + 1}.`),
        ...model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, driver.names.fresh, (at) => [
            build.store(systems.rightOf(size), [flatIndex(leaf, at)], read(this.#barOf(i), leaf, at)),
          ]),
        ),
        systems.solve(size, true),
        ...driver.assign(this.#barOf(i), (leaf, at) => systems.rightAt(size, flatIndex(leaf, at))),
        ...driver.assign(this.#seed, (leaf, at) =>
          build.mul(driver.scaled(decimal(gamma)), read(this.#barOf(i), leaf, at)),
        ),
        ...driver.assign(this.#place, () => build.zero),
        ...driver.calls.toVjp(rhsVjp, this.forward.pointOf(n, i), model.state.map(this.#seed), this.#place),
      );
      if (vjps.running !== undefined && Math.abs(weights[i]!) >= 1e-15)
        out.push(
          build.store(driver.runningSeed, [], driver.scaled(decimal(weights[i]!))),
          ...driver.calls.toVjp(
            vjps.running,
            this.forward.pointOf(n, i),
            [seedOf(driver.runningSeed)],
            this.#place,
          ),
        );
      out.push(
        ...this.#add(this.lambda, build.one, this.#place),
        ...a[i]!.flatMap((value, j) =>
          value === 0 ? [] : this.#add(this.#barOf(j), build.number(value), this.#place),
        ),
        ...c[i]!.flatMap((value, j) =>
          this.#add(this.#barOf(j), build.number(gamma * value), this.#barOf(i)),
        ),
        // What J adds: (hγ w_i)ᵀ J u_i, differentiated at the start of the step.
        ...driver.calls.toVjp(
          field.ofStateVjp,
          start,
          [...model.state.map(driver.vectorOf(k(i))), ...model.state.map(this.#seed)],
          this.lambda,
        ),
        ...(field.inTime === undefined || d[i] === 0
          ? []
          : this.#add(this.#drift, build.mul(build.number(d[i]!), driver.h), this.#seed)),
      );
    }
    if (field.inTimeVjp !== undefined)
      out.push(
        build.comment("What f_t adds."),
        ...driver.calls.toVjp(field.inTimeVjp, start, model.state.map(this.#drift), this.lambda),
      );
    return out;
  }

  /** The running loss' change along Σ β_i u_i: into the cotangents of the stages, and its own derivative. */
  #runningAtStart(n: Affine, weights: readonly number[]): Statement[] {
    const driver = this.#driver;
    const { model } = driver;
    const running = this.#functions.running!;
    const start = this.forward.startOf(n);
    const seed: View = { array: driver.runningSeed, prefix: [] };
    return [
      build.comment("The running loss, as one more state."),
      ...driver.assign(this.#place, () => build.zero),
      build.store(driver.runningSeed, [], driver.h),
      ...driver.calls.toVjp(running.vjpOfState, start, [seed], this.#place, model.state, false),
      ...weights.flatMap((weight, i) =>
        Math.abs(weight) < 1e-15 ? [] : this.#add(this.#barOf(i), build.number(weight), this.#place),
      ),
      ...this.forward.along(this.#along),
      ...driver.calls.toVjp(running.ofStateVjp, start, [...model.state.map(this.#along), seed], this.lambda),
      ...(running.inTimeVjp === undefined
        ? []
        : [
            build.store(
              driver.runningSeed,
              [],
              build.mul(driver.scaled(decimal(this.forward.drift)), driver.h),
            ),
            ...driver.calls.toVjp(running.inTimeVjp, start, [seed], this.lambda),
          ]),
    ];
  }
}
