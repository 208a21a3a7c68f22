/**
 * Functions that do the same are one: what a solve and a gradient have in common has the same tangents in `jvp` and `hvp`. In: a
 * program, and the functions that are called from outside. Out: the same program, in which of several such functions the first
 * is called. What they are called, and where they came from, makes no difference.
 */

import type { Block, Fn, Program, Statement } from "../ir/nodes.ts";
import { forEachStatement, withBlocks } from "../ir/walk.ts";
import { isSame } from "./alike.ts";
import { writes } from "./reuse.ts";

export function sameFunctions(program: Program, outside: ReadonlySet<string>): Program {
  const shown = new Set(program.arrays.filter(({ role }) => role === "interface").map((array) => array.name));
  // Results of different entries may have different places, whatever they are called here.
  const isInner = (fn: Fn): boolean => !outside.has(fn.name) && !writesAny(fn, shown);
  const kept: Fn[] = [];
  const inner: Fn[] = [];
  const first = new Map<string, string>();
  for (const fn of program.functions) {
    const isCandidate = isInner(fn);
    const before = isCandidate ? inner.find((one) => isTwin(one, fn)) : undefined;
    if (before !== undefined) first.set(fn.name, before.name);
    else {
      kept.push(fn);
      if (isCandidate) inner.push(fn);
    }
  }
  if (first.size === 0) return program;
  const renamed = (block: Block): Statement[] =>
    block.map((statement) =>
      statement.kind === "call"
        ? { ...statement, callee: first.get(statement.callee) ?? statement.callee }
        : withBlocks(statement, renamed),
    );
  return { ...program, functions: kept.map((fn) => ({ ...fn, body: renamed(fn.body) })) };
}

function writesAny(fn: Fn, arrays: ReadonlySet<string>): boolean {
  let found = false;
  forEachStatement(fn.body, (statement) => {
    found ||= writes(statement).some((array) => arrays.has(array));
  });
  return found;
}

const isTwin = (one: Fn, other: Fn): boolean =>
  one.body.length === other.body.length &&
  isSame(one.parameters, other.parameters) &&
  isSame(one.body, other.body);
