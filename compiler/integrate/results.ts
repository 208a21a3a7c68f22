/** What a run leaves to its caller where it does not end well: nothing of an earlier run, and the reason. */

import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Fn, Statement } from "../ir/nodes.ts";
import type { Interface } from "./interface-arrays.ts";

export class Results {
  readonly #io: Interface;
  readonly #names: Names;
  /** Set by the entry: whether the cotangents of the interface are its results too. */
  hasBars = false;

  constructor(io: Interface, names: Names) {
    this.#io = io;
    this.#names = names;
  }

  /** Cotangents of the interface start from 0; only in `gradient`. */
  clearBars(): Statement[] {
    return [...this.#barArrays(), ...this.#io.unasked].flatMap((array) => this.#fill(array, 0));
  }

  #barArrays(): string[] {
    return [...this.#io.startBar.values(), ...this.#io.givenBar.values(), ...this.#io.density.values()];
  }

  #fill(array: string, value: number): Statement[] {
    const { shape } = this.#io.arrays.find((one) => one.name === array)!;
    return build.forEachEntry(shape, this.#names.fresh, (at) => [
      build.store(array, at, build.number(value)),
    ]);
  }

  /** No result is left over from an earlier run: all of them become NaN. */
  spoil(): Statement[] {
    const arrays = this.#resultArrays();
    return [
      build.store(this.#io.value, [], build.number(Number.NaN)),
      ...(arrays.length === 0 ? [] : [{ kind: "call" as const, callee: this.#spoiling, args: [] }]),
    ];
  }

  leaveSpoilt(code: number): Statement[] {
    return [...this.spoil(), build.leave(code)];
  }

  /** The function that makes the results NaN, but for the value; entry functions share it where they share results. */
  spoilingFunctions(): Fn[] {
    const arrays = this.#resultArrays();
    if (arrays.length === 0) return [];
    return [
      {
        name: this.#spoiling,
        parameters: [],
        body: arrays.flatMap((array) => this.#fill(array, Number.NaN)),
        doc: "Makes states, outputs and cotangents NaN, so that none is left over from an earlier run.",
      },
    ];
  }

  get #spoiling(): string {
    return this.hasBars ? "spoil_gradient" : "spoil_solve";
  }

  #resultArrays(): string[] {
    const { states, outputs } = this.#io;
    const bars = this.hasBars ? this.#barArrays() : [];
    const own = this.hasBars ? bars : [...outputs.values()];
    return [...states.values(), ...own];
  }
}
