/**
 * The plan that stores no states: a step's start is recovered from its end. For methods that can be undone (splittings,
 * the two-step midpoint rule, reversible pairs) what is recovered is the state itself to rounding; for explicit
 * Runge–Kutta methods it is a step backwards, which misses it by the error of the step, so the gradient is not exact. A
 * guard compares what comes out at the start with the start.
 *
 * Stores: nothing but what lives from step to step. Source: Sander, Ablin, Peyré 2022 (arXiv:2205.14612); Zhuang et al.
 * 2021 (arXiv:2102.04668); Kidger et al. 2021 (arXiv:2105.13493).
 */

import type { Affine } from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Statement, View } from "../../ir/nodes.ts";
import type { Point } from "../calls.ts";
import type { Driver, Vector } from "../driver.ts";
import type { Evaluate, Explicit, Scheme } from "../scheme.ts";
import { Step } from "../step.ts";
import { InPlace } from "./in-place.ts";
import type { Plan } from "./plan.ts";

export class Reversible implements Plan {
  readonly keepsTapes = false;
  readonly #inPlace: InPlace;
  readonly #driver: Driver;
  readonly #step: Step;

  constructor(driver: Driver, method: Explicit) {
    this.#driver = driver;
    this.#step = new Step(driver, method);
    this.#inPlace = new InPlace(driver, method);
  }

  allocate(): Statement[] {
    return this.#inPlace.allocate();
  }

  enter(): Statement[] {
    return [];
  }

  slope(point: Point, evaluate: Evaluate): Statement[] {
    return this.#inPlace.slope(point, evaluate);
  }

  reenter(n: Affine, scheme: Scheme): Statement[] {
    const inverse = scheme.inverse;
    if (inverse === undefined) throw new Error("a step that cannot be undone");
    return [
      build.comment("The step's start, from its end."),
      ...inverse.operations.flatMap((operation): Statement[] => {
        if (operation.kind === "combine") return this.#step.combine(operation);
        if (operation.kind === "quadrature") return [];
        return this.#driver.slopeOf(this.#step.pointOf(n, operation), operation.slope);
      }),
      ...this.#step.assignAtOnce(inverse.previous),
      ...(inverse.isExact ? [] : this.#inPlace.reenter(n, scheme)),
    ];
  }

  back(point: Point, evaluate: Evaluate, seeds: readonly View[], bars: Vector): Statement[] {
    return this.#inPlace.back(point, evaluate, seeds, bars);
  }
}
