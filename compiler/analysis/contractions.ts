/**
 * What a contraction is, and which: facts about `contract` statements. The names are those of linear algebra; a sparse
 * product is one whose bounds or subscripts come out of an integer array.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Access, Contract, Fn } from "../ir/nodes.ts";
import { forEachStatement, formsOf } from "../ir/walk.ts";

export type ContractionKind =
  | "dot"
  | "matvec"
  | "transposed matvec"
  | "matmul"
  | "outer"
  | "sparse product"
  | "contraction";

export interface Contraction {
  readonly contract: Contract;
  readonly kind: ContractionKind;
}

/** The contractions of a function, in the order of its text. */
export function contractionsOf(fn: Fn): Contraction[] {
  const found: Contraction[] = [];
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "contract") found.push({ contract: statement, kind: kindOf(statement) });
  });
  return found;
}

/**
 * Is it more than a loop over entries? It sums a product along an axis, or two factors span an axis each that the other
 * lacks.
 */
export function isContraction({ to, factors, over }: Contract): boolean {
  const spans = factors.map((factor) => over.map(({ index }) => reads(factor, index)));
  const sumsProducts = over.some(
    ({ index }, axis) => !reads(to, index) && spans.filter((span) => span[axis]).length > 1,
  );
  const lacks = (one: readonly boolean[], other: readonly boolean[]): boolean =>
    one.some((isSpanned, axis) => isSpanned && !other[axis]);
  return sumsProducts || spans.some((one) => spans.some((other) => lacks(one, other) && lacks(other, one)));
}

/** Which contraction it is. */
export function kindOf(contract: Contract): ContractionKind {
  const { to, factors, over } = contract;
  if (formsOf(contract).some(gathers)) return "sparse product";
  if (factors.length !== 2) return "contraction";
  const spansOf = ({ at }: Access): string =>
    over
      .filter(({ index }) => at.some((form) => mentions(form, index)))
      .map(({ index }) => index)
      .join();
  const summed = over.filter(({ index }) => !reads(to, index)).map(({ index }) => index);
  const kept = over.filter(({ index }) => reads(to, index)).map(({ index }) => index);
  const [left, right] = factors.map(spansOf) as [string, string];
  const isPair = (one: string, other: string): boolean =>
    (left === one && right === other) || (left === other && right === one);
  if (summed.length === 0) return kept.length === 2 && isPair(kept[0]!, kept[1]!) ? "outer" : "contraction";
  const [along] = summed as [string];
  if (summed.length > 1) return "contraction";
  if (kept.length === 0) return isPair(along, along) ? "dot" : "contraction";
  const both = (one: string): string =>
    over
      .filter(({ index }) => index === one || index === along)
      .map(({ index }) => index)
      .join();
  if (kept.length === 2) return isPair(both(kept[0]!), both(kept[1]!)) ? "matmul" : "contraction";
  if (kept.length !== 1 || !isPair(both(kept[0]!), along)) return "contraction";
  const matrix = factors.find((factor) => reads(factor, kept[0]!))!;
  const rank = (index: string): number => matrix.at.findIndex((form) => mentions(form, index));
  return rank(kept[0]!) < rank(along) ? "matvec" : "transposed matvec";
}

/** Does the place depend on the index? */
export const reads = ({ at }: Access, index: string): boolean => at.some((form) => mentions(form, index));

/** Does the form depend on the index, inside a gather or quotient too? */
export function mentions(form: Affine, index: string): boolean {
  let found = false;
  affine.forEachAtom(form, (atom) => {
    found ||= atom.kind === "index" && atom.name === index;
  });
  return found;
}

function gathers(form: Affine): boolean {
  let found = false;
  affine.forEachAtom(form, (atom) => {
    found ||= atom.kind === "gather";
  });
  return found;
}
