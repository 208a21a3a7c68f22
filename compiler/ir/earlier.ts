/**
 * What builds before this one made of functions: behind an edit of one function most others are what they were, but for where
 * they stand in the text. In: a function, and everything that is looked at beside it. Out: what is made of it, taken over from
 * where it was made before, with the places it has now. What comes out is the same with or without it.
 */

import { Latest } from "./latest.ts";
import type { Block, Fn, Parameter } from "./nodes.ts";
import { Comparison, moved } from "./places.ts";

interface Made {
  readonly parameters: readonly Parameter[];
  readonly body: Block;
  readonly context: string;
  readonly result: unknown;
}

/** Names of functions, in all ways together. */
const mostNames = 1024;

/** Of one model; whoever builds it again and again keeps one. */
export class Earlier {
  readonly #made = new Latest<Made>(mostNames);

  /**
   * What `make` gives. `way`: what it does, and nothing else does under that name; `context`: what it looks at beside the
   * function's parameters and body. A result is plain data, and its places are places of the function.
   */
  of<T>(fn: Fn, way: string, context: string, make: () => T): T {
    const name = `${way} ${fn.name}`;
    const before = this.#made.get(name);
    if (before?.context === context) {
      const comparison = new Comparison();
      if (comparison.isSame([before.parameters, before.body], [fn.parameters, fn.body])) {
        const result = before.result as T;
        const placed = comparison.isMoved ? moved(result, comparison.places) : result;
        if (placed !== undefined) return placed;
      }
    }
    const result = make();
    const { parameters, body } = fn;
    this.#made.set(name, { parameters, body, context, result });
    return result;
  }
}

/** What `make` gives, taken over where there are earlier builds. */
export function made<T>(
  earlier: Earlier | undefined,
  fn: Fn,
  way: string,
  context: () => string,
  make: () => T,
): T {
  return earlier === undefined ? make() : earlier.of(fn, way, context(), make);
}
