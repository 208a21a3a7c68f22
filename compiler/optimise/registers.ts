/**
 * Keeps scalar results in local variables while an entry function runs: a gradient that is summed over thousands of
 * steps is added up in a register and written to its place once. In: an entry function and the program's arrays. Out:
 * the same function, in which scalars of the interface that it adds to, or stores more than once, are loaded at entry and
 * stored before it leaves. Scalars that a function it calls writes itself stay where they are, unless it is called on the way out and spoils them.
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
  withEach,
} from "../ir/walk.ts";

export function registers(fn: Fn, { arrays, functions }: Program): Fn {
  const scalars = new Set(
    arrays
      .filter((array) => array.role === "interface" && array.shape.length === 0 && array.element === "real")
      .map((array) => array.name),
  );
  const spoilt = spoiltBy(functions);
  const touched = new Map<string, ReadonlySet<string>>();
  const touchedBy = (callee: string): ReadonlySet<string> => {
    const known =
      touched.get(callee) ??
      new Set(
        reachable(functions, callee).flatMap((one) =>
          [...arraysOf(one)].filter((array) => scalars.has(array)),
        ),
      );
    touched.set(callee, known);
    return known;
  };
  const written = new Set<string>();
  const storedBefore = new Set<string>();
  const isElsewhere = new Set<string>();
  const visit = (block: Block, isRepeated: boolean): void => {
    const isWayOut = block !== fn.body && leaves(block);
    block.forEach((statement, at) => {
      if (statement.kind === "accumulate") written.add(statement.array);
      if (statement.kind === "store" && !isWayOut) {
        if (isRepeated || storedBefore.has(statement.array)) written.add(statement.array);
        storedBefore.add(statement.array);
      }
      if (statement.kind === "call") {
        const spoiltOnTheWayOut = spoilt(block, at);
        for (const arg of statement.args) if (arg.kind === "array") isElsewhere.add(arg.view.array);
        for (const array of touchedBy(statement.callee))
          if (!spoiltOnTheWayOut.has(array)) isElsewhere.add(array);
      }
      const isLoop = statement.kind === "for" || statement.kind === "while";
      for (const inner of blocksOf(statement)) visit(inner, isRepeated || isLoop);
    });
  };
  visit(fn.body, false);
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
  const closing = (spoiltBefore: ReadonlySet<string>): Statement[] =>
    [...locals]
      .filter(([array]) => !spoiltBefore.has(array))
      .map(([array, local]) => build.store(array, [], build.read(local)));
  /** `before`: what was spoilt before in the blocks around, all of which leave. */
  const leaveWith = (block: Block, before: ReadonlySet<string>): Block => {
    let past = before;
    let at = -1;
    return withEach(block, (statement) => {
      at++;
      if (isWayOut(statement)) return [...closing(past), statement];
      const here = spoilt(block, at);
      if (here.size > 0) past = new Set([...past, ...here]);
      return withBlocks(statement, (inner) => leaveWith(inner, past));
    });
  };
  const body = rewriteBlock(fn.body, {
    array: (array) => {
      const local = locals.get(array);
      return local === undefined ? undefined : { array: local, prefix: [] };
    },
  });
  const last = body.at(-1);
  return {
    ...fn,
    body: [...opening, ...leaveWith(body, none), ...(last?.kind === "return" ? [] : closing(none))],
  };
}

/** A statement that does nothing but leave, by one of several ways perhaps. */
const isWayOut = (statement: Statement): boolean =>
  statement.kind === "return" ||
  (statement.kind === "if" &&
    leaves([statement]) &&
    blocksOf(statement).every((block) => block.every(isWayOut)));

const none: ReadonlySet<string> = new Set();

/**
 * Arrays that a call in a block which leaves the function writes over, whatever they held: the callee stores numbers
 * there and does nothing else with them, and nothing behind the call looks at them. Of other calls none.
 */
function spoiltBy(functions: readonly Fn[]): (block: Block, at: number) => ReadonlySet<string> {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  return (block, at) => {
    const statement = block[at]!;
    const callee = statement.kind === "call" ? byName.get(statement.callee) : undefined;
    if (callee === undefined || calleesOf(callee).size > 0 || !leaves(block)) return none;
    const isSpoiling = (one: Statement): one is Store => one.kind === "store" && build.isLeaf(one.value);
    const inUse = arraysIn([...callee.body.filter((one) => !isSpoiling(one)), ...block.slice(at + 1)]);
    return new Set(
      callee.body
        .filter(isSpoiling)
        .map(({ array }) => array)
        .filter((array) => !inUse.has(array)),
    );
  };
}
