/**
 * The plan that stores everything the adjoint reads, as the forward sweep passes it: stage states and tapes of every
 * step. The field is evaluated once.
 *
 * Stores: steps × stages × (state + tape of the field).
 */

import type { Affine } from "../../ir/affine.ts";
import type { Statement, View } from "../../ir/nodes.ts";
import type { Point } from "../calls.ts";
import type { Driver, Vector } from "../driver.ts";
import type { Evaluate, Explicit } from "../scheme.ts";
import type { Plan } from "./plan.ts";
import { TapeArrays } from "./tape-arrays.ts";

export class StoreAll implements Plan {
  readonly keepsTapes = true;
  readonly #driver: Driver;
  readonly #tapes: TapeArrays;

  constructor(driver: Driver, method: Explicit) {
    this.#driver = driver;
    this.#tapes = new TapeArrays(driver, method);
  }

  allocate(): Statement[] {
    const { room, stages } = this.#driver;
    return [...stages.allocate(room), ...this.#tapes.allocate([room], "checkpoint")];
  }

  enter(n: Affine): Statement[] {
    this.#stand(n);
    return [];
  }

  slope(point: Point, { slope }: Evaluate): Statement[] {
    const driver = this.#driver;
    const { halves } = driver.vjps.fields.get(slope.part)!;
    const results = driver.leavesOf(slope.part).map(driver.vectorOf(slope));
    return driver.calls.to(halves!.taped, point, [...results, ...this.#tapes.of(slope)]);
  }

  reenter(n: Affine): Statement[] {
    this.#stand(n);
    return [];
  }

  back(point: Point, { slope }: Evaluate, seeds: readonly View[], bars: Vector): Statement[] {
    const driver = this.#driver;
    const { halves, of } = driver.vjps.fields.get(slope.part)!;
    return driver.calls.toVjp(halves!.back, point, [...this.#tapes.of(slope), ...seeds], bars, of);
  }

  /** Stage states and tapes are those of step n from here on. */
  #stand(n: Affine): void {
    this.#driver.stages.step = [n];
    this.#tapes.step = [n];
  }
}
