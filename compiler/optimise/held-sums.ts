/**
 * Sums into entries that an innermost loop does not move are held in scalars while it runs: `C[i][j] += A[i][k] * B[k][j]`
 * over k reads and writes its entry once and not once a trip. In: a function body. Out: the same values to the bit: the
 * scalar starts from the entry, takes the same terms in the same order, and goes back. Compilers of C do this by
 * themselves; V8 does not, since it does not know that arrays do not overlap.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type { Accumulate, Block, For, Statement } from "../ir/nodes.ts";
import { bindersIn, forEachExprIn, formsOf, withBlocks, withEach } from "../ir/walk.ts";

/** Trips from which holding pays. */
const worthwhile = 4;

/** `least`: trips from which it is done. */
export function heldSums(block: Block, names: Names, least = worthwhile): Block {
  return withEach(
    block,
    (statement) =>
      (statement.kind === "for" ? held(statement, names, least) : undefined) ??
      withBlocks(statement, (inner) => heldSums(inner, names, least)),
  );
}

/** The loop with its sums in scalars, filled in front of it and stored behind; nothing where there is none to hold. */
function held(loop: For, names: Names, least: number): Statement[] | undefined {
  const { body, from, to, span } = loop;
  if (!body.every(({ kind }) => kind === "let" || kind === "accumulate")) return undefined;
  const trips = affine.constantOf(affine.subtract(to, from));
  if (trips === undefined || trips < least) return undefined;

  const sums = body.filter((each): each is Accumulate => each.kind === "accumulate" && each.at.length > 0);
  const inside = new Set(bindersIn([loop]));
  const read = new Set<string>();
  forEachExprIn(body, (expr) => {
    if (expr.kind === "read") read.add(expr.array);
  });
  for (const statement of body)
    for (const form of formsOf(statement))
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "gather") read.add(atom.array);
      });
  const isHeld = (sum: Accumulate): boolean =>
    !read.has(sum.array) &&
    sum.at.every((form) => isFixed(form, inside)) &&
    sums.every((other) => other.array !== sum.array || isSame(other.at, sum.at));
  const places = new Map(sums.filter(isHeld).map((sum) => [sum.array, sum.at]));
  if (places.size === 0) return undefined;

  const scalars = new Map([...places.keys()].map((array) => [array, names.fresh(stemOf(array))]));
  const opening = [...places].flatMap(([array, at]): Statement[] => [
    build.alloc(scalars.get(array)!, [], { zero: false, span }),
    build.store(scalars.get(array)!, [], build.read(array, at), span),
  ]);
  const summed = body.map((statement): Statement => {
    const scalar = statement.kind === "accumulate" ? scalars.get(statement.array) : undefined;
    return statement.kind === "accumulate" && scalar !== undefined
      ? build.accumulate(scalar, [], statement.value, statement.span)
      : statement;
  });
  const closing = [...places].map(([array, at]) =>
    build.store(array, at, build.read(scalars.get(array)!), span),
  );
  return [...opening, { ...loop, body: summed }, ...closing];
}

/** Whether a subscript is made of nothing that the loop binds. */
function isFixed(form: Affine, inside: ReadonlySet<string>): boolean {
  let fixed = true;
  affine.forEachAtom(form, (atom) => {
    if (atom.kind === "index") fixed &&= !inside.has(atom.name);
  });
  return fixed;
}

const isSame = (one: readonly Affine[], other: readonly Affine[]): boolean =>
  one.length === other.length && one.every((form, axis) => affine.key(form) === affine.key(other[axis]!));
