/**
 * Turns mutable scalars (local arrays of rank 0) into immutable ones wherever their value is known: a store becomes a
 * `let`, a read its name. What an inner loop or branch updates stays mutable, but is written only where that block
 * needs it. In: a function body. Out: the same values by other names.
 */

import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Block, Expr, Statement } from "../ir/nodes.ts";
import { rewriteExpr, rewriteTest } from "../ir/rewrite.ts";
import { blocksOf, forEachGathered, forEachStatement, leaves } from "../ir/walk.ts";

/** Nothing is renamed. */
const asItIs = {};

interface State {
  /** The value a scalar holds, where it is known. */
  readonly known: Map<string, Expr>;
  /** Scalars whose known value has not been written to the variable itself. */
  readonly pending: Set<string>;
}

export function promote(block: Block, names: Names): Statement[] {
  const promotable = new Set<string>();
  // Arrays are declared before anything else is done with them.
  const remove = (array: string): void => {
    promotable.delete(array);
  };
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc" && statement.shape.length === 0 && statement.element === "real") {
      promotable.add(statement.array);
    }
    if (statement.kind === "contract") {
      for (const place of [statement.to, ...statement.factors]) promotable.delete(place.array);
    }
    forEachGathered(statement, remove);
  });
  if (promotable.size === 0) return [...block];
  return new Promotion(promotable, names).block(block, { known: new Map(), pending: new Set() }, false);
}

const withValue = <T extends { readonly value: Expr }>(statement: T, value: Expr): T =>
  value === statement.value ? statement : { ...statement, value };

class Promotion {
  readonly #promotable: ReadonlySet<string>;
  readonly #names: Names;
  constructor(promotable: ReadonlySet<string>, names: Names) {
    this.#promotable = promotable;
    this.#names = names;
  }

  /** Rewrites a block; with `isInner`, what it leaves pending is written out at its end. */
  block(statements: Block, state: State, isInner: boolean): Statement[] {
    const out: Statement[] = [];
    const own = new Set<string>();
    for (const statement of statements) {
      if (statement.kind === "alloc") own.add(statement.array);
      this.#statement(statement, state, out);
    }
    if (isInner) {
      for (const array of [...state.pending]) if (!own.has(array)) this.#flush(array, state, out);
    }
    return out;
  }

  #statement(statement: Statement, state: State, out: Statement[]): void {
    switch (statement.kind) {
      case "let":
        out.push(withValue(statement, this.#expr(statement.value, state)));
        return;
      case "alloc":
        out.push(
          statement.shape.length === 0 && this.#promotable.has(statement.array)
            ? { ...statement, zero: false }
            : statement,
        );
        if (this.#promotable.has(statement.array) && statement.zero) {
          state.known.set(statement.array, build.zero);
          state.pending.add(statement.array);
        }
        return;
      case "store": {
        const value = this.#expr(statement.value, state);
        if (!this.#promotable.has(statement.array)) {
          out.push(withValue(statement, value));
          return;
        }
        this.#set(statement.array, value, statement, state, out);
        return;
      }
      case "accumulate": {
        const value = this.#expr(statement.value, state);
        const before = state.known.get(statement.array);
        if (!this.#promotable.has(statement.array) || before === undefined) {
          out.push(withValue(statement, value));
          return;
        }
        this.#set(statement.array, build.add(before, value), statement, state, out);
        return;
      }
      case "for":
      case "while": {
        const written = this.#written(statement.body);
        for (const array of written) this.#flush(array, state, out);
        for (const array of written) state.known.delete(array);
        // What the block writes is known to nobody before and behind it, so it may note what it knows beside the rest.
        const inner: State = { ...state, pending: new Set() };
        const test =
          statement.kind === "while" ? { test: rewriteTest(statement.test, {}, this.#replacing(inner)) } : {};
        out.push({ ...statement, ...test, body: this.block(statement.body, inner, true) });
        for (const array of written) state.known.delete(array);
        return;
      }
      case "if": {
        const test = rewriteTest(statement.test, {}, this.#replacing(state));
        const sides = [statement.then, statement.else].map((block) => ({
          block,
          writes: this.#written(block),
          isWayOut: leaves(block),
        }));
        // What a branch that leaves the function writes is not seen after it.
        const written = new Set(sides.flatMap(({ writes, isWayOut }) => (isWayOut ? [] : [...writes])));
        for (const array of written) this.#flush(array, state, out);
        const [then, other] = sides.map(({ block, writes, isWayOut }): Statement[] => {
          const before = [...writes].map((array) => [array, state.known.get(array)] as const);
          const pending = new Set(isWayOut ? state.pending : []);
          const made = this.block(block, { known: state.known, pending }, !isWayOut);
          for (const [array, value] of before) {
            if (value === undefined) state.known.delete(array);
            else state.known.set(array, value);
          }
          return made;
        });
        out.push({ ...statement, test, then: then!, else: other! });
        for (const array of written) state.known.delete(array);
        return;
      }
      case "call": {
        const args = statement.args.map((arg) =>
          arg.kind === "real" ? { ...arg, value: this.#expr(arg.value, state) } : arg,
        );
        for (const arg of args) {
          if (arg.kind !== "array" || !this.#promotable.has(arg.view.array)) continue;
          this.#flush(arg.view.array, state, out);
          state.known.delete(arg.view.array);
        }
        out.push({ ...statement, args });
        return;
      }
      case "contract":
      case "return":
      case "comment":
        out.push(statement);
        return;
      default:
        statement satisfies never;
    }
  }

  #set(
    array: string,
    value: Expr,
    from: Statement & { kind: "store" | "accumulate" },
    state: State,
    out: Statement[],
  ): void {
    let held = value;
    if (!build.isLeaf(value)) {
      const name = this.#names.fresh(array);
      out.push(build.bind(name, value, from.span));
      held = build.name(name);
    }
    state.known.set(array, held);
    state.pending.add(array);
  }

  #flush(array: string, state: State, out: Statement[]): void {
    if (!state.pending.has(array)) return;
    out.push(build.store(array, [], state.known.get(array)!));
    state.pending.delete(array);
  }

  #expr(expr: Expr, state: State): Expr {
    if (build.isLeaf(expr)) return expr;
    if (expr.kind === "read") return state.known.get(expr.array) ?? expr;
    if (expr.kind === "primitive" && expr.args.every(build.isLeaf)) return expr;
    return rewriteExpr(expr, asItIs, this.#replacing(state));
  }

  #replacing({ known }: State): (expr: Expr) => Expr {
    return (expr) => (expr.kind === "read" ? (known.get(expr.array) ?? expr) : expr);
  }

  /**
   * Promotable scalars written in a block, those it allocates itself left out, and what branches inside it write that leave the
   * function: nobody sees that after them.
   */
  #written(block: Block): Set<string> {
    const written = new Set<string>();
    const own: string[] = [];
    const add = (array: string): void => {
      if (this.#promotable.has(array)) written.add(array);
    };
    const walk = (statements: Block): void => {
      for (const statement of statements) {
        switch (statement.kind) {
          case "alloc":
            own.push(statement.array);
            break;
          case "store":
          case "accumulate":
            add(statement.array);
            break;
          case "call":
            for (const arg of statement.args) if (arg.kind === "array") add(arg.view.array);
            break;
          default:
            for (const inner of blocksOf(statement)) if (!leaves(inner)) walk(inner);
        }
      }
    };
    walk(block);
    for (const array of own) written.delete(array);
    return written;
  }
}
