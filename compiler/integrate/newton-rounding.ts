/**
 * Whether what is left of a stage system is the rounding of its own terms. The slopes are as good as what they are summed
 * of, and of that the Jacobian tells the size: |k| + |J| |X|. In: stage states, their slopes and Jacobians, and the
 * residual on the right side. Out: a flag.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { type Driver, read } from "./driver.ts";
import { coefficientOf, type Implicit } from "./implicit.ts";
import { flatIndex } from "./jacobian.ts";
import { k } from "./scheme.ts";
import type { Systems } from "./systems.ts";

/** Units in the last place that a sum of a few terms may be off; each entry of the state adds one. */
const units = 32;

/** A unit in the last place of the numbers that the code is printed for, which is known where it runs. */
function unit(h: Expr): Expr {
  const isSingle = build.compare("eq", build.add(h, build.mul(build.number(2 ** -40), h)), h);
  return build.select(isSingle, build.number(2 ** -23), build.number(2 ** -52));
}

const size = (of: Expr): Expr => build.primitive("abs", [of]);

export class NewtonRounding {
  readonly #driver: Driver;
  readonly #method: Implicit;
  readonly #systems: Systems;
  /** Of the stage states and their slopes, entry by entry. */
  readonly #states: string;
  readonly #slopes: string;
  /** 1 where the residual is rounding. */
  readonly flag: string;

  constructor(driver: Driver, method: Implicit, systems: Systems) {
    this.#driver = driver;
    this.#method = method;
    this.#systems = systems;
    this.#states = driver.names.fresh("state_sizes");
    this.#slopes = driver.names.fresh("slope_sizes");
    this.flag = driver.names.fresh("at_rounding");
  }

  allocate(): Statement[] {
    const longest = Math.max(...this.#method.groups.map((group) => group.length));
    const words = longest * this.#systems.words;
    return [
      build.alloc(this.#states, [words], { zero: false }),
      build.alloc(this.#slopes, [words], { zero: false }),
      build.alloc(this.flag, []),
    ];
  }

  /** Asks for a group of stages. `stateSize`: of an entry of a stage state, what it started from included. */
  asked(
    group: readonly number[],
    stateSize: (leaf: Leaf, at: readonly Affine[], stage: number) => Expr,
  ): Statement[] {
    const driver = this.#driver;
    const { fresh } = driver.names;
    const { words, jacobians } = this.#systems;
    const all = affine.integer(words);
    const in_ = (index: string, g: number): Affine => affine.offset(affine.index(index), g * words);
    const sizes = group.flatMap((stage, g) =>
      driver.model.state.flatMap((leaf) =>
        build.forEachEntry(leaf.shape, fresh, (at) => {
          const place = [affine.offset(flatIndex(leaf, at), g * words)];
          return [
            build.store(this.#states, place, stateSize(leaf, at, stage)),
            build.store(this.#slopes, place, size(read(driver.vectorOf(k(stage)), leaf, at))),
          ];
        }),
      ),
    );
    const terms = group.map((stage, g) => {
      const [i, j] = [fresh("i"), fresh("j")];
      const entry = build.read(jacobians, [affine.integer(stage), affine.index(i), affine.index(j)]);
      const term = build.mul(size(entry), build.read(this.#states, [in_(j, g)]));
      return build.loop(i, affine.integer(0), all, [
        build.loop(j, affine.integer(0), all, [build.accumulate(this.#slopes, [in_(i, g)], term)]),
      ]);
    });
    const eps = build.mul(build.number(units + words), unit(driver.h));
    const compared = group.map((stage, g) => {
      const i = fresh("i");
      const sum = group.reduce(
        (sum, other, c) =>
          build.add(
            sum,
            build.mul(
              size(driver.scaled(coefficientOf(this.#method, stage, other))),
              build.read(this.#slopes, [in_(i, c)]),
            ),
          ),
        build.read(this.#states, [in_(i, g)]),
      );
      const left = size(this.#systems.rightAt(group.length * words, in_(i, g)));
      return build.loop(i, affine.integer(0), all, [
        build.branch(build.not(build.compare("le", left, build.mul(eps, sum))), [
          build.store(this.flag, [], build.zero),
        ]),
      ]);
    });
    return [...sizes, ...terms, build.store(this.flag, [], build.one), ...compared];
  }
}
