/**
 * The layout of a record of leaves: what a declaration writes becomes a list of leaves in order, with offsets and
 * default values, and a tree that says which leaf stands where in the record.
 */

import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Shape } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import { refuse, spanOf } from "./load.ts";
import { describe, isTagged, listed, type RecordValue, type Static, sizeOf } from "./static-values.ts";

/** A leaf before it has its name. */
export type Draft = Omit<Leaf, "name" | "offset">;

export type Tree =
  | { readonly kind: "leaf"; readonly leaf: Draft }
  | {
      readonly kind: "record";
      readonly tuple: boolean;
      readonly entries: ReadonlyMap<string, Tree>;
      readonly span: Span;
    };

/** Reads a value as a leaf or a record of leaves. `span`: where it was written. */
export function treeOf(value: Static, path: readonly string[], span: Span): Tree {
  if (typeof value === "number") return leafOf([], [value], path, span);
  const called = path.length === 0 ? "this" : `\`${path.join(".")}\``;
  if (!isTagged(value))
    return refuse(messages.badLeaf(span, `${called} is ${describe(value)}, which is no leaf`));
  switch (value.kind) {
    case "tensor":
      return leafOf(value.shape, listed(value.data), path, span);
    case "record":
      return recordTree(value, path, span);
    case "list": {
      const entries = value.items.map((item, i) => {
        const node = value.nodes[i];
        return [String(i), treeOf(item, [...path, String(i)], node ? spanOf(node) : span)] as const;
      });
      return { kind: "record", tuple: true, entries: new Map(entries), span };
    }
    default:
      return refuse(messages.badLeaf(span, `${called} is ${describe(value)}, which is no leaf`));
  }
}

/** Leaves, inputs and outputs have names that generated code can have. */
export function checkName(name: string, place: Span): void {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) refuse(messages.badName(place, name));
}

export function recordTree(
  value: RecordValue,
  path: readonly string[],
  span: Span,
): Extract<Tree, { kind: "record" }> {
  const entries = [...value.entries].map(([name, inner]) => {
    const node = value.nodes.get(name);
    const place = node ? spanOf(node) : span;
    checkName(name, place);
    return [name, treeOf(inner, [...path, name], place)] as const;
  });
  return { kind: "record", tuple: false, entries: new Map(entries), span };
}

/** A loop, since there may be millions of them. */
function areFinite(numbers: readonly number[]): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

function leafOf(shape: Shape, initial: readonly number[], path: readonly string[], span: Span): Tree {
  if (!areFinite(initial)) {
    refuse(messages.badLeaf(span, `\`${path.join(".")}\` has a default that is no finite number`));
  }
  // C has no arrays without entries, and there is nothing to compute with them.
  if (initial.length === 0) {
    refuse(messages.badLeaf(span, `\`${path.join(".")}\` has no entries: leave it out`));
  }
  return { kind: "leaf", leaf: { path, shape, initial, span } };
}

export const emptyTree = (span: Span): Extract<Tree, { kind: "record" }> => ({
  kind: "record",
  tuple: false,
  entries: new Map(),
  span,
});

/** The leaves of a tree in order of writing. */
export function draftsOf(tree: Tree): Draft[] {
  return tree.kind === "leaf" ? [tree.leaf] : [...tree.entries.values()].flatMap(draftsOf);
}

/** Names that every function of a model has besides its leaves. */
const reserved = ["t", "k", "result"];

/**
 * A name for each leaf, unique in the model: the last part of its path where no other leaf ends so, otherwise the whole
 * path. `f_` in front of it is free, too, for the derivative of a state leaf.
 */
export function nameLeaves(
  groups: readonly { readonly record: string; readonly drafts: readonly Draft[] }[],
): Map<Draft, string> {
  const short = ({ path }: Draft): string => {
    const last = path[path.length - 1]!;
    return /^\d+$/.test(last) && path.length > 1 ? path.slice(-2).join("_") : last;
  };
  const count = new Map<string, number>();
  for (const { drafts } of groups) {
    for (const draft of drafts) count.set(short(draft), (count.get(short(draft)) ?? 0) + 1);
  }
  const names = new Map<Draft, string>();
  const taken = new Set<string>(reserved);
  const isFree = (name: string): boolean => !taken.has(name) && !taken.has(`f_${name}`);
  for (const { record, drafts } of groups) {
    for (const draft of drafts) {
      const wishes = [short(draft), draft.path.join("_"), [record, ...draft.path].join("_")];
      if (count.get(wishes[0]!)! > 1) wishes.shift();
      let name = wishes.find(isFree);
      for (let n = 2; name === undefined; n++) name = [`${wishes[wishes.length - 1]}_${n}`].find(isFree);
      taken.add(name);
      taken.add(`f_${name}`);
      names.set(draft, name);
    }
  }
  return names;
}

/** Leaves with their names and offsets in the flat record. */
export function placeLeaves(
  drafts: readonly Draft[],
  names: ReadonlyMap<Draft, string>,
  copies = 1,
  from = 0,
): Leaf[] {
  let offset = from;
  return drafts.map((draft) => {
    const leaf = { ...draft, name: names.get(draft)!, offset };
    offset += copies * sizeOf(draft.shape);
    return leaf;
  });
}

/**
 * The numbers of a value in the shape of a tree, one list for each leaf in order of writing; arrays are admitted for
 * vectors and rows. Nothing where the value has another shape.
 */
export function leafNumbers(value: Static, tree: Tree): (readonly number[])[] | undefined {
  if (tree.kind === "leaf") {
    const numbers = entriesOf(value, tree.leaf.shape);
    return numbers && [numbers];
  }
  if (!isTagged(value) || value.kind !== (tree.tuple ? "list" : "record")) return undefined;
  const members =
    value.kind === "record" ? value.entries : new Map(value.items.map((one, i) => [`${i}`, one]));
  if (members.size !== tree.entries.size) return undefined;
  const all: (readonly number[])[] = [];
  for (const [key, inner] of tree.entries) {
    const member = members.get(key);
    const numbers = member === undefined ? undefined : leafNumbers(member, inner);
    if (numbers === undefined) return undefined;
    all.push(...numbers);
  }
  return all;
}

/** Row-major; an array stands for a vector, and an array of rows for a matrix. */
function entriesOf(value: Static, shape: Shape): readonly number[] | undefined {
  if (typeof value === "number") return shape.length === 0 ? [value] : undefined;
  if (!isTagged(value)) return undefined;
  if (value.kind === "tensor") {
    return String(value.shape) === String(shape) ? listed(value.data) : undefined;
  }
  if (value.kind !== "list" || shape.length === 0 || value.items.length !== shape[0]) return undefined;
  const rows = value.items.map((row) => entriesOf(row, shape.slice(1)));
  return rows.every((row) => row !== undefined) ? rows.flat() : undefined;
}
