/** A nest of loops with one assignment, as `nests` makes them of a function, and which entries of which arrays it touches. */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Access, Block, Expr, For, Statement, Test, While } from "../ir/nodes.ts";
import { forEachExpr, forEachExprOf, forEachForm, forEachStatement } from "../ir/walk.ts";

/** An index with its interval, from ≤ index < to. */
export interface Over {
  readonly index: string;
  readonly from: affine.Affine;
  readonly to: affine.Affine;
}

/** One assignment for all indices of its loops, the first outermost, where all of its tests hold. */
export interface Line {
  readonly kind: "line";
  readonly to: Access;
  /** Whether it adds to what is there. */
  readonly adds: boolean;
  readonly value: Expr;
  readonly over: readonly Over[];
  readonly when: readonly Test[];
  readonly statement: Statement;
}

/** A loop whose trips depend on those before. */
export interface Sequence {
  readonly kind: "sequence";
  readonly loop: For | While;
  readonly when: readonly Test[];
  readonly body: readonly Nest[];
}

/** What is no assignment: a call. */
export interface Opaque {
  readonly kind: "opaque";
  readonly when: readonly Test[];
  readonly over: readonly Over[];
  readonly statement: Statement;
}

export type Nest = Line | Sequence | Opaque;

/** Entries of an array that are read or written; fewer subscripts than axes for all behind them. */
export interface Touch {
  readonly access: "read" | "store" | "accumulate";
  readonly array: string;
  readonly at: readonly affine.Affine[];
}

const gathersOf = (forms: readonly affine.Affine[]): Touch[] => {
  const found: Touch[] = [];
  for (const form of forms)
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "gather") found.push({ access: "read", array: atom.array, at: atom.at });
    });
  return found;
};

export function touchesOf(expr: Expr): Touch[] {
  const found: Touch[] = [];
  forEachExpr(expr, (inner) => {
    if (inner.kind === "read")
      found.push({ access: "read", array: inner.array, at: inner.at }, ...gathersOf(inner.at));
    if (inner.kind === "integer") found.push(...gathersOf([inner.value]));
  });
  return found;
}

export const touchesOfTest = (test: Test): Touch[] => touchesOf(build.select(test, build.one, build.zero));

/** What a statement itself touches, those of inner blocks left out. */
export function touchesOfStatement(statement: Statement): Touch[] {
  const found: Touch[] = [];
  forEachExprOf(statement, (inner) => {
    if (inner.kind === "read") found.push({ access: "read", array: inner.array, at: inner.at });
  });
  forEachForm(statement, (form) => found.push(...gathersOf([form])));
  switch (statement.kind) {
    case "store":
    case "accumulate":
      found.push({ access: statement.kind, array: statement.array, at: statement.at });
      break;
    case "contract":
      found.push(...statement.factors.map((factor): Touch => ({ access: "read", ...factor })));
      found.push({ access: "accumulate", ...statement.to });
      break;
    case "alloc":
      if (statement.zero) found.push({ access: "store", array: statement.array, at: [] });
      break;
    case "call":
      for (const arg of statement.args) {
        if (arg.kind !== "array") continue;
        const { array, prefix: at } = arg.view;
        found.push({ access: "read", array, at }, { access: "store", array, at });
      }
      break;
    default:
      break;
  }
  return found;
}

export function writesIn(block: Block): Touch[] {
  const found: Touch[] = [];
  forEachStatement(block, (statement) => {
    found.push(...touchesOfStatement(statement).filter(({ access }) => access !== "read"));
  });
  return found;
}

/** All that a nest touches, whatever its loops. */
export function touchesOfNest(nest: Nest): readonly Touch[] {
  const before = touchesMet.get(nest);
  if (before !== undefined) return before;
  const touches = touchesIn(nest);
  touchesMet.set(nest, touches);
  return touches;
}

/** Touches are asked for again with every nest that another is compared with. */
const touchesMet = new WeakMap<Nest, readonly Touch[]>();

function touchesIn(nest: Nest): Touch[] {
  const tests = nest.when.flatMap(touchesOfTest);
  switch (nest.kind) {
    case "line":
      return [
        ...tests,
        ...gathersOf(nest.over.flatMap(({ from, to }) => [from, to])),
        ...touchesOf(nest.value),
        ...gathersOf(nest.to.at),
        { access: nest.adds ? "accumulate" : "store", array: nest.to.array, at: nest.to.at },
      ];
    case "sequence":
      return [
        ...tests,
        ...(nest.loop.kind === "while"
          ? touchesOfTest(nest.loop.test)
          : gathersOf([nest.loop.from, nest.loop.to])),
        ...nest.body.flatMap(touchesOfNest),
      ];
    case "opaque":
      return [
        ...tests,
        ...gathersOf(nest.over.flatMap(({ from, to }) => [from, to])),
        ...touchesOfStatement(nest.statement),
      ];
    default:
      return nest satisfies never;
  }
}
