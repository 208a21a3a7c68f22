/**
 * Values that a tape would keep once a trip, made once in front of the loops that do not change them. In: a block in
 * normal form, and the scalars that would be taped. Out: the same block with those scalars, and what goes into them, as
 * far out as they stay what they are; the block itself where nothing moves.
 *
 * `z[c] += h[k] * W[k][c]` in a loop over c reads one h[k] again and again: on a tape that is h once for each c.
 */

import * as affine from "../ir/affine.ts";
import type { Block, Expr, Let, Statement } from "../ir/nodes.ts";
import { bindersIn, forEachExpr, forEachStatement, formsOf } from "../ir/walk.ts";

export function outward(block: Block, isTaped: (name: string) => boolean): Block {
  const wanted = withOperands(block, isTaped);
  if (wanted.size === 0) return block;
  let hasMoved = false;

  const inBlock = (statements: Block): Statement[] =>
    statements.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "for": {
          const body = inBlock(statement.body);
          const inside = new Set(bindersIn([{ ...statement, body }]));
          for (const array of written(body)) inside.add(array);
          const moved: Statement[] = [];
          const stays: Statement[] = [];
          for (const inner of body) {
            const moves = inner.kind === "let" && wanted.has(inner.name) && !mentions(inner, inside);
            if (moves) inside.delete(inner.name);
            (moves ? moved : stays).push(inner);
          }
          hasMoved ||= moved.length > 0;
          return [...moved, { ...statement, body: stays }];
        }
        case "while":
          return [{ ...statement, body: inBlock(statement.body) }];
        case "if":
          return [{ ...statement, then: inBlock(statement.then), else: inBlock(statement.else) }];
        default:
          return [statement];
      }
    });

  const moved = inBlock(block);
  return hasMoved ? moved : block;
}

/** The taped scalars, and every scalar that goes into one of them. */
function withOperands(block: Block, isTaped: (name: string) => boolean): ReadonlySet<string> {
  const values = new Map<string, Expr>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "let") values.set(statement.name, statement.value);
  });
  const found = new Set<string>();
  const reach = (name: string): void => {
    const value = values.get(name);
    if (value === undefined || found.has(name)) return;
    found.add(name);
    forEachExpr(value, (inner) => {
      if (inner.kind === "name") reach(inner.name);
    });
  };
  for (const name of values.keys()) if (isTaped(name)) reach(name);
  return found;
}

/** Whether a value is made from any of these scalars, indices and arrays. */
function mentions(statement: Let, names: ReadonlySet<string>): boolean {
  let found = false;
  forEachExpr(statement.value, (inner) => {
    if (inner.kind === "name") found ||= names.has(inner.name);
    if (inner.kind === "read") found ||= names.has(inner.array);
  });
  for (const form of formsOf(statement))
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "index") found ||= names.has(atom.name);
      if (atom.kind === "gather") found ||= names.has(atom.array);
    });
  return found;
}

/** Arrays that a block writes into. */
function written(block: Block): Set<string> {
  const found = new Set<string>();
  forEachStatement(block, (statement) => {
    switch (statement.kind) {
      case "store":
      case "accumulate":
        found.add(statement.array);
        break;
      case "call":
        for (const arg of statement.args) if (arg.kind === "array") found.add(arg.view.array);
        break;
      default:
        break;
    }
  });
  return found;
}
