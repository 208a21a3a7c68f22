/**
 * Keeps scalar results in local variables while an entry function runs: a gradient that is summed over thousands of
 * steps is added up in a register and written to its place once. In: an entry function and the program's arrays. Out:
 * the same function, in which scalars of the interface that it writes are loaded at entry and stored before it leaves.
 * Scalars that a function it calls writes itself stay where they are, unless it is called on the way out and spoils them.
 */

import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Fn, Program, Statement, Store } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import {
  arraysIn,
  arraysOf,
  bindersOf,
  blocksOf,
  calleesOf,
  leaves,
  reachable,
  withBlocks,
} from "../ir/walk.ts";

export function registers(fn: Fn, { arrays, functions }: Program): Fn {
  const scalars = new Set(
    arrays
      .filter((array) => array.role === "interface" && array.shape.length === 0 && array.element === "real")
      .map((array) => array.name),
  );
  const spoilt = spoiltBy(functions);
  const written = new Set<string>();
  const isElsewhere = new Set<string>();
  const visit = (block: Block): void => {
    const spoiltOnTheWayOut = spoilt(block);
    for (const statement of block) {
      if (statement.kind === "store" || statement.kind === "accumulate") written.add(statement.array);
      if (statement.kind === "call") {
        for (const arg of statement.args) if (arg.kind === "array") isElsewhere.add(arg.view.array);
        for (const array of reachable(functions, statement.callee).flatMap((one) => [...arraysOf(one)])) {
          if (!spoiltOnTheWayOut.has(array)) isElsewhere.add(array);
        }
      }
      blocksOf(statement).forEach(visit);
    }
  };
  visit(fn.body);
  const names = new Names(() => [...bindersOf(fn), ...arrays.map((array) => array.name)]);
  const locals = new Map(
    [...written]
      .filter((array) => scalars.has(array) && !isElsewhere.has(array))
      .map((array) => [array, names.fresh(array)]),
  );
  if (locals.size === 0) return fn;

  const opening = [...locals].flatMap(([array, local]): Statement[] => [
    build.alloc(local, [], { zero: false }),
    build.store(local, [], build.read(array)),
  ]);
  const closing = (spoiltHere: ReadonlySet<string> = new Set()): Statement[] =>
    [...locals]
      .filter(([array]) => !spoiltHere.has(array))
      .map(([array, local]) => build.store(array, [], build.read(local)));
  const leaveWith = (block: Block): Statement[] =>
    block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "return":
          return [...closing(spoilt(block)), statement];
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

/**
 * Arrays that a block which leaves the function has a call write over, whatever they held: the callee stores numbers
 * there and does nothing else with them, and nothing behind the call looks at them. Of other blocks none.
 */
function spoiltBy(functions: readonly Fn[]): (block: Block) => ReadonlySet<string> {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  return (block) => {
    const spoilt = new Set<string>();
    if (!leaves(block)) return spoilt;
    block.forEach((statement, i) => {
      const callee = statement.kind === "call" ? byName.get(statement.callee) : undefined;
      if (callee === undefined || calleesOf(callee).size > 0) return;
      const isSpoiling = (one: Statement): one is Store => one.kind === "store" && build.isLeaf(one.value);
      const inUse = arraysIn([...callee.body.filter((one) => !isSpoiling(one)), ...block.slice(i + 1)]);
      for (const { array } of callee.body.filter(isSpoiling)) if (!inUse.has(array)) spoilt.add(array);
    });
    return spoilt;
  };
}
