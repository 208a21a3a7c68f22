/**
 * Moves what does not change inside a loop to the front of it. In: a function body in normal form. Out: the same, with
 * each `let` whose operands come from outside a loop before that loop. Only arithmetic is moved, and reads of scalars
 * and of fixed entries that the loop does not write; nothing is moved out of a branch. The block itself where nothing moves.
 */

import * as affine from "../ir/affine.ts";
import type { Block, Expr, Statement } from "../ir/nodes.ts";
import { bindersIn, forEachExpr, withBlocks, withEach } from "../ir/walk.ts";
import { writtenIn } from "./reuse.ts";

export function hoist(block: Block): Block {
  return withEach(block, (statement) => {
    const outer = withBlocks(statement, hoist);
    if (outer.kind !== "for") return outer;
    const { body } = outer;
    const inside = new Set(bindersIn([outer]));
    let written: ReadonlySet<string> | undefined;
    const isWritten = (array: string): boolean => {
      written ??= writtenIn(body);
      return written.has(array);
    };
    const moved: Statement[] = [];
    const stays: Statement[] = [];
    for (const inner of body) {
      if (inner.kind === "let" && isInvariant(inner.value, inside, isWritten)) {
        inside.delete(inner.name);
        moved.push(inner);
      } else {
        stays.push(inner);
      }
    }
    return moved.length === 0 ? outer : [...moved, { ...outer, body: stays }];
  });
}

function isInvariant(
  expr: Expr,
  inside: ReadonlySet<string>,
  isWritten: (array: string) => boolean,
): boolean {
  let invariant = true;
  forEachExpr(expr, (inner) => {
    switch (inner.kind) {
      case "name":
        invariant &&= !inside.has(inner.name);
        break;
      case "read":
        invariant &&= inner.at.every((form) => affine.constantOf(form) !== undefined);
        invariant &&= !inside.has(inner.array) && !isWritten(inner.array);
        break;
      case "integer":
        invariant = false;
        break;
      case "number":
      case "primitive":
      case "select":
        break;
      default:
        inner satisfies never;
    }
  });
  return invariant;
}
