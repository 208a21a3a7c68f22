/**
 * Entries that an innermost loop reads and does not move or change are read once, in front of it. In: a function body.
 * Out: the same values. gcc does this by itself; V8 and clang do not, since they do not know that what the loop writes is
 * not the entry, and clang then makes no vectors of the loop.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Block, For, Let, Statement } from "../ir/nodes.ts";
import { bindersIn, withBlocks, withEach } from "../ir/walk.ts";
import { writes } from "./reuse.ts";

/** Trips from which it pays. */
const worthwhile = 4;
/** Entries that registers can hold beside what the loop works with. */
const most = 8;

/** `least`: trips from which it is done. */
export function heldReads(block: Block, least = worthwhile): Block {
  return withEach(
    block,
    (statement) =>
      (statement.kind === "for" ? held(statement, least) : undefined) ??
      withBlocks(statement, (inner) => heldReads(inner, least)),
  );
}

/** The reads and the loop behind them; nothing where it has loops inside, or too little or too much to hold. */
function held(loop: For, least: number): Statement[] | undefined {
  const { body, from, to } = loop;
  if (!body.every(({ kind }) => ["let", "store", "accumulate"].includes(kind))) return undefined;
  const trips = affine.constantOf(affine.subtract(to, from));
  if (trips === undefined || trips < least) return undefined;
  const inside = new Set(bindersIn([loop]));
  const written = new Set(body.flatMap(writes));
  const isFixed = (form: Affine): boolean => {
    let fixed = true;
    affine.forEachAtom(form, (atom) => {
      fixed &&= !(atom.kind === "index"
        ? inside.has(atom.name)
        : atom.kind === "gather" && written.has(atom.array));
    });
    return fixed;
  };
  const moves = (statement: Statement): statement is Let =>
    statement.kind === "let" &&
    statement.value.kind === "read" &&
    statement.value.at.length > 0 &&
    !written.has(statement.value.array) &&
    statement.value.at.every(isFixed);
  const moved = body.filter(moves);
  if (moved.length === 0 || moved.length > most) return undefined;
  return [...moved, { ...loop, body: body.filter((statement) => !moves(statement)) }];
}
