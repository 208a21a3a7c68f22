/** The arrays in which a plan holds the tapes of the field: one of each tape for every stage, and for every step if asked. */

import type { Halves } from "../../differentiate/halves.ts";
import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Alloc, Statement, View } from "../../ir/nodes.ts";
import type { Driver } from "../driver.ts";

export class TapeArrays {
  readonly #halves: Halves;
  readonly #names: readonly string[];
  /** The step whose tapes are meant, where there are tapes of many. */
  step: readonly Affine[] = [];

  constructor(driver: Driver, halves: Halves) {
    this.#halves = halves;
    this.#names = halves.tapes.map(({ name }) => driver.names.fresh(name));
  }

  /** `lead`: the dimensions in front of those of a tape. */
  allocate(lead: readonly number[], role: Alloc["role"]): Statement[] {
    return this.#halves.tapes.map(({ element, shape, taped }, position) => ({
      ...build.alloc(this.#names[position]!, [...lead, ...shape], { element, role, zero: false }),
      taped,
    }));
  }

  stage(i: number): View[] {
    return this.#names.map((array) => ({ array, prefix: [...this.step, affine.integer(i)] }));
  }
}
