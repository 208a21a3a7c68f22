/**
 * Decides which calls of an entry function are expanded in place. In: the program. Out: entry functions in which calls
 * of small functions have become their bodies. Scalar models end as straight-line code in one time loop, which is the
 * fastest shape there is for them; whatever has loops stays a function and keeps the generated code small.
 */

import { expandCalls } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Block, Call, Fn, Program } from "../ir/nodes.ts";
import { bindersOf, blocksOf, forEachExprIn, forEachStatement, leaves } from "../ir/walk.ts";

/** Operations of an entry function up to which calls of loop-free functions are expanded; `outline` cuts for V8 what gets too long. */
const budget = 3000;

/** Operations up to which short code has a function of arrays at each of several places. */
const mostRepeated = 16;

/** `isSmall`: what an entry calls at one place is expanded with its loops too; what it calls at several stays a function. */
export function inline(program: Program, entries: readonly string[], isSmall = false): Program {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const sizes = new Map(program.functions.map((fn) => [fn.name, operations(fn)]));
  return {
    ...program,
    functions: program.functions.map((fn) => {
      if (!entries.includes(fn.name)) return fn;
      const counts = new Map<string, number>();
      forEachStatement(fn.body, (statement) => {
        if (statement.kind === "call") counts.set(statement.callee, (counts.get(statement.callee) ?? 0) + 1);
      });
      const onTheWay = calledOnTheWay(fn.body);
      const isWanted = (callee: Fn): boolean => {
        const isAlone = counts.get(callee.name) === 1;
        // Where a run ends badly nobody waits for a call, and its code is read and translated at every place.
        if (!isAlone && !onTheWay.has(callee.name) && callee.body.length > 1) return false;
        if (hasLoop(callee)) return isSmall && isAlone && callee.parameters.length > 0;
        // Scalars are handed over one by one, which takes as much code as what is done with them.
        return !isSmall || isAlone || !takesArrays(callee) || sizes.get(callee.name)! <= mostRepeated;
      };
      let left = budget;
      const chosen = new Set<string>();
      for (const [name, count] of [...counts].sort((a, b) => cost(a, sizes) - cost(b, sizes))) {
        const callee = byName.get(name);
        const total = count * (sizes.get(name) ?? Infinity);
        if (callee === undefined || total > left || !isWanted(callee)) continue;
        chosen.add(name);
        left -= total;
      }
      const names = new Names(() => [...bindersOf(fn), ...program.arrays.map((array) => array.name)]);
      const choose = (call: Call): Fn | undefined =>
        chosen.has(call.callee) ? byName.get(call.callee) : undefined;
      return { ...fn, body: expandCalls(fn.body, choose, names.fresh) };
    }),
  };
}

/** Functions called in blocks that go on behind the call; the others are called in front of a `return` alone. */
function calledOnTheWay(block: Block, out = new Set<string>()): Set<string> {
  const isLast = leaves(block);
  for (const statement of block) {
    if (statement.kind === "call" && !isLast) out.add(statement.callee);
    for (const inner of blocksOf(statement)) calledOnTheWay(inner, out);
  }
  return out;
}

const cost = ([name, count]: readonly [string, number], sizes: ReadonlyMap<string, number>): number =>
  count * (sizes.get(name) ?? Infinity);

function hasLoop(fn: Fn): boolean {
  let found = false;
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "for" || statement.kind === "while" || statement.kind === "call") found = true;
    if (statement.kind === "alloc" && statement.shape.length > 0) found = true;
  });
  return found;
}

const takesArrays = ({ parameters }: Fn): boolean =>
  parameters.some((parameter) => parameter.kind === "array" && parameter.shape.length > 0);

/** Number of primitive operations written in a function. */
export function operations(fn: Fn): number {
  let count = 0;
  forEachExprIn(fn.body, (expr) => {
    if (expr.kind === "primitive" || expr.kind === "select") count++;
  });
  return count;
}
