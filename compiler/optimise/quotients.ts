/**
 * Whole quotients and remainders that are a subscript more than once, taken once: the piece of a held input that a step lies
 * in, which every stage and its adjoint ask for. In: a program as a target has it. Out: the same with the whole number in a
 * local scalar, in front of the first statement that always asks for it. Nothing is divided that was not before.
 */

import type { Affine, Atom } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Fn, Program, Statement } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import {
  bindersIn,
  bindersOf,
  forEachForm,
  forEachStatement,
  mayGather,
  reachable,
  withBlocks,
} from "../ir/walk.ts";
import { writtenIn } from "./reuse.ts";

export function quotients(program: Program): Program {
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => {
    const counts = new Map<string, number>();
    forEachStatement(fn.body, (statement) => countIn(statement, counts));
    if (![...counts.values()].some((count) => count > 1)) return fn;
    const names = new Names([...bindersOf(fn), ...taken, ...program.functions.map((one) => one.name)]);
    const mayRepeat = (division: Division): boolean => counts.get(affine.atomKey(division)) !== 1;
    return { ...fn, body: inBlock(fn.body, { functions: program.functions, names, mayRepeat }) };
  });
  return { ...program, functions };
}

type Division = Extract<Atom, { readonly kind: "quotient" | "remainder" }>;

interface Context {
  readonly functions: readonly Fn[];
  readonly names: Names;
  /** Not for what stands once in the function: most divisions do. */
  readonly mayRepeat: (division: Division) => boolean;
}

function inBlock(block: Block, context: Context): Statement[] {
  const { functions, names, mayRepeat } = context;
  const out: Statement[] = [];
  let rest = block;
  while (rest.length > 0) {
    const again = (): Division | undefined =>
      divisionsOf(rest[0]!).find(
        (division) =>
          mayRepeat(division) && timesIn(rest, division) > 1 && isSettled(division, rest, functions),
      );
    for (let division = again(); division !== undefined; division = again()) {
      const array = names.fresh(division.kind);
      const once = affine.ofAtom(division);
      const held = affine.gather(array, []);
      out.push(
        { kind: "alloc", array, element: "integer", shape: [], role: "local", zero: false },
        build.store(array, [], build.integerValue(once)),
      );
      const key = affine.atomKey(division);
      rest = rewriteBlock(rest, { atom: (atom) => (affine.atomKey(atom) === key ? held : undefined) });
    }
    out.push(withBlocks(rest[0]!, (inner) => inBlock(inner, context)));
    rest = rest.slice(1);
  }
  return out;
}

const isDivision = (atom: Atom): atom is Division => atom.kind === "quotient" || atom.kind === "remainder";

/** The divisions of a statement's own subscripts and bounds, the inner of two first. */
function divisionsOf(statement: Statement): Division[] {
  const found: Division[] = [];
  forEachForm(statement, (form) => {
    affine.forEachAtom(form, (atom) => {
      if (isDivision(atom)) found.push(atom);
    });
  });
  return found.reverse();
}

function countIn(statement: Statement, counts: Map<string, number>): void {
  if (!mayGather(statement)) return;
  for (const division of divisionsOf(statement)) {
    const key = affine.atomKey(division);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}

function timesIn(block: Block, division: Division): number {
  const counts = new Map<string, number>();
  forEachStatement(block, (statement) => countIn(statement, counts));
  return counts.get(affine.atomKey(division)) ?? 0;
}

/** Whether a division gives the same number wherever in the block it is taken. */
function isSettled(division: Division, block: Block, functions: readonly Fn[]): boolean {
  const bound = new Set(bindersIn(block));
  const written = writtenIn(block);
  forEachStatement(block, (statement) => {
    if (statement.kind !== "call") return;
    for (const { body } of reachable(functions, statement.callee))
      for (const array of writtenIn(body)) written.add(array);
  });
  let isSame = true;
  const check = (form: Affine): void =>
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "index" && bound.has(atom.name)) isSame = false;
      if (atom.kind === "gather" && (written.has(atom.array) || bound.has(atom.array))) isSame = false;
    });
  check(division.of);
  check(division.by);
  return isSame;
}
