/**
 * How much work a program is, counted without running it: operations by kind, and contractions by what carries them
 * out. In: a program whose loops have static bounds, but for the number of steps. Out: counts of one entry.
 */

import type { Numbers } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Block, Contract, Expr, For, Mapped, Program, Statement, Test } from "../ir/nodes.ts";
import { expressionsOf, forEachExpr, forEachStatement } from "../ir/walk.ts";

/** Times that one contraction of the text is carried out: each is one product of a matrix and a vector. */
export interface Products {
  readonly contract: Contract;
  readonly mapped: Mapped;
  times: number;
}

export interface Work {
  /** Primitives, tests, loads and stores of digital code, by name. */
  readonly operations: ReadonlyMap<string, number>;
  readonly products: readonly Products[];
  /** Whether the counts hold for every run; otherwise loops that only a run can count were counted as one trip. */
  readonly isStatic: boolean;
}

/**
 * `steps`: the value of integer scalars that the program sets itself (the number of steps), and the last entry of its integer
 * tables, whose entries are taken as evenly spaced (steps at which something is observed). Ways that end in a failure
 * are left out; of two ways through a branch the longer counts.
 */
export function workOf(program: Program, entry: string, steps: number): Work {
  const products = new Map<Contract, Products>();
  const operations = new Map<string, number>();
  const count = (name: string, times: number): void => {
    operations.set(name, (operations.get(name) ?? 0) + times);
  };
  const inExpr = (top: Expr, times: number): void =>
    forEachExpr(top, (expr) => {
      if (expr.kind === "primitive") count(expr.op, times);
      if (expr.kind === "read") count("load", times);
      if (expr.kind === "select") inTest(expr.test, times);
    });
  const inTest = (test: Test, times: number): void => {
    if (test.kind === "compare") count("compare", times);
  };
  const isStatic = forEachTime(program, entry, steps, (statement, times, trips) => {
    for (const expr of expressionsOf(statement)) inExpr(expr, times);
    switch (statement.kind) {
      case "store":
        count("store", times);
        break;
      case "accumulate":
        count("add", times);
        count("load", times);
        count("store", times);
        break;
      case "if":
        inTest(statement.test, times);
        break;
      case "contract": {
        const { mapped } = statement;
        if (mapped === undefined) throw new Error("a contraction is counted as loops");
        const all = statement.over
          .filter(({ index }) => index !== mapped.row && index !== mapped.column)
          .reduce((product, { from, to }) => product * trips(from, to), times);
        const known = products.get(statement);
        if (known === undefined) products.set(statement, { contract: statement, mapped, times: all });
        else known.times += all;
        break;
      }
      default:
        break;
    }
  });
  return { operations, products: [...products.values()], isStatic };
}

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
  const numbers: Numbers = {
    index: (name) => indices.get(name) ?? 0,
    entry: (name, at) => {
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
        case "while":
          if (statement.usual === undefined) isStatic = false;
          walk(statement.body, times * (statement.usual ?? 1));
          break;
        case "if": {
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

const endsEarly = (block: Block): boolean => {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "return";
  });
  return found;
};

function size(block: Block): number {
  let found = 0;
  forEachStatement(block, () => {
    found++;
  });
  return found;
}

/** Do bounds of loops inside depend on the index? */
function boundsMention(block: Block, index: string): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    const bounds =
      statement.kind === "for"
        ? [statement.from, statement.to]
        : statement.kind === "contract"
          ? statement.over.flatMap(({ from, to }) => [from, to])
          : [];
    for (const form of bounds)
      affine.forEachAtom(form, (atom) => {
        found ||= atom.kind === "index" && atom.name === index;
      });
  });
  return found;
}
