/**
 * Builds of nobody's: an engine of JavaScript translates what it has run often enough, and a compiler that has built a model once
 * takes two to four times as long for the next save as it will later. Whoever watches mostly waits. Meanwhile the model is built
 * as it might be saved next, and thrown away, some dozens of times a process.
 */

/** Builds after which little is gained, and milliseconds that all of them may take. */
const mostRounds = 50;
const mostMilliseconds = 3000;
/** Milliseconds from which nobody is to find the process at it, and those of a first build that later ones stay below that of. */
const tooLong = 400;
const tooLongAtFirst = 1000;
/** Milliseconds without a request from which the process counts as waiting, and between two builds, for requests to come in. */
const quiet = 400;
const pause = 30;

export class WarmUp {
  readonly #now: () => number;
  #rounds = 0;
  #spent = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `now`: the clock, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Builds what was asked for; `again` is done, for rounds of different numbers, and thrown away, when it is quiet. */
  after<T>(build: () => T, again: (round: number) => unknown): T {
    clearTimeout(this.#timer);
    const began = this.#now();
    const result = build();
    if (this.#now() - began < tooLongAtFirst) this.#soon(again, quiet);
    return result;
  }

  #soon(again: (round: number) => unknown, milliseconds: number): void {
    if (this.#rounds >= mostRounds || this.#spent >= mostMilliseconds) return;
    this.#timer = setTimeout(() => {
      const began = this.#now();
      try {
        again(this.#rounds);
      } catch {
        // Who asked was told.
        return;
      }
      this.#rounds++;
      const took = this.#now() - began;
      this.#spent += took;
      if (took < tooLong) this.#soon(again, pause);
    }, milliseconds);
    // Who has nothing else to do ends.
    this.#timer.unref();
  }
}
