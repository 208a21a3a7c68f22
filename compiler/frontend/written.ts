/**
 * Which entries of a vector a body writes to at all, on whichever way through it. In: statements of the IR. Out: a list
 * with one answer for each entry; nothing where that takes too long, or subscripts are not known.
 */

import * as affine from "../ir/affine.ts";
import { type Affine, constantOf, substitute } from "../ir/affine.ts";
import type { Block } from "../ir/nodes.ts";

const patience = 1_000_000;

class Unknown extends Error {}

/** The first `skip` writes are left out: those that clear the vector. */
export function assignedSomewhere(
  block: Block,
  array: string,
  size: number,
  skip: number,
): boolean[] | undefined {
  const written = new Array<boolean>(size).fill(false);
  let steps = 0;
  const visit = (statements: Block, values: ReadonlyMap<string, number>): void => {
    const known = (form: Affine): number => {
      const value = constantOf(
        substitute(form, (name) => {
          const own = values.get(name);
          return own === undefined ? undefined : affine.integer(own);
        }),
      );
      if (value === undefined) throw new Unknown();
      return value;
    };
    const trips = (index: string, from: number, to: number, body: Block): void => {
      for (let i = from; i < to; i++) {
        if (++steps > patience) throw new Unknown();
        visit(body, new Map([...values, [index, i]]));
      }
    };
    for (const statement of statements) {
      switch (statement.kind) {
        case "store":
        case "accumulate":
          if (statement.array === array) written[known(statement.at[0]!)] = true;
          break;
        case "for":
          trips(statement.index, known(statement.from), known(statement.to), statement.body);
          break;
        case "while":
          trips(statement.counter, 0, statement.limit, statement.body);
          break;
        case "if":
          visit(statement.then, values);
          visit(statement.else, values);
          break;
        default:
          break;
      }
    }
  };
  try {
    visit(block.slice(skip), new Map());
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
  return written;
}
