/**
 * Which results of a function depend on which entries of some of its inputs, whatever the values: its loops are run,
 * branches that ask for indices alone taken as they fall, all others both ways, and every number replaced by the set of
 * entries that it depends on. In: a function in normal form. Out: for each entry of the results the entries it may depend on; nothing where a subscript is computed from
 * values, or the function is too long to be run while it is compiled.
 */

import { type Affine, type Numbers, numberOf, placeOf } from "../ir/affine.ts";
import type { Block, Expr, Fn, GlobalArray, Relation, Test } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";

/** Entries as bits. */
type Dependence = bigint;

/** Statements that are run, at most. */
const most = 1_000_000;

class Unknown extends Error {}

const holds: Readonly<Record<Relation, (left: number, right: number) => boolean>> = {
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
};

export function dependences(
  fn: Fn,
  body: Block,
  inputs: readonly string[],
  results: readonly string[],
  constants: readonly GlobalArray[],
): readonly Dependence[] | undefined {
  const walk = new Walk(constants);
  let bit = 0n;
  for (const parameter of fn.parameters) {
    if (parameter.kind !== "array") continue;
    const words = parameter.shape.reduce((product, extent) => product * extent, 1);
    const entries = new Array<Dependence>(words).fill(0n);
    if (inputs.includes(parameter.name))
      for (let i = 0; i < words; i++) {
        entries[i] = 1n << bit;
        bit++;
      }
    walk.declare(parameter.name, parameter.shape, entries);
  }
  try {
    walk.run(body);
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
  return results.flatMap((name) => walk.entriesOf(name));
}

interface Stored {
  readonly shape: readonly number[];
  readonly entries: Dependence[];
}

class Walk {
  readonly #arrays = new Map<string, Stored>();
  readonly #scalars = new Map<string, Dependence>();
  readonly #indices = new Map<string, number>();
  /** Scalars that are numbers of indices alone. */
  readonly #numerals = new Map<string, number>();
  readonly #constants: ReadonlyMap<string, GlobalArray>;
  /** In a branch or a loop that may end early: what was stored before may still be there. */
  #maybe = 0;
  #steps = 0;

  constructor(constants: readonly GlobalArray[]) {
    this.#constants = new Map(constants.map((array) => [array.name, array]));
  }

  declare(name: string, shape: readonly number[], entries: Dependence[]): void {
    this.#arrays.set(name, { shape, entries });
  }

  entriesOf(name: string): readonly Dependence[] {
    return this.#arrays.get(name)!.entries;
  }

  /** Subscripts are known without values, or nothing is. */
  readonly #numbers: Numbers = {
    index: (name) => {
      const value = this.#indices.get(name);
      if (value === undefined) throw new Unknown();
      return value;
    },
    entry: (array, at) => {
      const table = this.#constants.get(array);
      if (table?.data === undefined) throw new Unknown();
      const place = this.#place(table.shape, at);
      return place === undefined ? Number.NaN : table.data[place]!;
    },
  };

  #form(form: Affine): number {
    return numberOf(form, this.#numbers);
  }

  /** Nothing outside of the array: no run comes there, but for a branch that is taken here and never by a run. */
  #place(shape: readonly number[], at: readonly Affine[]): number | undefined {
    const isInside = shape.every((extent, axis) => {
      const subscript = this.#form(at[axis]!);
      return subscript >= 0 && subscript < extent;
    });
    return isInside ? placeOf(shape, at, this.#numbers) : undefined;
  }

  /** The value of an expression of indices and literals. */
  #numberOf(expr: Expr): number | undefined {
    switch (expr.kind) {
      case "number":
        return expr.value;
      case "integer":
        return this.#form(expr.value);
      case "name":
        return this.#numerals.get(expr.name);
      default:
        return undefined;
    }
  }

  /** Which way a test falls, where that is known without values. */
  #outcome(test: Test): boolean | undefined {
    switch (test.kind) {
      case "constant":
        return test.value;
      case "not": {
        const of = this.#outcome(test.of);
        return of === undefined ? undefined : !of;
      }
      case "and":
      case "or": {
        const decides = test.kind === "or";
        const [left, right] = [this.#outcome(test.left), this.#outcome(test.right)];
        if (left === decides || right === decides) return decides;
        return left === undefined ? undefined : right;
      }
      case "compare": {
        const [left, right] = [this.#numberOf(test.left), this.#numberOf(test.right)];
        if (left === undefined || right === undefined) return undefined;
        return holds[test.relation](left, right);
      }
      default:
        return test satisfies never;
    }
  }

  #of(expr: Expr): Dependence {
    switch (expr.kind) {
      case "number":
      case "integer":
        return 0n;
      case "name":
        return this.#scalars.get(expr.name) ?? 0n;
      case "read": {
        const stored = this.#arrays.get(expr.array);
        // A table of constants depends on nothing.
        if (stored === undefined) return 0n;
        const place = this.#place(stored.shape, expr.at);
        return place === undefined ? 0n : stored.entries[place]!;
      }
      case "select": {
        const outcome = this.#outcome(expr.test);
        if (outcome !== undefined) return this.#of(outcome ? expr.then : expr.else);
        return this.#of(expr.then) | this.#of(expr.else);
      }
      case "primitive":
        if (primitives[expr.op].kind === "zero") return 0n;
        return expr.args.reduce((all, arg) => all | this.#of(arg), 0n);
      default:
        return expr satisfies never;
    }
  }

  run(block: Block): void {
    for (const statement of block) {
      if (++this.#steps > most) throw new Unknown();
      switch (statement.kind) {
        case "let": {
          this.#scalars.set(statement.name, this.#of(statement.value));
          const numeral = this.#numberOf(statement.value);
          if (numeral === undefined) this.#numerals.delete(statement.name);
          else this.#numerals.set(statement.name, numeral);
          break;
        }
        case "alloc": {
          const words = statement.shape.reduce((product, extent) => product * extent, 1);
          this.declare(statement.array, statement.shape, new Array<Dependence>(words).fill(0n));
          break;
        }
        case "store":
        case "accumulate": {
          const { shape, entries } = this.#arrays.get(statement.array)!;
          const at = this.#place(shape, statement.at);
          if (at === undefined) break;
          const value = this.#of(statement.value);
          const isKept = statement.kind === "accumulate" || this.#maybe > 0;
          entries[at] = isKept ? entries[at]! | value : value;
          break;
        }
        case "for": {
          const [from, to] = [this.#form(statement.from), this.#form(statement.to)];
          for (let trip = 0; trip < to - from; trip++) {
            this.#indices.set(statement.index, statement.down ? to - 1 - trip : from + trip);
            this.run(statement.body);
          }
          break;
        }
        case "while":
          this.#maybe++;
          for (let trip = 0; trip < statement.limit; trip++) {
            this.#indices.set(statement.counter, trip);
            this.run(statement.body);
          }
          this.#maybe--;
          break;
        case "if": {
          const outcome = this.#outcome(statement.test);
          if (outcome !== undefined) {
            this.run(outcome ? statement.then : statement.else);
            break;
          }
          this.#maybe++;
          this.run(statement.then);
          this.run(statement.else);
          this.#maybe--;
          break;
        }
        case "call": {
          // Of a function with a rule of the user's own every result depends on every argument.
          const all = statement.args.reduce(
            (sum, arg) => (arg.kind === "real" ? sum | this.#of(arg.value) : sum),
            0n,
          );
          for (const arg of statement.args) {
            if (arg.kind !== "array") continue;
            const { shape, entries } = this.#arrays.get(arg.view.array)!;
            if (shape.length > 0) throw new Unknown();
            entries[0] = this.#maybe > 0 ? entries[0]! | all : all;
          }
          break;
        }
        case "comment":
          break;
        default:
          throw new Unknown();
      }
    }
  }
}

/**
 * Colours of the columns of a matrix, such that columns of one colour meet in no row; columns in their order, each with
 * the first colour that is free. `rows`: for each row its columns as bits.
 */
export function coloursOf(rows: readonly Dependence[], columns: number): readonly number[] {
  const rowsOf = Array.from({ length: columns }, (_, j) =>
    rows.reduce((all, row, i) => (((row >> BigInt(j)) & 1n) === 1n ? all | (1n << BigInt(i)) : all), 0n),
  );
  const taken: bigint[] = [];
  return rowsOf.map((own) => {
    let colour = taken.findIndex((all) => (all & own) === 0n);
    if (colour < 0) colour = taken.push(0n) - 1;
    taken[colour] = taken[colour]! | own;
    return colour;
  });
}
