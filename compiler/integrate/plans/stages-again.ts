/**
 * Plans that store the state of every step and rebuild the stages of one step at a time. `symplectic` rebuilds the
 * stage states, and its vjp evaluates the field once more; `step` keeps the tapes of the step's stages as it rebuilds
 * them, so that the field is evaluated twice in all and not three times.
 *
 * Stores: steps × what the stages are rebuilt from (the state; of a predictor its past too); `step` also the tapes of
 * one step.
 */

import type { Affine } from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Statement, View } from "../../ir/nodes.ts";
import type { Point } from "../calls.ts";
import type { Driver, Vector } from "../driver.ts";
import {
  carriedBy,
  type Evaluate,
  type Explicit,
  rebuilt,
  type Scheme,
  same,
  schemesOf,
  type Vec,
} from "../scheme.ts";
import { Step } from "../step.ts";
import { leavesTape, type Plan } from "./plan.ts";
import { TapeArrays } from "./tape-arrays.ts";

export class StagesAgain implements Plan {
  readonly keepsTapes = false;
  readonly #driver: Driver;
  readonly #step: Step;
  readonly #tapes: TapeArrays | undefined;
  readonly #stored: readonly { readonly vec: Vec; readonly vector: Vector }[];

  /** `isTaped`: keeps the tapes of the stages it rebuilds. */
  constructor(driver: Driver, method: Explicit, isTaped: boolean) {
    this.#driver = driver;
    this.#step = new Step(driver, method);
    this.#tapes = isTaped ? new TapeArrays(driver, method) : undefined;
    const needed = schemesOf(method).flatMap((scheme) => rebuilt(scheme).from);
    this.#stored = carriedBy(method)
      .filter((vec) => needed.some((one) => same(one, vec)))
      .map((vec) => {
        const prefix = vec.kind === "past" ? `stored_past_${vec.index + 1}_` : "stored_";
        return { vec, vector: driver.vector(prefix) };
      });
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...driver.stages.allocate(),
      ...this.#stored.flatMap(({ vec, vector }) =>
        driver.allocate(vector, {
          copies: [driver.room],
          role: "checkpoint",
          leaves: driver.leavesOf(vec.part),
        }),
      ),
      ...(this.#tapes?.allocate([], "tape") ?? []),
    ];
  }

  enter(n: Affine): Statement[] {
    const driver = this.#driver;
    return this.#stored.flatMap(({ vec, vector }) =>
      driver.assign(
        (leaf) => ({ array: vector(leaf).array, prefix: [n] }),
        (leaf, at) => build.read(driver.vectorOf(vec)(leaf).array, at),
        driver.leavesOf(vec.part),
      ),
    );
  }

  /** One function for both sweeps is less code: what the forward sweep writes onto the tapes is overwritten. */
  slope(point: Point, { slope }: Evaluate): Statement[] {
    if (this.#tapes === undefined || this.#driver.solver.isSmall !== true)
      return this.#driver.slopeOf(point, slope);
    return this.#taped(point, slope, this.#tapes);
  }

  #taped(point: Point, slope: Evaluate["slope"], tapes: TapeArrays): Statement[] {
    const driver = this.#driver;
    const { halves } = driver.vjps.fields.get(slope.part)!;
    const results = driver.leavesOf(slope.part).map(driver.vectorOf(slope));
    return driver.calls.to(halves!.taped, point, [...results, ...tapes.of(slope)]);
  }

  reenter(n: Affine, scheme: Scheme): Statement[] {
    const driver = this.#driver;
    // What a tape holds is needed of every evaluation, the slope of the last stage of none.
    const { from, operations } = rebuilt(scheme, (slope) => leavesTape(driver.vjps, slope));
    return [
      build.comment("Stages of this step, again."),
      ...this.#stored
        .filter(({ vec }) => from.some((one) => same(one, vec)))
        .flatMap(({ vec, vector }) =>
          driver.assign(
            driver.vectorOf(vec),
            (leaf, at) => build.read(vector(leaf).array, [n, ...at]),
            driver.leavesOf(vec.part),
          ),
        ),
      ...operations.flatMap((operation): Statement[] => {
        if (operation.kind === "combine") return this.#step.combine(operation);
        if (operation.kind === "quadrature") return [];
        const point = this.#step.pointOf(n, operation);
        const { slope } = operation;
        return this.#tapes === undefined
          ? driver.slopeOf(point, slope)
          : this.#taped(point, slope, this.#tapes);
      }),
    ];
  }

  back(point: Point, { slope }: Evaluate, seeds: readonly View[], bars: Vector): Statement[] {
    const driver = this.#driver;
    const { halves, of, vjp } = driver.vjps.fields.get(slope.part)!;
    if (this.#tapes === undefined) return driver.calls.toVjp(vjp!, point, seeds, bars, of);
    return driver.calls.toVjp(halves!.back, point, [...this.#tapes.of(slope), ...seeds], bars, of);
  }
}
