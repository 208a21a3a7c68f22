/**
 * The plan that stores everything the adjoint reads, as the forward sweep passes it: stage states and tapes of every
 * step. The field is evaluated once.
 *
 * Stores: steps × stages × (state + tape of the field).
 */

import type { Halves } from "../../differentiate/halves.ts";
import type { Affine } from "../../ir/affine.ts";
import type { Statement, View } from "../../ir/nodes.ts";
import type { Driver, Point, Vector } from "../driver.ts";
import type { Plan, Vjps } from "./plan.ts";
import { TapeArrays } from "./tape-arrays.ts";

export class StoreAll implements Plan {
  readonly #driver: Driver;
  readonly #halves: Halves;
  readonly #tapes: TapeArrays;

  constructor(driver: Driver, vjps: Vjps) {
    this.#driver = driver;
    this.#halves = vjps.halves!;
    this.#tapes = new TapeArrays(driver, this.#halves);
  }

  allocate(): Statement[] {
    const { solver, stages, tableau } = this.#driver;
    return [
      ...stages.allocate(solver.steps),
      ...this.#tapes.allocate([solver.steps, tableau.b.length], "checkpoint"),
    ];
  }

  enter(n: Affine): Statement[] {
    this.#stand(n);
    return [];
  }

  slope(point: Point, i: number): Statement[] {
    const { model, slopes } = this.#driver;
    const results = [...model.state.map(slopes.stage(i)), ...this.#tapes.stage(i)];
    return this.#driver.call(this.#halves.taped, point, results);
  }

  reenter(n: Affine): Statement[] {
    this.#stand(n);
    return [];
  }

  back(point: Point, i: number, seeds: readonly View[], bars: Vector): Statement[] {
    return this.#driver.callVjp(this.#halves.back, point, [...this.#tapes.stage(i), ...seeds], bars);
  }

  /** Stage states and tapes are those of step n from here on. */
  #stand(n: Affine): void {
    this.#driver.stages.step = [n];
    this.#tapes.step = [n];
  }
}
