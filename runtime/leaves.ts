/**
 * The leaves a model is written with: scalars, vectors, matrices, tensors and sparse matrices.
 *
 * In: sizes known when the model is compiled, and an initialiser. Out: plain numbers and typed arrays, so that a model runs
 * un-compiled with nothing behind it. The compiler reads the same calls from the text and lays the leaves out as listed in
 * "The input language", section 1; nothing here is called by generated code.
 */
import { draw, type Initialiser } from "./random.ts";
import { refuse } from "./refuse.ts";

/** A vector leaf. */
export type Vec = Float64Array;

/** A matrix leaf, read as `W[i][j]`: one view per row over one row-major buffer. */
export type Mat = Float64Array[];

/** A leaf of rank `Shape["length"]`: rank 1 is a `Vec`, every further axis wraps it in an array. */
export type Tensor<Shape extends readonly number[]> = Shape extends readonly [number, number, ...infer Rest]
  ? Rest extends readonly number[]
    ? Tensor<readonly [number, ...Rest]>[]
    : never
  : Vec;

/** A sparse matrix by rows: row i holds the entries `rowStart[i] .. rowStart[i + 1] - 1` of `column` and `value`. */
export interface Csr {
  readonly rows: number;
  readonly columns: number;
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

/** Anything `state`, `params`, `inputs` and `data` may hold: leaves, records and tuples of them, nested at will. */
export type Leaves =
  | number
  | Vec
  | readonly Vec[]
  | readonly (readonly Vec[])[]
  | readonly (readonly (readonly Vec[])[])[]
  | { readonly [name: string]: Leaves }
  | readonly []
  | readonly [Leaves, ...Leaves[]];

/** A record of leaves by name. */
export type LeafRecord = { readonly [name: string]: Leaves };

/**
 * What a type parameter `T` of a record of leaves extends. `LeafRecord` says the same, but of what has an index signature, which no
 * `interface` has.
 */
export type LeavesOf<T> = { readonly [K in keyof T]: Leaves | Named<T[K]> };

/** A record or tuple with an `interface` in it, where its members are leaves. */
type Named<T> = T extends Leaves | string | boolean | null | undefined | ((...args: never) => unknown)
  ? never
  : T extends readonly unknown[]
    ? number extends T["length"]
      ? never
      : LeavesOf<T>
    : LeavesOf<T>;

/** `T` with literal numbers widened: a parameter declared as `0.3` is a `number` to the function bodies. */
export type Widen<T> = Leaves extends T
  ? T
  : T extends number
    ? number
    : T extends Vec
      ? Vec
      : { [K in keyof T]: Widen<T[K]> };

/** What may be handed back, or supplied at run time, for a leaf `T`: vectors and rows also as plain arrays. */
export type Given<T> = Leaves extends T
  ? T
  : T extends number
    ? number
    : T extends Vec
      ? Vec | readonly number[]
      : { readonly [K in keyof T]: Given<T[K]> };

/** What a function of a model may give beside leaves and records of them: a number, or arrays of numbers of one shape. */
export type Value = number | Vec | readonly Value[];

/** A `Value` as runs hand it out, compiled or not: arrays of numbers are vectors, arrays of arrays have them as rows. */
export type Computed<T> = Value extends T
  ? T
  : T extends number
    ? number
    : T extends Vec | readonly number[]
      ? Vec
      : T extends readonly (infer Row)[]
        ? Computed<Row>[]
        : never;

type Nested = readonly (number | ArrayLike<number> | Nested)[];

/**
 * A vector of `n` entries.
 *
 * @param init a number fills; an array is copied; a function gives entry i; `uniform` and `normal` draw; left out, zeros
 * @throws RangeError when an array does not hold exactly `n` numbers
 */
export function vec(
  n: number,
  init?: number | ArrayLike<number> | ((i: number) => number) | Initialiser,
): Vec {
  return filled([n], init);
}

/** An `m` by `n` matrix, all rows views of one buffer. `init` as for `vec`; an array may be row-major or nested. */
export function mat(
  m: number,
  n: number,
  init?: number | ArrayLike<number> | Nested | ((i: number, j: number) => number) | Initialiser,
): Mat {
  return views([m, n], filled([m, n], init)) as Mat;
}

/** A leaf of any rank: `tensor([a, b, c])` is read as `T[i][j][k]`. `init` as for `mat`. */
export function tensor<const Shape extends readonly [number, ...number[]]>(
  shape: Shape,
  init?: number | ArrayLike<number> | Nested | ((...index: number[]) => number) | Initialiser,
): Tensor<Shape> {
  return views(shape, filled(shape, init)) as Tensor<Shape>;
}

/**
 * A sparse matrix in compressed rows.
 *
 * @param rowStart `rows + 1` rising offsets, the last one the number of entries
 * @param column one column a value, from 0
 * @throws RangeError when the three arrays do not describe a `rows` by `columns` matrix
 */
export function csr(
  rows: number,
  columns: number,
  rowStart: ArrayLike<number>,
  column: ArrayLike<number>,
  value: ArrayLike<number>,
): Csr {
  const fits =
    rowStart.length === rows + 1 &&
    rowStart[rows] === value.length &&
    column.length === value.length &&
    Array.from(column).every((j) => j >= 0 && j < columns);
  if (!fits) refuse("csr: arrays do not fit");
  return {
    rows,
    columns,
    rowStart: Int32Array.from(rowStart),
    column: Int32Array.from(column),
    value: Float64Array.from(value),
  };
}

/** The entries of an array of this shape, row-major. */
function filled(shape: readonly number[], init: unknown = 0): Vec {
  const size = product(shape);
  const out = new Float64Array(size);
  if (typeof init === "number") return out.fill(init);
  if (typeof init === "function") return out.map((_, e) => init(...indexOf(e, shape)));
  if ("kind" in (init as object)) return draw(init as Initialiser, size);
  const given = numbers(init);
  if (given.length !== size) refuse(`${given.length} values for ${size} entries`);
  return Float64Array.from(given);
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The numbers of a nested array, in order. */
function numbers(value: unknown): number[] {
  return typeof value === "number" ? [value] : Array.from(value as ArrayLike<unknown>).flatMap(numbers);
}

/** The index tuple of entry `e` of a row-major array: the last axis varies fastest. */
function indexOf(e: number, shape: readonly number[]): number[] {
  return shape.map((length, axis) => {
    return Math.floor(e / product(shape.slice(axis + 1))) % length;
  });
}

function views([length, ...rest]: readonly number[], entries: Vec): unknown {
  if (!rest.length) return entries;
  const stride = entries.length / length!;
  return Array.from({ length: length! }, (_, i) =>
    views(rest, entries.subarray(i * stride, (i + 1) * stride)),
  );
}
