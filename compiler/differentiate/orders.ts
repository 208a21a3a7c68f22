/**
 * Which Taylor coefficients of which scalars and arrays there are: those that are not 0 by structure and that the
 * highest order of a result depends on. In: a normalised block, the orders in which the point moves, the results, the
 * highest order. Arrays count as a whole. Sets of orders are bit masks: bit k for order k.
 */

import { argumentsOf, resultsOf } from "../analysis/activity.ts";
import type { Block, Expr, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { forEachStatement } from "../ir/walk.ts";

export class Orders {
  readonly #highest: number;
  readonly #scalars = new Map<string, number>();
  readonly #arrays = new Map<string, number>();
  readonly #wantedScalars = new Map<string, number>();
  readonly #wantedArrays = new Map<string, number>();

  constructor(
    block: Block,
    point: ReadonlyMap<string, readonly number[]>,
    results: ReadonlySet<string>,
    highest: number,
  ) {
    this.#highest = highest;
    const statements: Statement[] = [];
    forEachStatement(block, (statement) => statements.push(statement));
    for (const [array, orders] of point)
      this.#arrays.set(
        array,
        orders.reduce((mask, k) => mask | bit(k), 0),
      );
    untilStable(this.#arrays, this.#scalars, () => {
      for (const statement of statements) this.#forward(statement);
    });
    for (const array of results) this.#wantedArrays.set(array, bit(highest));
    const backwards = statements.toReversed();
    untilStable(this.#wantedArrays, this.#wantedScalars, () => {
      for (const statement of backwards) this.#backward(statement);
    });
  }

  ofArray(array: string, order: number): boolean {
    return (of(this.#arrays, array) & of(this.#wantedArrays, array) & bit(order)) !== 0;
  }

  ofScalar(name: string, order: number): boolean {
    return (of(this.#scalars, name) & of(this.#wantedScalars, name) & bit(order)) !== 0;
  }

  /** Whether a scalar moves at all and anything depends on it. */
  isActive(name: string): boolean {
    return of(this.#scalars, name) !== 0 && of(this.#wantedScalars, name) !== 0;
  }

  isActiveArray(array: string): boolean {
    return of(this.#arrays, array) !== 0 && of(this.#wantedArrays, array) !== 0;
  }

  #forward(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        join(this.#scalars, statement.name, this.#moves(statement.value));
        return;
      case "store":
      case "accumulate":
        join(this.#arrays, statement.array, this.#moves(statement.value));
        return;
      case "call": {
        const mask = argumentsOf(statement).reduce((sum, arg) => sum | this.#moves(arg), 0);
        for (const array of resultsOf(statement)) join(this.#arrays, array, mask === 0 ? 0 : this.#all);
        return;
      }
      default:
        return;
    }
  }

  get #all(): number {
    return (bit(this.#highest + 1) - 1) & ~1;
  }

  #moves(expr: Expr): number {
    switch (expr.kind) {
      case "name":
        return of(this.#scalars, expr.name);
      case "read":
        return of(this.#arrays, expr.array);
      case "select":
        return this.#moves(expr.then) | this.#moves(expr.else);
      case "primitive": {
        const masks = expr.args.map((arg) => this.#moves(arg));
        const all = masks.reduce((sum, mask) => sum | mask, 0);
        if (all === 0) return 0;
        switch (ruleOf(expr)) {
          case "none":
            return 0;
          case "linear":
            return all;
          case "product":
            return masks[0]! | masks[1]! | this.#sums(masks[0]!, masks[1]!);
          case "quotient":
            return masks[1] === 0 ? all : this.#closure(all);
          default:
            return this.#closure(all);
        }
      }
      default:
        return 0;
    }
  }

  /** Orders i + j with i of the one and j of the other. */
  #sums(left: number, right: number): number {
    let out = 0;
    for (let i = 1; i <= this.#highest; i++) if (left & bit(i)) out |= right << i;
    return out & this.#all;
  }

  /** Every sum of orders of the mask. */
  #closure(mask: number): number {
    let out = mask;
    for (let round = 1; round < this.#highest; round++) out |= this.#sums(out, mask);
    return out;
  }

  #backward(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.#want(
          statement.value,
          of(this.#wantedScalars, statement.name) & of(this.#scalars, statement.name),
        );
        return;
      case "store":
      case "accumulate":
        this.#want(
          statement.value,
          of(this.#wantedArrays, statement.array) & of(this.#arrays, statement.array),
        );
        return;
      case "call": {
        const wanted = resultsOf(statement).some((array) => of(this.#wantedArrays, array) !== 0);
        if (wanted) for (const arg of argumentsOf(statement)) this.#want(arg, this.#all);
        return;
      }
      default:
        return;
    }
  }

  #want(expr: Expr, mask: number): void {
    if (mask === 0) return;
    switch (expr.kind) {
      case "name":
        join(this.#wantedScalars, expr.name, mask);
        return;
      case "read":
        join(this.#wantedArrays, expr.array, mask);
        return;
      case "select":
        this.#want(expr.then, mask);
        this.#want(expr.else, mask);
        return;
      case "primitive": {
        const masks = expr.args.map((arg) => this.#moves(arg));
        const rule = ruleOf(expr);
        if (rule === "none") return;
        const isLinear =
          rule === "linear" ||
          (rule === "product" && (masks[0] === 0 || masks[1] === 0)) ||
          (rule === "quotient" && masks[1] === 0);
        for (const arg of expr.args) this.#want(arg, isLinear ? mask : this.#below(mask));
        return;
      }
      default:
        return;
    }
  }

  /** All orders up to the highest of a mask. */
  #below(mask: number): number {
    let out = 0;
    for (let k = this.#highest; k >= 1; k--) if (mask & bit(k) || out !== 0) out |= bit(k);
    return out;
  }
}

/** How orders of arguments come into a value. */
function ruleOf(expr: Expr & { kind: "primitive" }): "none" | "linear" | "product" | "quotient" | "any" {
  switch (expr.op) {
    case "add":
    case "sub":
    case "neg":
      return "linear";
    case "mul":
    case "gate":
      return "product";
    case "div":
      return "quotient";
    default:
      return primitives[expr.op].kind === "zero" ? "none" : "any";
  }
}

const bit = (k: number): number => 1 << k;
const of = (masks: ReadonlyMap<string, number>, name: string): number => masks.get(name) ?? 0;
const join = (masks: Map<string, number>, name: string, mask: number): void => {
  if (mask !== 0) masks.set(name, of(masks, name) | mask);
};

function untilStable(
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
  round: () => void,
): void {
  const total = (): number =>
    [...first.values(), ...second.values()].reduce((sum, mask) => sum + bitsOf(mask), 0);
  for (let before = -1; before !== total(); ) {
    before = total();
    round();
  }
}

const bitsOf = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bitsOf(mask >> 1));
