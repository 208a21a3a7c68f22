/**
 * The vocabulary in which functions of mathematics are written out: names for values, polynomials, whole numbers, values
 * chosen by a comparison. In: expressions. Out: expressions, with the statements they need in the draft.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Expr, Relation, Statement } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";

/** Statements in the making. */
export interface Draft {
  readonly out: Statement[];
  readonly names: Names;
  /** The name of a table in the program. */
  readonly table: (name: string) => string;
  /** The name of an array of so many words of the workspace, which a routine works in. */
  readonly room: (wish: string, words: number) => string;
  /**
   * Results of a function of the program of one argument, which is called: made when it is first asked for, whoever
   * asks. `wish`: its name, as far as it is free.
   */
  readonly routine: (
    wish: string,
    x: Expr,
    results: readonly string[],
    make: Routine,
    draft: Draft,
  ) => Expr[];
}

/** Makes the results of a function from its argument. */
export type Routine = (x: Expr, draft: Draft) => readonly Expr[];

/** A function written out: the expression of its value at `x`, which is a name or a number. */
export type Form = (x: Expr, draft: Draft) => Expr;

/** The functions that have a form in one precision, and the tables that they read, made when they are first asked for. */
export interface Forms {
  readonly functions: { readonly [op in Opcode]?: Form };
  readonly tables: { readonly [name: string]: () => readonly number[] };
}

export const number = build.number;

export const plain = (op: "add" | "sub" | "mul" | "div", x: Expr, y: Expr): Expr =>
  build.primitive(op, [x, y]);

export const when = (relation: Relation, x: Expr, y: number, then: Expr, otherwise: Expr): Expr =>
  build.select(build.compare(relation, x, number(y)), then, otherwise);

/** A name for a value that is used more than once. */
export function bound(draft: Draft, wish: string, value: Expr): Expr {
  if (value.kind === "name" || value.kind === "number") return value;
  const name = draft.names.fresh(wish);
  draft.out.push(build.bind(name, value));
  return build.name(name);
}

/** c0 + u (c1 + u (…)) */
export const polynomial = (u: Expr, [first, ...rest]: readonly number[]): Expr =>
  rest.length === 0 ? number(first!) : plain("add", number(first!), plain("mul", u, polynomial(u, rest)));

/** A whole number that is known at run time, as a subscript. `value` is whole. */
export function subscript(draft: Draft, value: Expr): affine.Affine {
  const array = draft.names.fresh("entry");
  draft.out.push(
    { kind: "alloc", array, element: "integer", shape: [], role: "local", zero: false },
    build.store(array, [], value),
  );
  return affine.gather(array, []);
}

/** A value, which is not negative, without its fraction. */
export const cut = (draft: Draft, value: Expr): affine.Affine =>
  subscript(draft, build.primitive("trunc", [bound(draft, "uncut", value)]));

/** The name of a scalar that changes. */
export function mutable({ names, out }: Draft, wish: string, first: Expr): string {
  const array = names.fresh(wish);
  out.push(build.alloc(array, [], { zero: false }), build.store(array, [], first));
  return array;
}

/** The argument where it lies within the bounds, else (and for NaN) 0. */
export function clamped(x: Expr, low: number, high: number, draft: Draft): Expr {
  const below = bound(draft, "within", when("le", x, high, x, number(0)));
  return bound(draft, "within", when("ge", below, low, below, number(0)));
}

export const orNaN = (x: Expr, value: Expr): Expr => build.select(build.compare("eq", x, x), value, x);

/** tanh(k / parts), rounded once to double precision: in whole numbers, 2^-200 apart. */
export function exactTanh(k: number, parts: number): number {
  const one = 1n << 200n;
  let term = one;
  let sum = 0n;
  for (let n = 1n; term > 0n; n++) {
    sum += term;
    term = (term * 2n * BigInt(k)) / (BigInt(parts) * n);
  }
  return Number(((sum - one) << 200n) / (sum + one)) / 2 ** 200;
}
