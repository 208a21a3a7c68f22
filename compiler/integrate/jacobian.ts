/**
 * The Jacobian of the vector field in the state, by forward mode. The matrix is [n, n] over the flat state, a row for each
 * entry of the derivative. Entries of the state that no entry of the derivative depends on together are moved by one
 * tangent (Curtis, Powell, Reid 1974): their columns are told apart by the rows. Where all leaves are scalars the tangents
 * are written out with their seeds as numbers, so that what is structurally 0 costs nothing.
 */

import { coloursOf, dependences } from "../analysis/sparsity.ts";
import { type Context, normalise } from "../differentiate/normalise.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { expandCall } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Argument, Fn, GlobalArray, Parameter, Statement } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";
import { type Leaf, sizeOf } from "../model.ts";

/** Place of an entry of a leaf in the flat state. */
export function flatIndex(leaf: Leaf, at: readonly Affine[]): Affine {
  const inner = leaf.shape.reduce(
    (sum, extent, axis) => affine.add(affine.scale(sum, extent), at[axis]!),
    affine.integer(0),
  );
  return affine.offset(inner, leaf.offset);
}

/** The function, and the tables of constants that it reads. */
export interface JacobianFunction {
  readonly fn: Fn;
  readonly arrays: readonly GlobalArray[];
}

/** `tangent`: the field's jvp for the state alone; `taken`: names of global arrays. Parameters: those of the field that come in, then the matrix. */
export function jacobianOf(
  rhs: Fn,
  tangent: Fn,
  state: readonly Leaf[],
  context: Context,
  taken: readonly string[],
): JacobianFunction {
  return new Jacobian(rhs, tangent, state, context, taken).made();
}

class Jacobian {
  readonly #rhs: Fn;
  readonly #tangent: Fn;
  readonly #state: readonly Leaf[];
  readonly #context: Context;
  readonly #words: number;
  readonly #names: Names;
  readonly #matrix: string;
  readonly #inputs: readonly Parameter[];

  constructor(rhs: Fn, tangent: Fn, state: readonly Leaf[], context: Context, taken: readonly string[]) {
    this.#rhs = rhs;
    this.#tangent = tangent;
    this.#state = state;
    this.#context = context;
    this.#words = state.reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
    this.#names = new Names([...bindersOf(tangent), ...taken]);
    this.#matrix = this.#names.fresh("jacobian");
    this.#inputs = rhs.parameters.filter((one) => one.kind !== "array" || one.access === "in");
  }

  made(): JacobianFunction {
    const rows = this.#rows();
    const colours = rows && coloursOf(rows, this.#words);
    const count = colours === undefined ? this.#words : Math.max(...colours) + 1;
    if (rows === undefined || colours === undefined || count >= this.#words)
      return { fn: this.#fn(this.#everyColumn()), arrays: [] };
    return this.#state.every(({ shape }) => shape.length === 0)
      ? { fn: this.#fn(this.#written(rows, colours, count)), arrays: [] }
      : this.#looped(rows, colours, count);
  }

  #fn(body: readonly Statement[]): Fn {
    const parameter: Parameter = {
      kind: "array",
      name: this.#matrix,
      element: "real",
      shape: [this.#words, this.#words],
      access: "out",
    };
    return {
      name: "field_jacobian",
      parameters: [...this.#inputs, parameter],
      body,
      doc: "The Jacobian of the vector field in the state, row by row.",
    };
  }

  /** Which entries of the state each entry of the derivative depends on. */
  #rows(): readonly bigint[] | undefined {
    const outs = this.#rhs.parameters.filter((one) => one.kind === "array" && one.access === "out");
    return dependences(
      this.#rhs,
      normalise(this.#rhs, this.#context).body,
      this.#state.map(({ name }) => name),
      outs.map(({ name }) => name),
      this.#context.arrays,
    );
  }

  /** All tangents of the field for one set of seeds. */
  #evaluate(seeds: readonly string[], results: readonly string[]): Statement[] {
    const view = (array: string): Argument => ({ kind: "array", view: { array, prefix: [] } });
    const given = this.#inputs.map(
      (one): Argument =>
        one.kind === "real" ? { kind: "real", value: build.name(one.name) } : view(one.name),
    );
    const args = [...given, ...seeds.map(view), ...results.map(view)];
    // Functions with rules of their own that the tangent calls stay calls, as in the field.
    return expandCall({ kind: "call", callee: this.#tangent.name, args }, this.#tangent, this.#names.fresh);
  }

  /** Arrays for seeds, from 0, and for tangents. */
  #arrays() {
    const seeds = this.#state.map((leaf) => this.#names.fresh(`${leaf.name}_dot`));
    const results = this.#state.map((leaf) => this.#names.fresh(`f_${leaf.name}_dot`));
    const allocations = [
      ...this.#state.map((leaf, i) => build.alloc(seeds[i]!, leaf.shape)),
      ...this.#state.map((leaf, i) => build.alloc(results[i]!, leaf.shape, { zero: false })),
    ];
    return { seeds, results, allocations };
  }

  /** One tangent for every entry of the state. */
  #everyColumn(): Statement[] {
    const state = this.#state;
    const { fresh } = this.#names;
    const column = (of: Leaf, place: readonly Affine[]): Statement[] => {
      const { seeds, results, allocations } = this.#arrays();
      return [
        ...allocations,
        build.store(seeds[state.indexOf(of)]!, place, build.one),
        ...this.#evaluate(seeds, results),
        ...state.flatMap((leaf, i) =>
          build.forEachEntry(leaf.shape, fresh, (at) => [
            build.store(
              this.#matrix,
              [flatIndex(leaf, at), flatIndex(of, place)],
              build.read(results[i]!, at),
            ),
          ]),
        ),
      ];
    };
    return state.flatMap((leaf) => build.forEachEntry(leaf.shape, fresh, (at) => column(leaf, at)));
  }

  #clear(): Statement[] {
    const { fresh } = this.#names;
    return build.forEachEntry([this.#words, this.#words], fresh, (at) => [
      build.store(this.#matrix, at, build.zero),
    ]);
  }

  /** The tangent of every colour written out; of scalars. */
  #written(rows: readonly bigint[], colours: readonly number[], count: number): Statement[] {
    const out = this.#clear();
    for (let colour = 0; colour < count; colour++) {
      const { seeds, results, allocations } = this.#arrays();
      const columns = colours.flatMap((one, j) => (one === colour ? [j] : []));
      out.push(
        ...allocations,
        ...columns.map((j) => build.store(seeds[j]!, [], build.one)),
        ...this.#evaluate(seeds, results),
        ...rows.flatMap((row, i) => {
          const j = columns.find((one) => has(row, one));
          if (j === undefined) return [];
          const at = [affine.integer(i), affine.integer(j)];
          return [build.store(this.#matrix, at, build.read(results[i]!, []))];
        }),
      );
    }
    return out;
  }

  /** A loop over colours, with seeds and places from tables. */
  #looped(rows: readonly bigint[], colours: readonly number[], count: number): JacobianFunction {
    const state = this.#state;
    const { fresh } = this.#names;
    const entries = colours.flatMap((_, j) => rows.flatMap((row, i) => (has(row, j) ? [{ i, j }] : [])));
    const ordered = Array.from({ length: count }, (_, colour) =>
      entries.filter(({ j }) => colours[j] === colour),
    );
    const starts = [0];
    for (const own of ordered) starts.push(starts.at(-1)! + own.length);
    const table = (
      wish: string,
      element: GlobalArray["element"],
      shape: readonly number[],
      data: readonly number[],
    ): GlobalArray => ({ name: fresh(wish), element, shape, role: "constant", data });
    const seedTables = state.map((leaf) => {
      const words = sizeOf(leaf.shape);
      const data = Array.from({ length: count }, (_, colour) =>
        colours.slice(leaf.offset, leaf.offset + words).map((one) => (one === colour ? 1 : 0)),
      );
      return table(`${leaf.name}_seeds`, "real", [count, ...leaf.shape], data.flat());
    });
    const all = ordered.flat();
    const start = table("colour_start", "integer", [count + 1], starts);
    const row = table(
      "jacobian_row",
      "integer",
      [all.length],
      all.map(({ i }) => i),
    );
    const column = table(
      "jacobian_column",
      "integer",
      [all.length],
      all.map(({ j }) => j),
    );
    const { seeds, results, allocations } = this.#arrays();
    const [flat, colour, entry] = [fresh("tangents"), fresh("colour"), fresh("entry")];
    const here = affine.index(colour);
    const at = (of: GlobalArray): Affine => affine.gather(of.name, [affine.index(entry)]);
    const body = [
      ...this.#clear(),
      build.alloc(flat, [this.#words], { zero: false }),
      build.loop(colour, affine.integer(0), affine.integer(count), [
        ...allocations,
        ...state.flatMap((leaf, i) =>
          build.forEachEntry(leaf.shape, fresh, (place) => [
            build.store(seeds[i]!, place, build.read(seedTables[i]!.name, [here, ...place])),
          ]),
        ),
        ...this.#evaluate(seeds, results),
        ...state.flatMap((leaf, i) =>
          build.forEachEntry(leaf.shape, fresh, (place) => [
            build.store(flat, [flatIndex(leaf, place)], build.read(results[i]!, place)),
          ]),
        ),
        build.loop(
          entry,
          affine.gather(start.name, [here]),
          affine.gather(start.name, [affine.offset(here, 1)]),
          [build.store(this.#matrix, [at(row), at(column)], build.read(flat, [at(row)]))],
        ),
      ]),
    ];
    return { fn: this.#fn(body), arrays: [...seedTables, start, row, column] };
  }
}

const has = (row: bigint, column: number): boolean => ((row >> BigInt(column)) & 1n) === 1n;
