/**
 * Constant arrays of a model: compile-time data that function bodies read. An array is registered in the IR when it is
 * first read, as real numbers or, where it is used in subscripts and bounds, as integers.
 */

import type { Names } from "../ir/names.ts";
import type { GlobalArray, Shape } from "../ir/nodes.ts";
import { flatNumbers, shapeOf } from "./static-library.ts";
import type { Static } from "./static-values.ts";

export class ConstantArray {
  readonly shape: Shape;
  readonly data: readonly number[];
  readonly isInteger: boolean;
  readonly #pool: ConstantPool;
  readonly #name: string;
  #real: string | undefined;
  #integer: string | undefined;

  constructor(pool: ConstantPool, name: string, shape: Shape, data: readonly number[]) {
    this.#pool = pool;
    this.#name = name;
    this.shape = shape;
    this.data = data;
    this.isInteger = data.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31);
  }

  /** Name of the IR array with the entries as real numbers. */
  real(): string {
    this.#real ??= this.#pool.add(this.#name, "real", this.shape, this.data);
    return this.#real;
  }

  integer(): string {
    this.#integer ??= this.#pool.add(this.#name, "integer", this.shape, this.data);
    return this.#integer;
  }
}

export class ConstantPool {
  readonly arrays: GlobalArray[] = [];
  readonly #names: Names;
  readonly #known = new Map<Static, ConstantArray | undefined>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** The constant array that a static value is; undefined for what is no rectangular array of numbers. */
  of(value: Static, name: string): ConstantArray | undefined {
    if (this.#known.has(value)) return this.#known.get(value);
    const shape = shapeOf(value);
    const data = shape && shape.length > 0 ? flatNumbers(value) : undefined;
    const array = shape && data && new ConstantArray(this, name, shape, data);
    this.#known.set(value, array);
    return array;
  }

  add(wish: string, element: GlobalArray["element"], shape: Shape, data: readonly number[]): string {
    const name = this.#names.fresh(wish);
    this.arrays.push({ name, element, shape, role: "constant", data });
    return name;
  }
}
