/**
 * The plan of a step whose start is at hand: rebuilds the stages from the state itself. `revolve` and `reversible` bring
 * the state back; this says what is done with it.
 */

import type { Affine } from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Statement, View } from "../../ir/nodes.ts";
import type { Point } from "../calls.ts";
import type { Driver, Vector } from "../driver.ts";
import { type Evaluate, type Explicit, rebuilt, type Scheme } from "../scheme.ts";
import { Step } from "../step.ts";
import type { Plan } from "./plan.ts";

export class InPlace implements Plan {
  readonly keepsTapes = false;
  readonly #driver: Driver;
  readonly #step: Step;

  constructor(driver: Driver, method: Explicit) {
    this.#driver = driver;
    this.#step = new Step(driver, method);
  }

  allocate(): Statement[] {
    return this.#driver.stages.allocate();
  }

  enter(): Statement[] {
    return [];
  }

  slope(point: Point, { slope }: Evaluate): Statement[] {
    return this.#driver.slopeOf(point, slope);
  }

  reenter(n: Affine, scheme: Scheme): Statement[] {
    return [
      build.comment("Stages of this step, again."),
      ...rebuilt(scheme).operations.flatMap((operation): Statement[] => {
        if (operation.kind === "combine") return this.#step.combine(operation);
        if (operation.kind === "quadrature") return [];
        return this.#driver.slopeOf(this.#step.pointOf(n, operation), operation.slope);
      }),
    ];
  }

  back(point: Point, { slope }: Evaluate, seeds: readonly View[], bars: Vector): Statement[] {
    const { of, vjp } = this.#driver.vjps.fields.get(slope.part)!;
    return this.#driver.calls.toVjp(vjp!, point, seeds, bars, of);
  }
}
