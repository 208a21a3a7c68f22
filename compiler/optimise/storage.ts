/**
 * Gives every local array of rank 1 or more a place of its own among the program's arrays, as targets without a heap
 * need it, and writes out the clearing that `alloc` stands for. Scalars that are handed to a function by reference get
 * a place too. In: a program, and the functions among which places of one name may be shared. Out: one whose functions allocate nothing but mutable scalars.
 */

import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Alloc, Block, Fn, GlobalArray, Program } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { bindersOf, forEachStatement, withBlocks, withEach } from "../ir/walk.ts";

export function storage(
  program: Program,
  functions: readonly string[],
  sharing: ReadonlySet<string> = new Set(),
): Program {
  const arrays: GlobalArray[] = [...program.arrays];
  // Global names are taken in every function, and the other way round, so that nothing is shadowed.
  const globalNames = new Names(() => [
    ...program.arrays.map((array) => array.name),
    ...program.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  // Entry functions are never active at the same time: what one calls by the same name, the next may use again.
  const shared = new Map<string, string>();
  const moved = program.functions.map((fn): Fn => {
    if (!functions.includes(fn.name)) return fn;
    const handedOver = new Set<string>();
    const allocs: Alloc[] = [];
    forEachStatement(fn.body, (statement) => {
      if (statement.kind === "alloc") allocs.push(statement);
      if (statement.kind !== "call") return;
      for (const arg of statement.args) if (arg.kind === "array") handedOver.add(arg.view.array);
    });
    const place = (alloc: Alloc): boolean =>
      alloc.shape.length > 0 || handedOver.has(alloc.array) || alloc.element === "integer";
    if (!allocs.some(place)) return fn;
    const places = new Map<string, string>();
    const names = new Names(() => bindersOf(fn));
    const lift = (block: Block): Block =>
      withEach(block, (statement) => {
        switch (statement.kind) {
          case "alloc": {
            if (!place(statement)) return statement;
            const { array, element, shape, role, taped } = statement;
            const key = `${array}:${element}:${role}:${shape.join(",")}`;
            const before = sharing.has(fn.name) ? shared.get(key) : undefined;
            const global = before ?? globalNames.fresh(array);
            places.set(array, global);
            if (sharing.has(fn.name)) shared.set(key, global);
            if (before === undefined)
              arrays.push({
                name: global,
                element,
                shape,
                role: role === "local" ? "workspace" : role,
                taped,
              });
            if (!statement.zero) return [];
            return build.forEachEntry(statement.shape, names.fresh, (at) => [
              build.store(statement.array, at, build.zero, statement.span),
            ]);
          }
          default:
            return withBlocks(statement, lift);
        }
      });
    const lifted = lift(fn.body);
    const body = rewriteBlock(lifted, {
      array: (array) => {
        const global = places.get(array);
        return global === undefined ? undefined : { array: global, prefix: [] };
      },
    });
    return { ...fn, body };
  });
  return { arrays, functions: moved };
}
