/**
 * Builds of nobody's. An engine of JavaScript translates what it has run often enough, and a compiler that has built a model once takes
 * two to four times as long for the next save as it will later. When the engine collects all garbage it throws away again what was
 * translated of functions, and known of objects, that nothing alive refers to, which is most of a compiler between two builds. Whoever
 * watches mostly waits. Meanwhile the model is built as it might be saved next, and that thrown away: some dozens of times at first,
 * and some after a collection.
 */

import { constants, PerformanceObserver } from "node:perf_hooks";

/** Builds that are to be made. */
interface Series {
  builds: number;
  /** That they may take. */
  milliseconds: number;
  /** Milliseconds without a request from which the process counts as waiting. */
  readonly quiet: number;
  /** Milliseconds between two builds, for requests to come in. */
  readonly pause: number;
}

/**
 * While a page loads it asks for one module after the other. These are over with a collection once little more is gained: the next
 * saves are then far from the one that their garbage was about to bring.
 */
const atFirst: Series = { builds: 80, milliseconds: 4000, quiet: 400, pause: 20 };
const enough = 30;
/** The next save may be a second away. The time is between two that somebody asked for: these leave garbage too. */
const afterCollection: Series = { builds: 16, milliseconds: 3000, quiet: 150, pause: 5 };
/** Milliseconds from which a build is too long for somebody to find the process at it. */
const tooLong = 400;
/** The same of builds that are asked for: the first of a process takes longer than any later one. */
const tooLongAtFirst = 1000;

/** Calls back after every collection of all garbage. */
export type Collections = (listener: () => void) => void;

export const ofProcess: Collections = (listener) => {
  const observer = new PerformanceObserver((list) => {
    // The kind of a collection is in no type that versions of Node agree on.
    const entries = list.getEntries() as readonly { readonly detail?: { readonly kind?: number } }[];
    if (entries.some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) listener();
  });
  observer.observe({ entryTypes: ["gc"] });
};

/** `round`: another number every time. */
type Again = (round: number) => unknown;

export class WarmUp {
  readonly #now: () => number;
  readonly #collections: Collections;
  #isListening = false;
  #again: Again | undefined;
  #round = 0;
  /** What of the first builds is left, and of those after the latest collection. */
  readonly #first = { ...atFirst };
  readonly #later = { ...afterCollection, builds: 0 };
  #timer: NodeJS.Timeout | undefined;

  /** `now`: the clock, in milliseconds. */
  constructor(now: () => number = () => performance.now(), collections: Collections = ofProcess) {
    this.#now = now;
    this.#collections = collections;
  }

  /** Builds what was asked for; `again` is done, and thrown away, when it is quiet. */
  after<T>(build: () => T, again: Again): T {
    clearTimeout(this.#timer);
    const began = this.#now();
    const result = build();
    this.#again = this.#now() - began < tooLongAtFirst ? again : undefined;
    this.#later.milliseconds = afterCollection.milliseconds;
    if (!this.#isListening) {
      this.#isListening = true;
      this.#collections(() => {
        if (this.#round >= enough) this.#first.builds = 0;
        this.#later.builds = afterCollection.builds;
        this.#soon("quiet");
      });
    }
    this.#soon("quiet");
    return result;
  }

  #soon(wait: "quiet" | "pause"): void {
    clearTimeout(this.#timer);
    const next = [this.#first, this.#later].find((each) => each.builds > 0 && each.milliseconds > 0);
    if (next === undefined) return;
    this.#timer = setTimeout(() => this.#go(next), next[wait]);
    // Who has nothing else to do ends.
    this.#timer.unref();
  }

  #go(next: Series): void {
    if (this.#again === undefined) return;
    const began = this.#now();
    try {
      this.#again(this.#round++);
    } catch {
      // Who asked was told.
      this.#again = undefined;
      return;
    }
    const took = this.#now() - began;
    next.builds--;
    next.milliseconds -= took;
    if (took < tooLong) this.#soon("pause");
    else this.#again = undefined;
  }
}
