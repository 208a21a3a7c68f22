/** How often each statement of a program is executed, known without running it. */

import type { Numbers } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Block, For, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import { forEachStatement } from "../ir/walk.ts";
import { mentions } from "./contractions.ts";
import { Countdowns } from "./countdowns.ts";

/** How often a loop is run through, where it stands. */
type Trips = (from: affine.Affine, to: affine.Affine) => number;

/**
 * Visits what an entry executes, statement by statement, with how often: each statement of the text once or more often, and
 * `times` add up. Loops and branches come before what is in them. Out: whether the counts hold for every run; see `workOf`.
 */
export function forEachTime(
  program: Program,
  entry: string,
  steps: number,
  visit: (statement: Statement, times: number, trips: Trips) => void,
): boolean {
  const arrays = new Map(program.arrays.map((array) => [array.name, array]));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  let isStatic = true;
  const indices = new Map<string, number>();
  const countdowns = new Countdowns(program);
  const numbers: Numbers = {
    index: (name) => indices.get(name) ?? 0,
    entry: (name, at) => {
      const left = countdowns.left(name);
      if (left !== undefined) return left;
      const array = arrays.get(name)!;
      const place = affine.placeOf(array.shape, at, numbers);
      if (array.data !== undefined) return array.data[place] ?? 0;
      if (array.shape.length > 1) isStatic = false;
      const extent = array.shape[0] ?? 1;
      return extent < 2 ? steps : Math.round((place * steps) / (extent - 1));
    },
  };
  const trips: Trips = (from, to) =>
    Math.max(0, affine.numberOf(to, numbers) - affine.numberOf(from, numbers));
  const walk = (block: Block, times: number): void => {
    for (const statement of block) {
      visit(statement, times, trips);
      switch (statement.kind) {
        case "for":
          inLoop(statement, times);
          break;
        case "store":
          countdowns.store(statement, times);
          break;
        case "while":
          if (countdowns.walked(statement, (all) => walk(statement.body, all))) break;
          if (statement.usual === undefined) isStatic = false;
          walk(statement.body, times * (statement.usual ?? 1));
          break;
        case "if": {
          if (countdowns.walked(statement, (all) => walk(statement.then, all))) break;
          if (statement.usual !== undefined) {
            walk(statement.then, times * statement.usual);
            walk(statement.else, times * (1 - statement.usual));
            break;
          }
          const [yes, no] = [endsEarly(statement.then), endsEarly(statement.else)];
          if (!yes && (no || size(statement.then) >= size(statement.else))) walk(statement.then, times);
          else if (!no) walk(statement.else, times);
          break;
        }
        case "call":
          walk(functions.get(statement.callee)!.body, times);
          break;
        default:
          break;
      }
    }
  };
  const inLoop = (loop: For, times: number): void => {
    if (loop.usual !== undefined) {
      walk(loop.body, times * loop.usual);
      return;
    }
    if (isRecorded(loop, arrays)) {
      isStatic = false;
      walk(loop.body, times);
      return;
    }
    const all = trips(loop.from, loop.to);
    if (!boundsMention(loop.body, loop.index)) {
      if (all > 0) walk(loop.body, times * all);
      return;
    }
    const first = affine.numberOf(loop.from, numbers);
    for (let i = first; i < first + all; i++) {
      indices.set(loop.index, i);
      walk(loop.body, times);
    }
  };
  walk(functions.get(entry)!.body, 1);
  return isStatic;
}

/** Whether a loop goes round as often as one before it did, which ends by what it computes: the number is kept. */
export function isRecorded({ from, to }: For, arrays: ReadonlyMap<string, GlobalArray>): boolean {
  let found = false;
  for (const form of [from, to])
    affine.forEachAtom(form, (atom) => {
      const role = atom.kind === "gather" ? arrays.get(atom.array)?.role : undefined;
      found ||= role === "tape" || role === "checkpoint";
    });
  return found;
}

/** Whether a block leaves the function whatever the values are. */
export const endsEarly = (block: Block): boolean =>
  block.some(
    (statement) =>
      statement.kind === "return" ||
      (statement.kind === "if" && endsEarly(statement.then) && endsEarly(statement.else)),
  );

/** Statements of a block, those inside others included. */
export function size(block: Block): number {
  let found = 0;
  forEachStatement(block, (statement) => {
    if (statement.kind !== "comment") found++;
  });
  return found;
}

/** Do bounds of loops inside depend on the index? */
export function boundsMention(block: Block, index: string): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    const bounds =
      statement.kind === "for"
        ? [statement.from, statement.to]
        : statement.kind === "contract"
          ? statement.over.flatMap(({ from, to }) => [from, to])
          : [];
    for (const form of bounds) found ||= mentions(form, index);
  });
  return found;
}
