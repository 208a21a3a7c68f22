/**
 * Between the flat records of generated code and nested JSON in the shapes of the model: a matrix is an array of rows, a
 * tuple an array, a record an object. Both directions; wording of what does not fit is left to `values.ts`.
 */

import type { Input, Leaf } from "../model.ts";
import { sizeOf } from "../model.ts";
import type { Json } from "./number.ts";

/** A row-major run of numbers as nested arrays. */
export function shaped(flat: ArrayLike<number>, offset: number, shape: readonly number[]): Json {
  const [extent, ...inner] = shape;
  if (extent === undefined) return flat[offset]!;
  const stride = sizeOf(inner);
  return Array.from({ length: extent }, (_, i) => shaped(flat, offset + i * stride, inner));
}

/** A record of leaves, each made by `value`; leaves for which it gives nothing are left out. */
export function nested(leaves: readonly Leaf[], value: (leaf: Leaf) => Json | undefined, skip = 0): Json {
  const root = new Map<string, unknown>();
  for (const leaf of leaves) {
    const made = value(leaf);
    if (made === undefined) continue;
    const path = leaf.path.slice(skip);
    // An input of a single leaf is that leaf.
    if (path.length === 0) return made;
    let at = root;
    for (const key of path.slice(0, -1)) {
      const next = at.get(key) ?? new Map<string, unknown>();
      at.set(key, next);
      at = next as Map<string, unknown>;
    }
    at.set(path[path.length - 1]!, made);
  }
  return plain(root);
}

/** Maps become objects, or arrays where the keys are 0, 1, 2 … as those of a tuple are. */
function plain(node: unknown): Json {
  if (!(node instanceof Map)) return node as Json;
  const keys = [...node.keys()];
  if (keys.length > 0 && keys.every((key, i) => key === String(i))) return [...node.values()].map(plain);
  return Object.fromEntries([...node].map(([key, child]) => [key, plain(child)]));
}

/** A record as it stands in flat storage. */
export const nestedRecord = (
  leaves: readonly Leaf[],
  flat: ArrayLike<number>,
  keep: (leaf: Leaf) => boolean = () => true,
): Json => nested(leaves, (leaf) => (keep(leaf) ? shaped(flat, leaf.offset, leaf.shape) : undefined));

/** The pieces of an input, one entry each, in the shape of its leaf or record of leaves. */
export const nestedInput = (
  input: Input,
  flat: ArrayLike<number>,
  keep: (leaf: Leaf) => boolean = () => true,
): Json =>
  Array.from({ length: input.count }, (_, piece) =>
    nested(
      input.leaves,
      (leaf) => (keep(leaf) ? shaped(flat, leaf.offset + piece * sizeOf(leaf.shape), leaf.shape) : undefined),
      1,
    ),
  );

export class Misfit extends Error {
  readonly where: string;
  readonly hint: string;
  constructor(where: string, problem: string, hint: string) {
    super(problem);
    this.where = where;
    this.hint = hint;
  }
}

/** Writes nested JSON over a flat record: leaves that it does not name stay as they are. Throws `Misfit`. */
export function overwrite(
  leaves: readonly Leaf[],
  json: unknown,
  flat: Float64Array,
  place: (leaf: Leaf) => number,
  where: readonly string[],
  skip = 0,
): void {
  const here = where.join(".");
  const own = leaves.find((leaf) => leaf.path.length === skip);
  if (own !== undefined) {
    overwriteLeaf(json, own.shape, flat, place(own), here);
    return;
  }
  const names = [...new Set(leaves.map((leaf) => leaf.path[skip]!))];
  const entries = Array.isArray(json) ? json.map((each, i) => [String(i), each] as const) : ownEntries(json);
  if (entries === undefined) {
    throw new Misfit(here, `a record of ${names.join(", ")} is expected`, "write an object with these names");
  }
  for (const [key, value] of entries) {
    const members = leaves.filter((leaf) => leaf.path[skip] === key);
    if (members.length === 0) {
      throw new Misfit([...where, key].join("."), "the model has no such leaf", `it has ${names.join(", ")}`);
    }
    overwrite(members, value, flat, place, [...where, key], skip + 1);
  }
}

function overwriteLeaf(
  json: unknown,
  shape: readonly number[],
  flat: Float64Array,
  offset: number,
  where: string,
): void {
  const [extent, ...inner] = shape;
  if (extent === undefined) {
    if (typeof json !== "number") {
      throw new Misfit(where, "a number is expected", "write a plain number; null and text are none");
    }
    flat[offset] = json;
    return;
  }
  if (!Array.isArray(json)) {
    throw new Misfit(where, `an array of length ${extent} is expected`, "write a matrix as an array of rows");
  }
  if (json.length !== extent) {
    throw new Misfit(where, `${json.length} entries where the model has ${extent}`, `give ${extent} entries`);
  }
  const stride = sizeOf(inner);
  json.forEach((each, i) => {
    overwriteLeaf(each, inner, flat, offset + i * stride, `${where}[${i}]`);
  });
}

/** Own members of an object, or nothing if it is none; `__proto__` from a file is a name like any other here. */
function ownEntries(json: unknown): (readonly [string, unknown])[] | undefined {
  return typeof json === "object" && json !== null ? Object.entries(json) : undefined;
}
