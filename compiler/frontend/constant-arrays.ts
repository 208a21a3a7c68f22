/**
 * The constant arrays of a model: compile-time lists and tensors that functions read with subscripts known only in a
 * loop become arrays of the program, each once, as numbers or as integers, by how they are read.
 */

import type { Range } from "../ir/affine.ts";
import { Names } from "../ir/names.ts";
import type { Element, GlobalArray } from "../ir/nodes.ts";
import { isTagged, numbersOf, type Static, tensorOf } from "./static-values.ts";

interface Entry {
  readonly numbers: NonNullable<ReturnType<typeof numbersOf>>;
  readonly whole: boolean;
  /** By element type, as soon as it is read so. */
  readonly names: Map<Element, string>;
}

export class ConstantArrays {
  readonly #entries = new Map<Static, Entry | undefined>();
  readonly #arrays: GlobalArray[] = [];
  readonly #tables = new Map<string, Static>();
  readonly #ranges = new Map<string, Range>();
  /** Every name of the model, those of locals included: a constant must not be shadowed where it is read. */
  readonly #taken = new Set<string>();

  get arrays(): readonly GlobalArray[] {
    return this.#arrays;
  }

  /** Marks a name of a function as taken. */
  take(name: string): void {
    this.#taken.add(name);
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** Its shape, and whether all entries are integers; undefined where the value is no regular array of numbers. */
  shapeOf(value: Static): { shape: readonly number[]; whole: boolean } | undefined {
    const entry = this.#entry(value);
    return entry && { shape: entry.numbers.shape, whole: entry.whole };
  }

  /** The array of the program that holds a value. */
  name(value: Static, wish: string, element: Element): string {
    const entry = this.#entry(value)!;
    const known = entry.names.get(element);
    if (known !== undefined) return known;
    const name = new Names(this.#taken).fresh(entry.names.size === 0 ? wish : `${wish}_${element}`);
    this.#taken.add(name);
    entry.names.set(element, name);
    const { shape, data } = entry.numbers;
    this.#arrays.push({ name, element, shape, role: "constant", data });
    if (element === "integer") this.#ranges.set(name, rangeOf(data));
    return name;
  }

  /** The array with the least, or greatest, of 0 and each integer from low to high. */
  table(op: "min" | "max", low: number, high: number): string {
    const key = `${op} ${low} ${high}`;
    let value = this.#tables.get(key);
    if (value === undefined) {
      value = tensorOf(
        [high - low + 1],
        Array.from({ length: high - low + 1 }, (_, position) => Math[op](low + position, 0)),
        "integer",
      );
      this.#tables.set(key, value);
    }
    return this.name(value, op === "max" ? "from_zero" : "up_to_zero", "integer");
  }

  contents = (array: string): Range | undefined => this.#ranges.get(array);

  #entry(value: Static): Entry | undefined {
    if (!this.#entries.has(value)) {
      const numbers = numbersOf(value);
      const fits = numbers !== undefined && isTagged(value);
      const whole = fits && areWhole(numbers.data);
      this.#entries.set(value, fits ? { numbers, whole, names: new Map() } : undefined);
    }
    return this.#entries.get(value);
  }
}

// Loops by index, since there may be millions of numbers: an iterator makes an object of each until the engine has translated the loop.

function areWhole(data: readonly number[]): boolean {
  for (let i = 0; i < data.length; i++)
    if (!Number.isInteger(data[i]) || Math.abs(data[i]!) >= 2 ** 31) return false;
  return true;
}

function rangeOf(data: readonly number[]): Range {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return { low, high };
}
