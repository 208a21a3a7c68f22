/**
 * The transpose of steps of implicit Runge–Kutta methods, by the transposed stage systems, exact to rounding. With X_i the
 * stage states, J_i and F_i the derivatives of the field there, M = I - h a_ij J_j (block i, j) and λ the cotangent of
 * the step's end,
 *
 *     v_i = h b_i λ + Σ h a_ji μ_j over later groups ,    Mᵀ μ = (J_iᵀ v_i + what the running loss adds)_i ,
 *     w_i = v_i + Σ h a_ji μ_j over the group ,           θ_bar += F_iᵀ w_i ,    λ += Σ μ_i
 *
 * by the implicit function theorem, one group of stages that are solved for together after the other.
 *
 * Source: Sanz-Serna 2016.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import { coefficientOf, type Implicit } from "./implicit.ts";
import { ImplicitStepper, isExplicit } from "./implicit-step.ts";
import { flatIndex } from "./jacobian.ts";
import type { Revolve } from "./plans/revolve.ts";
import { Starts } from "./plans/starts.ts";
import type { Transposer } from "./stepper.ts";
import { type ImplicitFunctions, Systems } from "./systems.ts";
import { isZero } from "./tableau.ts";

export class ImplicitTransposer implements Transposer {
  readonly forward: ImplicitStepper;
  readonly lambda: Vector;
  readonly past: readonly Vector[] = [];
  readonly #driver: Driver;
  readonly #method: Implicit;
  readonly #isStored: boolean;
  readonly #starts: Starts;
  readonly #systems: Systems;
  readonly #bars: Vector;
  readonly #scratch: Vector;
  readonly #seed: Vector;

  /**
   * `isStored`: stage states of every step are kept; otherwise its state, from which they are solved for again, or
   * checkpoints in the place of every state.
   */
  constructor(
    driver: Driver,
    method: Implicit,
    functions: ImplicitFunctions,
    isStored: boolean,
    revolve?: Revolve,
  ) {
    this.#driver = driver;
    this.#method = method;
    this.#isStored = isStored;
    this.#starts = new Starts(driver, revolve);
    this.lambda = driver.vector("lambda_");
    this.#bars = driver.vector("u_");
    this.#scratch = driver.vector("unused_");
    this.#seed = driver.vector("w_");
    this.#systems = new Systems(driver, method.b.length, functions, "adjoint_");
    this.forward = new ImplicitStepper(driver, method, functions, (n) => this.#enter(n));
  }

  allocatePlan(): Statement[] {
    const { stages, room } = this.#driver;
    return this.#isStored ? stages.allocate(room) : [...stages.allocate(), ...this.#starts.allocate()];
  }

  #enter(n: Affine): Statement[] {
    if (!this.#isStored) return this.#starts.enter(n);
    this.#driver.stages.step = [n];
    return [];
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
      ...driver.allocate(this.#bars, { copies: [this.#method.b.length] }),
      ...driver.allocate(this.#scratch),
      ...driver.allocate(this.#seed),
      ...this.#systems.allocate(),
    ];
  }

  reverse(n: Affine): Statement[] {
    const driver = this.#driver;
    const out: Statement[] = [];
    if (this.#isStored) driver.stages.step = [n];
    else {
      out.push(
        build.comment("Stages of this step, again."),
        ...this.#starts.reenter(n),
        ...this.forward.stages(n),
      );
    }
    let later: number[] = [];
    for (const group of [...this.#method.groups].reverse()) {
      out.push(...this.#group(n, group, later));
      later = [...group, ...later];
    }
    out.push(
      build.comment("λ of the step's start."),
      ...driver.assign(this.lambda, (leaf, at) =>
        later
          .map((i) => this.#bar(i, leaf, at))
          .reduce((left, right) => build.add(left, right), read(this.lambda, leaf, at)),
      ),
    );
    return out;
  }

  #bar(i: number, leaf: Leaf, at: readonly Affine[]): Expr {
    return build.read(this.#bars(leaf).array, [affine.integer(i), ...at]);
  }

  #barOf(i: number): Vector {
    return (leaf) => ({ array: this.#bars(leaf).array, prefix: [affine.integer(i)] });
  }

  /** h b_i λ + Σ h a_ji μ_j over some stages. */
  #pulled(i: number, stages: readonly number[], leaf: Leaf, at: readonly Affine[]): Expr {
    const driver = this.#driver;
    const terms = [
      { weight: this.#method.b[i]!, value: read(this.lambda, leaf, at) },
      ...stages.map((j) => ({ weight: coefficientOf(this.#method, j, i), value: this.#bar(j, leaf, at) })),
    ];
    return terms
      .filter(({ weight }) => !isZero(weight))
      .map(({ weight, value }) => build.mul(driver.scaled(weight), value))
      .reduce((left, right) => build.add(left, right), build.zero);
  }

  #group(n: Affine, group: readonly number[], later: readonly number[]): Statement[] {
    const driver = this.#driver;
    const rhs = driver.vjps.fields.get("all")!.vjp!;
    const { names, model } = driver;
    const out: Statement[] = [];
    const running = driver.vjps.running;
    const pull = (i: number, stages: readonly number[]): Statement[] =>
      driver.assign(this.#seed, (leaf, at) => this.#pulled(i, stages, leaf, at));
    for (const i of group) {
      out.push(
        build.comment(`Adjoint of stage ${i + 1}.`),
        ...driver.assign(this.#barOf(i), () => build.zero),
      );
      if (running === undefined || isZero(this.#method.b[i]!)) continue;
      out.push(
        build.store(driver.runningSeed, [], driver.scaled(this.#method.b[i]!)),
        ...driver.calls.toVjp(
          running,
          this.forward.pointOf(n, i),
          [{ array: driver.runningSeed, prefix: [] }],
          this.#barOf(i),
        ),
      );
    }
    if (isExplicit(this.#method, group)) {
      const [i] = group as [number];
      return [
        ...out,
        ...pull(i, later),
        ...driver.calls.toVjp(rhs, this.forward.pointOf(n, i), model.state.map(this.#seed), this.#barOf(i)),
      ];
    }
    const systems = this.#systems;
    const { words } = systems;
    const size = group.length * words;
    for (const i of group) out.push(...systems.jacobian(this.forward.pointOf(n, i), i));
    out.push(...systems.factorise(this.#method, group));
    group.forEach((i, g) => {
      const [row, column] = [names.fresh("row"), names.fresh("column")];
      const flat = names.fresh("v");
      out.push(
        ...pull(i, later),
        // J_iᵀ v_i, on top of what the running loss adds.
        ...model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, names.fresh, (at) => [
            build.store(
              systems.rightOf(size),
              [affine.offset(flatIndex(leaf, at), g * words)],
              this.#bar(i, leaf, at),
            ),
          ]),
        ),
        build.alloc(flat, [words], { zero: false }),
        ...model.state.flatMap((leaf) =>
          build.forEachEntry(leaf.shape, names.fresh, (at) => [
            build.store(flat, [flatIndex(leaf, at)], read(this.#seed, leaf, at)),
          ]),
        ),
        build.loop(row, affine.integer(0), affine.integer(words), [
          build.loop(column, affine.integer(0), affine.integer(words), [
            build.accumulate(
              systems.rightOf(size),
              [affine.offset(affine.index(column), g * words)],
              build.mul(
                build.read(systems.jacobians, [affine.integer(i), affine.index(row), affine.index(column)]),
                build.read(flat, [affine.index(row)]),
              ),
            ),
          ]),
        ]),
      );
    });
    out.push(systems.solve(size, true));
    group.forEach((i, g) => {
      out.push(
        ...driver.assign(this.#barOf(i), (leaf, at) =>
          systems.rightAt(size, affine.offset(flatIndex(leaf, at), g * words)),
        ),
      );
    });
    for (const i of group) {
      out.push(
        ...pull(i, [...group, ...later]),
        // The state's cotangent is μ already; only those of everything else are wanted.
        ...driver.assign(this.#scratch, () => build.zero),
        ...driver.calls.toVjp(rhs, this.forward.pointOf(n, i), model.state.map(this.#seed), this.#scratch),
      );
    }
    return out;
  }
}
