/**
 * The running loss as one more state, of methods whose steps look further back than their start: beside each vector that lives
 * from step to step a number for the integral of the running loss.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Expr, Statement, View } from "../ir/nodes.ts";
import type { Shape } from "./driver.ts";
import type { Vec } from "./scheme.ts";

export class Companions {
  readonly #integral: string;
  readonly #shape: Shape;
  readonly #past: string;
  readonly #k: string;
  readonly #bar: string;

  /** `integral`: the scalar with the integral so far. */
  constructor(integral: string, shape: Shape, names: Names) {
    this.#integral = integral;
    this.#shape = shape;
    this.#past = names.fresh("past_integral");
    this.#k = names.fresh("running_of");
    this.#bar = names.fresh("integral_bar");
  }

  /** What belongs to a vector: the integral so far, or the running loss where a slope was taken. */
  value({ kind, index }: Vec): View {
    if (kind === "state") return { array: this.#integral, prefix: [] };
    return { array: kind === "past" ? this.#past : this.#k, prefix: [affine.integer(index)] };
  }

  bar({ kind, index }: Vec): View {
    return { array: this.#bar, prefix: [affine.integer(kind === "state" ? 0 : index + 1)] };
  }

  /** The cotangent of what belongs to a vector; nothing is made of it at stage states. */
  readonly barOf = (vec: Vec): Expr => {
    if (vec.kind === "x") return build.zero;
    const { array, prefix } = this.bar(vec);
    return build.read(array, prefix);
  };

  allocate(): Statement[] {
    return [
      build.alloc(this.#integral, []),
      build.alloc(this.#past, [this.#shape.past.length]),
      build.alloc(this.#k, [this.#shape.slopes], { zero: false }),
    ];
  }

  /** 1 for the integral at the end, 0 for the others. */
  allocateBars(): Statement[] {
    const bars = build.alloc(this.#bar, [this.#shape.past.length + 1]);
    return [bars, build.store(this.#bar, [affine.integer(0)], build.one)];
  }
}
