/**
 * Whether the passes that clean up a function have anything left to find once they have been over it. Answers err to the safe side:
 * where it is not sure, they go over it again.
 */

import { isLeaf, isZero } from "../ir/build.ts";
import type { Alloc, Block, Statement } from "../ir/nodes.ts";
import { forEachStatement } from "../ir/walk.ts";
import { isNegatedLeaf } from "./reuse.ts";

/**
 * Whether `left` is `whole` without values, without arrays that nothing reads any more and without stores of scalars that nobody
 * sees: what is written else, and in which loops and branches, is what it was.
 */
export function hasSameWrites(whole: Block, left: Block): boolean {
  if (left === whole) return true;
  const allocs = new Map<string, Alloc>();
  const gone = new Set<string>();
  /** What a statement adds to the count; arrays are declared before they are written. */
  const countOf = (statement: Statement): number => {
    switch (statement.kind) {
      case "let":
      case "alloc":
        return 0;
      case "store":
        if (gone.has(statement.array)) return 0;
        return allocs.get(statement.array)?.shape.length === 0 ? 0 : 1;
      case "accumulate":
        return gone.has(statement.array) ? 0 : 1;
      default:
        return 1;
    }
  };
  let count = 0;
  forEachStatement(left, (statement) => {
    if (statement.kind === "alloc") allocs.set(statement.array, statement);
    count += countOf(statement);
  });
  forEachStatement(whole, (statement) => {
    if (statement.kind === "alloc" && !allocs.has(statement.array)) gone.add(statement.array);
    count -= countOf(statement);
  });
  return count === 0;
}

/** Whether a block that `reuse` gave is in normal form, signs that stand where a value is used aside. */
export function isFlattened(block: Block): boolean {
  let isFlat = true;
  forEachStatement(block, (statement) => {
    if (statement.kind === "accumulate") isFlat &&= !isZero(statement.value);
    if (statement.kind !== "let" || statement.value.kind !== "primitive") return;
    isFlat &&= statement.value.args.every((arg) => isLeaf(arg) || isNegatedLeaf(arg));
  });
  return isFlat;
}
