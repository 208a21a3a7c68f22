/**
 * Ways out of statements. The IR has no jumps: who leaves sets a flag, what would follow asks it, and a loop that may
 * be left early asks it before each trip. In: the way out of what is around. Out: the way out of what is inside.
 */

import type { ts } from "ts-morph";
import * as build from "../ir/build.ts";
import type { Expr, Test } from "../ir/nodes.ts";
import type { Lowering } from "./lowering.ts";
import type { Scope } from "./scope.ts";

/** Where `return` takes its value, and where `break` and `continue` go; outside of loops they go nowhere. */
export interface Exit {
  put(node: ts.Expression, scope: Scope): void;
  /** `return` without a value, in functions that write their result into an argument. */
  readonly end?: (() => void) | undefined;
  readonly loop?: { stop(): void; skip(): void } | undefined;
}

/** A variable of 0 or 1. */
class Flag {
  readonly #lowering: Lowering;
  readonly #array: string;

  constructor(lowering: Lowering, wish: string, start: Expr) {
    this.#lowering = lowering;
    this.#array = lowering.alloc(wish, [], false);
    this.set(start);
  }

  set(value: Expr): void {
    this.#lowering.emit(build.store(this.#array, [], value, this.#lowering.span));
  }

  is(value: Expr): Test {
    return build.compare("eq", build.read(this.#array), value);
  }
}

/** Lowers a statement that may leave, and behind it, where it did not, the rest. */
export function withRest(
  lowering: Lowering,
  exit: Exit,
  inside: (exit: Exit) => void,
  rest: () => void,
): void {
  const left = new Flag(lowering, "left", build.zero);
  const marked =
    (act: () => void): (() => void) =>
    () => {
      act();
      left.set(build.one);
      // What follows is not done from here: no variable lacks its value in it because of this branch.
      lowering.unassigned = new Set();
    };
  const { loop } = exit;
  inside({
    put: (value, scope) => marked(() => exit.put(value, scope))(),
    end: exit.end && marked(exit.end),
    loop: loop && { stop: marked(loop.stop), skip: marked(loop.skip) },
  });
  const block = lowering.inBlock(() => lowering.knowing([], rest));
  if (block.length > 0) lowering.emit(build.branch(left.is(build.zero), block, [], lowering.span));
}

/** The way out of the trips of one loop. */
export class LoopExit {
  readonly #lowering: Lowering;
  readonly #going: Flag | undefined;
  /** What lacked a value where the loop was left, and where a trip was. */
  readonly #atStop = new Set<string>();
  readonly #atSkip = new Set<string>();
  readonly exit: Exit;

  /** `stops`: whether the loop can end before its bound. */
  constructor(lowering: Lowering, outer: Exit, stops: boolean) {
    this.#lowering = lowering;
    const going = stops ? new Flag(lowering, "going", build.one) : undefined;
    this.#going = going;
    this.exit = {
      put: (value, scope) => {
        outer.put(value, scope);
        going?.set(build.zero);
        lowering.unassigned = new Set();
      },
      end:
        outer.end &&
        (() => {
          outer.end?.();
          going?.set(build.zero);
          lowering.unassigned = new Set();
        }),
      loop: {
        stop: () => {
          going?.set(build.zero);
          this.#leave(this.#atStop);
        },
        skip: () => this.#leave(this.#atSkip),
      },
    };
  }

  /** Whether the next trip is made; undefined where the loop always comes to its bound. */
  get goesOn(): Test | undefined {
    return this.#going?.is(build.one);
  }

  /** Call where a trip is over: variables lack a value that lack it on one of the ways here. */
  endTrip(): void {
    this.#lowering.unassigned = new Set([...this.#lowering.unassigned, ...this.#atSkip]);
  }

  /** Call behind the loop. */
  endLoop(): void {
    this.#lowering.unassigned = new Set([...this.#lowering.unassigned, ...this.#atStop]);
  }

  #leave(noted: Set<string>): void {
    for (const name of this.#lowering.unassigned) noted.add(name);
    this.#lowering.unassigned = new Set();
  }
}
