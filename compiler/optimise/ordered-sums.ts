/**
 * Sums in registers get loops of their own: the terms are stored first, then added up in their order. In: a program whose
 * loops over rows are blocked. Out: the same values to the bit. A sum that keeps its order goes one term after the other;
 * alone, it does not hold back what a C compiler can do side by side.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Accumulate, Block, Fn, For, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import { bindersOf, forEachExprIn, withBlocks } from "../ir/walk.ts";

/** Of fewer terms than fill a vector of the widest machines, gcc makes a tree of selections: they are faster as they are. */
const fewest = 8;

/** `isWanted`: functions in which it is worth the places for the terms. `least`: terms of the shortest sum that is split. */
export function orderedSums(program: Program, isWanted: (fn: Fn) => boolean, least = fewest): Program {
  const names = new Names([
    ...program.arrays.map(({ name }) => name),
    ...program.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  const arrays: GlobalArray[] = [...program.arrays];
  // No two loops are at their sums at the same time: all share the places of their terms.
  const places = new Map<string, string>();
  const placeOf = (trips: number, position: number): string => {
    const key = `${trips} ${position}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const name = names.fresh("terms");
    places.set(key, name);
    arrays.push({ name, element: "real", shape: [trips], role: "workspace" });
    return name;
  };
  const split = (loop: For): Statement[] => {
    const trips = affine.constantOf(affine.subtract(loop.to, loop.from));
    const sums = loop.body.filter(isSum);
    if (trips === undefined || trips < least || loop.down || !isSplittable(loop, sums)) return [loop];
    const place = affine.subtract(affine.index(loop.index), loop.from);
    const body = loop.body.map((each): Statement => {
      if (!isSum(each)) return each;
      return build.store(placeOf(trips, sums.indexOf(each)), [place], each.value, each.span);
    });
    const index = names.fresh(loop.index);
    const added = sums.map(({ array, at, span }, position) =>
      build.accumulate(array, at, build.read(placeOf(trips, position), [affine.index(index)]), span),
    );
    return [
      { ...loop, body },
      build.loop(index, affine.integer(0), affine.integer(trips), added, { span: loop.span }),
    ];
  };
  const walk = (block: Block): Statement[] =>
    block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "for":
          return split({ ...statement, body: walk(statement.body) });
        default:
          return [withBlocks(statement, walk)];
      }
    });
  const functions = program.functions.map((fn) => (isWanted(fn) ? { ...fn, body: walk(fn.body) } : fn));
  return { arrays, functions };
}

const isSum = (statement: Statement): statement is Accumulate =>
  statement.kind === "accumulate" && statement.at.length === 0;

/** An innermost loop with more in it than its sums, none of which reads one. */
function isSplittable({ body }: For, sums: readonly Accumulate[]): boolean {
  const into = new Set(sums.map(({ array }) => array));
  if (sums.length === 0 || into.size < sums.length) return false;
  if (!body.every((each) => each.kind === "let" || each.kind === "store" || isSum(each))) return false;
  let isRead = false;
  forEachExprIn(body, (expr) => {
    isRead ||= expr.kind === "read" && into.has(expr.array);
  });
  return !isRead && body.some((each) => each.kind === "let");
}
