/**
 * Linear systems of implicit steps: where their matrices, pivots and right sides are, how a matrix is set up from
 * Jacobians of the field, and the calls that factorise and solve.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Argument, Expr, Fn, GlobalArray, Statement } from "../ir/nodes.ts";
import { sizeOf } from "../model.ts";
import type { Point } from "./calls.ts";
import type { Driver } from "./driver.ts";
import { coefficientOf, type Implicit } from "./implicit.ts";

/** The functions of linear algebra and the Jacobian, made for a model. */
export interface ImplicitFunctions {
  readonly jacobian: Fn;
  /** Constants that it reads. */
  readonly tables: readonly GlobalArray[];
  /** By size of the system. */
  readonly factorise: ReadonlyMap<number, Fn>;
  readonly solve: ReadonlyMap<number, Fn>;
  readonly solveTransposed: ReadonlyMap<number, Fn>;
}

const array = (name: string, prefix: readonly Affine[] = []): Argument => ({
  kind: "array",
  view: { array: name, prefix },
});

/** What forward and reverse sweeps share: storage of the systems, and how one is set up and factorised. */
export class Systems {
  readonly #driver: Driver;
  readonly #stages: number;
  readonly #functions: ImplicitFunctions;
  readonly words: number;
  readonly jacobians: string;
  readonly #sizes: ReadonlyMap<
    number,
    { readonly matrix: string; readonly pivots: string; readonly right: string }
  >;
  readonly singular: string;

  /** `stages`: how many Jacobians are kept. */
  constructor(driver: Driver, stages: number, functions: ImplicitFunctions, prefix: string) {
    this.#driver = driver;
    this.#stages = stages;
    this.#functions = functions;
    this.words = driver.model.state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
    const fresh = (wish: string): string => driver.names.fresh(`${prefix}${wish}`);
    this.jacobians = fresh("jacobians");
    this.singular = fresh("singular");
    this.#sizes = new Map(
      [...functions.factorise.keys()].map((size) => [
        size,
        {
          matrix: fresh(`system_${size}`),
          pivots: fresh(`pivots_${size}`),
          right: fresh(`right_side_${size}`),
        },
      ]),
    );
  }

  allocate(): Statement[] {
    const { words } = this;
    return [
      build.alloc(this.jacobians, [this.#stages, words, words], { zero: false }),
      build.alloc(this.singular, []),
      ...[...this.#sizes].flatMap(([size, { matrix, pivots, right }]) => [
        build.alloc(right, [size], { zero: false }),
        build.alloc(matrix, [size, size], { zero: false }),
        build.alloc(pivots, [size], { element: "integer", zero: false }),
      ]),
    ];
  }

  /** J at a stage, kept in its place. */
  jacobian(point: Point, stage: number): Statement[] {
    return this.#driver.calls.to(this.#functions.jacobian, point, [
      { array: this.jacobians, prefix: [affine.integer(stage)] },
    ]);
  }

  /** Factors of I - h a_ij J_j over a group of the stages of a method. */
  factorise(method: Implicit, group: readonly number[]): Statement[] {
    const { words } = this;
    const [i, j] = [this.#fresh("i"), this.#fresh("j")];
    const size = group.length * words;
    const { matrix } = this.#sizes.get(size)!;
    const blocks = group.flatMap((row, r) =>
      group.map((column, c) => {
        const a = coefficientOf(method, row, column);
        const at = (index: Affine, block: number): Affine => affine.offset(index, block * words);
        const entry = build.read(this.jacobians, [affine.integer(column), affine.index(i), affine.index(j)]);
        const scaled = build.neg(build.mul(this.#driver.scaled(a), entry));
        return build.store(matrix, [at(affine.index(i), r), at(affine.index(j), c)], scaled);
      }),
    );
    const d = this.#fresh("d");
    return [
      build.loop(i, affine.integer(0), affine.integer(words), [
        build.loop(j, affine.integer(0), affine.integer(words), blocks),
      ]),
      build.loop(d, affine.integer(0), affine.integer(size), [
        build.store(
          matrix,
          [affine.index(d), affine.index(d)],
          build.add(build.one, build.read(matrix, [affine.index(d), affine.index(d)])),
        ),
      ]),
      this.factorised(size),
    ];
  }

  /** Factors of I - h·gamma·J with the Jacobian that is kept first. */
  factoriseOne(gamma: number): Statement[] {
    const size = this.words;
    const [i, j, d] = [this.#fresh("i"), this.#fresh("j"), this.#fresh("d")];
    const { matrix } = this.#sizes.get(size)!;
    const entry = build.read(this.jacobians, [affine.integer(0), affine.index(i), affine.index(j)]);
    const scaled = build.neg(build.mul(this.#driver.scaled([gamma, 1]), entry));
    return [
      build.loop(i, affine.integer(0), affine.integer(size), [
        build.loop(j, affine.integer(0), affine.integer(size), [
          build.store(matrix, [affine.index(i), affine.index(j)], scaled),
        ]),
      ]),
      build.loop(d, affine.integer(0), affine.integer(size), [
        build.store(
          matrix,
          [affine.index(d), affine.index(d)],
          build.add(build.one, build.read(matrix, [affine.index(d), affine.index(d)])),
        ),
      ]),
      this.factorised(size),
    ];
  }

  /** The first and the last entry of a matrix, which are no numbers where the field was none. */
  sumOf(size: number): Expr {
    const matrix = this.matrixOf(size);
    const last = affine.integer(size - 1);
    return build.add(
      build.read(matrix, [affine.integer(0), affine.integer(0)]),
      build.read(matrix, [last, last]),
    );
  }

  /** Factorises the matrix of a size, which stands there. */
  factorised(size: number): Statement {
    const { matrix, pivots } = this.#sizes.get(size)!;
    return {
      kind: "call",
      callee: this.#functions.factorise.get(size)!.name,
      args: [array(matrix), array(pivots), array(this.singular)],
    };
  }

  matrixOf(size: number): string {
    return this.#sizes.get(size)!.matrix;
  }

  /** The right side becomes the solution. */
  solve(size: number, isTransposed: boolean): Statement {
    const { matrix, pivots, right } = this.#sizes.get(size)!;
    const table = isTransposed ? this.#functions.solveTransposed : this.#functions.solve;
    return {
      kind: "call",
      callee: table.get(size)!.name,
      args: [array(matrix), array(pivots), array(right)],
    };
  }

  rightOf(size: number): string {
    return this.#sizes.get(size)!.right;
  }

  rightAt(size: number, at: Affine): Expr {
    return build.read(this.rightOf(size), [at]);
  }

  #fresh(wish: string): string {
    return this.#driver.names.fresh(wish);
  }
}
