/**
 * The continuous adjoint: state and λ are integrated backwards together, from their values at the end, by the method
 * itself with a step of -h,
 *
 *     Λ_i = λ + h Σ a_ij u_j ,   u_i = J(Y_i)ᵀ Λ_i ,   θ_bar += h b_i F(Y_i)ᵀ Λ_i ,   λ += h Σ b_i u_i .
 *
 * It discretises the adjoint equation instead of differentiating the discrete solve, so its gradient is NOT that of the
 * loss that is printed, but near it as far as the steps are short. For comparison; every other plan is better.
 *
 * Stores: nothing. Source: Chen et al. 2018 (arXiv:1806.07366).
 */

import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Expr, Statement } from "../../ir/nodes.ts";
import type { Leaf } from "../../model.ts";
import type { Point } from "../calls.ts";
import { type Driver, read, type Vector } from "../driver.ts";
import type { Embedded } from "../embedded.ts";
import { ExplicitStepper, plainSweep } from "../explicit.ts";
import { type Explicit, k, x } from "../scheme.ts";
import type { Stepper, Transposer } from "../stepper.ts";
import { type Coefficients, type Fraction, isZero, usedStages } from "../tableau.ts";

export class ContinuousTransposer implements Transposer {
  readonly forward: Stepper;
  readonly lambda: Vector;
  readonly past: readonly Vector[] = [];
  readonly #driver: Driver;
  readonly #tableau: Coefficients;
  /** h b_i u_i of each stage, or u_i where b_i is 0. */
  readonly #slopes: Vector;
  readonly #stage: Vector;
  readonly #seed: Vector;

  constructor(driver: Driver, method: Explicit, tableau: Coefficients, embedded: Embedded | undefined) {
    this.#driver = driver;
    this.#tableau = tableau;
    this.lambda = driver.vector("lambda_");
    this.#slopes = driver.vector("u_");
    this.#stage = driver.vector("lambda_stage_");
    this.#seed = driver.vector("w_");
    this.forward = new ExplicitStepper(driver, method, plainSweep(driver), embedded);
  }

  allocatePlan(): Statement[] {
    return this.#driver.stages.allocate();
  }

  allocateCarried(): Statement[] {
    return this.#driver.allocate(this.lambda, { zero: true });
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...driver.allocate(this.#slopes, { copies: [this.#tableau.b.length] }),
      ...driver.allocate(this.#stage),
      ...driver.allocate(this.#seed),
    ];
  }

  reverse(n: Affine): Statement[] {
    const driver = this.#driver;
    const { b } = this.#tableau;
    const used = usedStages(this.#tableau).flatMap((isUsed, i) => (isUsed ? [i] : []));
    return [
      ...used.flatMap((i) => this.#stageOf(n, i)),
      build.comment("State and λ of the step's start, nearly."),
      ...driver.assign(driver.state, (leaf, at) =>
        build.sub(read(driver.state, leaf, at), this.#combined(b, leaf, at)),
      ),
      ...driver.assign(this.lambda, (leaf, at) =>
        used
          .filter((i) => !isZero(b[i]!))
          .map((i) => read(this.#slopeOf(i), leaf, at))
          .reduce((left, right) => build.add(left, right), read(this.lambda, leaf, at)),
      ),
    ];
  }

  #slopeOf(i: number): Vector {
    return (leaf) => ({ array: this.#slopes(leaf).array, prefix: [affine.integer(i)] });
  }

  /** h Σ weight·k. */
  #combined(weights: readonly Fraction[], leaf: Leaf, at: readonly Affine[]): Expr {
    const driver = this.#driver;
    return weights
      .map((weight, j) => ({ weight, j }))
      .filter(({ weight }) => !isZero(weight))
      .map(({ weight, j }) => build.mul(driver.scaled(weight), read(driver.vectorOf(k(j)), leaf, at)))
      .reduce((left, right) => build.add(left, right), build.zero);
  }

  #stageOf(n: Affine, i: number): Statement[] {
    const driver = this.#driver;
    const { a, b, c } = this.#tableau;
    const row = a[i] ?? [];
    const [over, under] = c[i]!;
    // A fraction of the step from its end is the rest of it from its start.
    const rest: Fraction = [under - over, under];
    const point: Point = {
      t: isZero(rest) ? driver.stepStart : build.add(driver.stepStart, driver.scaled(rest)),
      state: driver.vectorOf(x(i)),
      piece: driver.pieceOfStep(n),
    };
    const weight = b[i]!;
    const field = driver.vjps.fields.get("all")!;
    const { running } = driver.vjps;
    const isWeighted = !isZero(weight);
    const adjoint = (leaf: Leaf, at: readonly Affine[]): Expr =>
      row
        .map((coefficient, j) => ({ coefficient, j }))
        .filter(({ coefficient }) => !isZero(coefficient))
        .map(({ coefficient: [top, bottom], j }) => {
          const [p, q] = b[j]!;
          const slope = read(this.#slopeOf(j), leaf, at);
          if (p === 0) return build.mul(driver.scaled([top, bottom]), slope);
          return build.mul(build.number(top / bottom / (p / q)), slope);
        })
        .reduce((left, right) => build.add(left, right), read(this.lambda, leaf, at));
    const runningSeed = isWeighted ? driver.scaled(weight) : build.one;
    const runningVjp = isWeighted ? running : driver.vjps.runningOfState;
    return [
      build.comment(`Stage ${i + 1}, backwards.`),
      ...driver.assign(driver.vectorOf(x(i)), (leaf, at) =>
        build.sub(read(driver.state, leaf, at), this.#combined(row, leaf, at)),
      ),
      ...driver.slopeOf(point, k(i)),
      ...driver.assign(this.#stage, adjoint),
      ...driver.assign(this.#seed, (leaf, at) =>
        isWeighted
          ? build.mul(driver.scaled(weight), read(this.#stage, leaf, at))
          : read(this.#stage, leaf, at),
      ),
      ...driver.assign(this.#slopeOf(i), () => build.zero),
      ...driver.calls.toVjp(
        isWeighted ? field.vjp! : field.vjpOfState!,
        point,
        driver.model.state.map(this.#seed),
        this.#slopeOf(i),
        driver.model.state,
        isWeighted,
      ),
      ...(runningVjp === undefined
        ? []
        : [
            build.store(driver.runningSeed, [], runningSeed),
            ...driver.calls.toVjp(
              runningVjp,
              point,
              [{ array: driver.runningSeed, prefix: [] }],
              this.#slopeOf(i),
              driver.model.state,
              isWeighted,
            ),
          ]),
    ];
  }
}
