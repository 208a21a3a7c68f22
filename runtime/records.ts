/**
 * Records of leaves, entry by entry.
 *
 * The shape always comes from a template, the declaration of the model, never from the values: leaves follow in the order they
 * are written there, and a value that misses one or has one of another length is an error that names the place.
 */
import type { LeafRecord, Leaves, Value } from "./leaves.ts";
import { nearest } from "./nearest.ts";
import { refuse } from "./refuse.ts";

type Parts = Readonly<Record<string, unknown>>;

/**
 * Fresh leaves in the shape of `template`; each number is `f` of the numbers at its place in `values`.
 *
 * @param place what the values are called in an error, as in `rhs` or `params.W`
 * @throws RangeError when a value has no number where the template has one, more entries, or a name that it does not have
 */
export function combine(
  template: Leaves,
  f: (...entries: number[]) => number,
  values: readonly unknown[],
  place: string,
): Leaves {
  if (typeof template === "number") {
    return f(...values.map((value) => (typeof value === "number" ? value : refuse(`${place} is no number`))));
  }
  const part = (leaf: Leaves, key: string | number) =>
    combine(
      leaf,
      f,
      values.map((value) => (value as Parts | undefined)?.[key]),
      `${place}.${key}`,
    );
  if (!(Symbol.iterator in template)) {
    for (const value of values) if (value !== template) checkNames(template, value as object, place);
    return Object.fromEntries(
      Object.entries(template).map(([key, leaf]) => [key, part(leaf as Leaves, key)]),
    );
  }
  const list = template as readonly Leaves[];
  if (values.some((value) => (value as Leaves[] | undefined)?.length !== list.length))
    refuse(`${place} needs ${list.length} entries`);
  // On a vector this is the map of typed arrays, so a vector stays one.
  return list.map(part) as unknown as Leaves;
}

/**
 * What a function of a model gave, as runs hand it out, compiled or not: arrays of numbers are vectors, others have them as rows.
 *
 * @throws RangeError when it is neither a number nor an array of them
 */
export function computed(value: unknown, place: string): Value {
  if (typeof value === "number") return value;
  if (!Array.isArray(value) && !(value instanceof Float64Array))
    return refuse(`${place} is neither a number nor an array of numbers`);
  return typeof value[0] === "number"
    ? Float64Array.from(value)
    : Array.from(value, (row) => computed(row, place));
}

/** @throws RangeError when a name is given that the record does not have */
export function checkNames(known: object, given: object | undefined, place: string): void {
  for (const name of Object.keys(given ?? {})) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    const close = nearest(name, names);
    refuse(
      `${place} has no ${name}${close === undefined ? `, only ${names.join(", ") || "none"}` : `: did you mean ${close}?`}`,
    );
  }
}

/**
 * A record's defaults with the names that were given replaced, in the defaults' shape.
 *
 * @throws RangeError when a name is given that the record does not have
 */
export function replaced<T extends LeafRecord>(defaults: T, given: object | undefined, place: string): T {
  checkNames(defaults, given, place);
  return combine(defaults, (entry) => entry, [{ ...defaults, ...given }], place) as T;
}
