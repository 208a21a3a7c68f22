/**
 * Plans that store the state of every step and rebuild the stages of one step at a time. `symplectic` rebuilds the
 * stage states, and its vjp evaluates the field once more; `step` keeps the tapes of the step's stages as it rebuilds
 * them, so that the field is evaluated twice in all and not three times.
 *
 * Stores: steps × state; `step` also the tapes of one step.
 */

import type { Halves } from "../../differentiate/halves.ts";
import type { Affine } from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Statement, View } from "../../ir/nodes.ts";
import type { Driver, Point, Vector } from "../driver.ts";
import { RungeKutta, stageComment } from "../runge-kutta.ts";
import type { Plan, Vjps } from "./plan.ts";
import { TapeArrays } from "./tape-arrays.ts";

export class StagesAgain implements Plan {
  readonly #driver: Driver;
  readonly #vjps: Vjps;
  readonly #method: RungeKutta;
  readonly #stored: Vector;
  readonly #halves: Halves | undefined;
  readonly #tapes: TapeArrays | undefined;

  /** `isTaped`: keeps the tapes of the stages it rebuilds. */
  constructor(driver: Driver, vjps: Vjps, isTaped: boolean) {
    this.#driver = driver;
    this.#vjps = vjps;
    this.#method = new RungeKutta(driver);
    this.#stored = driver.vector("stored_");
    this.#halves = isTaped ? vjps.halves! : undefined;
    this.#tapes = this.#halves && new TapeArrays(driver, this.#halves);
  }

  allocate(): Statement[] {
    const driver = this.#driver;
    return [
      ...driver.stages.allocate(),
      ...driver.allocate(this.#stored, { copies: [driver.solver.steps], role: "checkpoint" }),
      ...(this.#tapes?.allocate([driver.tableau.b.length], "tape") ?? []),
    ];
  }

  enter(n: Affine): Statement[] {
    return this.#driver.assign(
      (leaf) => ({ array: this.#stored(leaf).array, prefix: [n] }),
      (leaf, at) => build.read(leaf.name, at),
    );
  }

  slope(point: Point, i: number): Statement[] {
    const { model, slopes } = this.#driver;
    return this.#driver.call(model.rhs, point, model.state.map(slopes.stage(i)));
  }

  reenter(n: Affine): Statement[] {
    const driver = this.#driver;
    const { model } = driver;
    const { stages } = this.#method;
    return [
      build.comment("Stages of this step, again."),
      ...driver.assign(driver.state, (leaf, at) => build.read(this.#stored(leaf).array, [n, ...at])),
      ...stages.flatMap((i, position): Statement[] => {
        const point = this.#method.pointIn(n, i);
        const results = model.state.map(driver.slopes.stage(i));
        const taped = this.#tapes;
        // The slope of the last stage feeds no other stage; its tape is needed all the same.
        const slope =
          taped !== undefined
            ? driver.call(this.#halves!.taped, point, [...results, ...taped.stage(i)])
            : position < stages.length - 1
              ? driver.call(model.rhs, point, results)
              : [];
        return [stageComment(driver, i), ...this.#method.stageState(i, driver.state), ...slope];
      }),
    ];
  }

  back(point: Point, i: number, seeds: readonly View[], bars: Vector): Statement[] {
    const driver = this.#driver;
    if (this.#tapes === undefined) return driver.callVjp(this.#vjps.rhs!, point, seeds, bars);
    return driver.callVjp(this.#halves!.back, point, [...this.#tapes.stage(i), ...seeds], bars);
  }
}
