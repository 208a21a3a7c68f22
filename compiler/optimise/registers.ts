/**
 * Keeps scalar results in local variables while an entry function runs: a gradient that is summed over thousands of
 * steps is added up in a register and written to its place once. In: an entry function and the program's arrays. Out:
 * the same function, in which scalars of the interface that it writes are loaded at entry and stored before it leaves.
 */

import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Fn, GlobalArray, Statement } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { bindersOf, forEachStatement, withBlocks } from "../ir/walk.ts";

export function registers(fn: Fn, arrays: readonly GlobalArray[]): Fn {
  const scalars = new Set(
    arrays
      .filter((array) => array.role === "interface" && array.shape.length === 0 && array.element === "real")
      .map((array) => array.name),
  );
  const written = new Set<string>();
  const handedOver = new Set<string>();
  forEachStatement(fn.body, (statement) => {
    if ((statement.kind === "store" || statement.kind === "accumulate") && scalars.has(statement.array)) {
      written.add(statement.array);
    }
    if (statement.kind === "call") {
      for (const arg of statement.args) if (arg.kind === "array") handedOver.add(arg.view.array);
    }
  });
  const names = new Names(() => [...bindersOf(fn), ...arrays.map((array) => array.name)]);
  const locals = new Map(
    [...written].filter((array) => !handedOver.has(array)).map((array) => [array, names.fresh(array)]),
  );
  if (locals.size === 0) return fn;

  const opening = [...locals].flatMap(([array, local]): Statement[] => [
    build.alloc(local, [], { zero: false }),
    build.store(local, [], build.read(array)),
  ]);
  const closing = (): Statement[] =>
    [...locals].map(([array, local]) => build.store(array, [], build.read(local)));
  const leaveWith = (block: readonly Statement[]): Statement[] =>
    block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "return":
          return [...closing(), statement];
        default:
          return [withBlocks(statement, leaveWith)];
      }
    });
  const body = rewriteBlock(fn.body, {
    array: (array) => {
      const local = locals.get(array);
      return local === undefined ? undefined : { array: local, prefix: [] };
    },
  });
  const last = body.at(-1);
  return { ...fn, body: [...opening, ...leaveWith(body), ...(last?.kind === "return" ? [] : closing())] };
}
