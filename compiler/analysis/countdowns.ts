/**
 * Integers that count down: what they count is met once each, wherever a sweep comes past it. In: a program whose statements are
 * being counted, and then its stores, loops and branches as they are walked. Out: how often those are taken that lower a number.
 */

import type { Expr, If, Program, Statement, Store, While } from "../ir/nodes.ts";
import { forEachStatement } from "../ir/walk.ts";

/** What is left of a number, and how often it was set. */
interface Left {
  readonly count: number;
  readonly times: number;
}

export class Countdowns {
  /** Stores that lower an integer scalar, of those that are set to numbers and lowered by one, and nothing else. */
  readonly #lowering: ReadonlyMap<Statement, string>;
  readonly #names: ReadonlySet<string>;
  readonly #left = new Map<string, Left>();

  constructor({ functions }: Program) {
    const lowering = new Map<Statement, string>();
    const others = new Set<string>();
    for (const { body } of functions) {
      const values = new Map<string, Expr>();
      forEachStatement(body, (statement) => {
        if (statement.kind === "let") values.set(statement.name, statement.value);
        if (statement.kind === "accumulate") others.add(statement.array);
        if (statement.kind !== "store" || statement.at.length > 0) return;
        const { array, value } = statement;
        if (isLowered(array, value.kind === "name" ? values.get(value.name) : value))
          lowering.set(statement, array);
        else if (value.kind !== "number") others.add(array);
      });
    }
    this.#lowering = new Map([...lowering].filter(([, array]) => !others.has(array)));
    this.#names = new Set(this.#lowering.values());
  }

  /** What is left at this place; undefined for what does not count down. */
  left(array: string): number | undefined {
    return this.#left.get(array)?.count;
  }

  /** A store that is carried out so often. */
  store({ array, value }: Store, times: number): void {
    if (value.kind === "number" && this.#names.has(array))
      this.#left.set(array, { count: value.value, times });
  }

  /**
   * Walks what lowers a number as often as it does until nothing is left: tests say where, but not how often. Says whether this was
   * such a loop or branch.
   */
  walked(statement: If | While, walk: (times: number) => void): boolean {
    const body = statement.kind === "if" ? statement.then : statement.body;
    const array = body.map((inner) => this.#lowering.get(inner)).find((name) => name !== undefined);
    const left = array === undefined ? undefined : this.#left.get(array);
    if (array === undefined || left === undefined) return false;
    if (left.count > 0) walk(left.count * left.times);
    this.#left.set(array, { ...left, count: 0 });
    return true;
  }
}

/** Is it one less than the integer scalar itself? */
function isLowered(array: string, value: Expr | undefined): boolean {
  if (value?.kind !== "primitive" || value.op !== "sub") return false;
  const [of, by] = value.args;
  if (of?.kind !== "integer" || by?.kind !== "number" || by.value !== 1) return false;
  const [only, ...more] = of.value.terms;
  return (
    of.value.constant === 0 &&
    more.length === 0 &&
    only?.coefficient === 1 &&
    only.atom.kind === "gather" &&
    only.atom.array === array
  );
}
