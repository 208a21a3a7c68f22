/**
 * The arrays in which a plan holds the tapes of the field: one of each tape for every evaluation of a step, and for every
 * step if asked.
 */

import type { Affine } from "../../ir/affine.ts";
import * as affine from "../../ir/affine.ts";
import * as build from "../../ir/build.ts";
import type { Alloc, Statement, View } from "../../ir/nodes.ts";
import type { Driver } from "../driver.ts";
import { type Explicit, evaluationsOf, type Part, schemesOf, type Vec } from "../scheme.ts";

export class TapeArrays {
  readonly #driver: Driver;
  readonly #method: Explicit;
  readonly #names: ReadonlyMap<Part, readonly string[]>;
  /** The step whose tapes are meant, where there are tapes of many. */
  step: readonly Affine[] = [];

  constructor(driver: Driver, method: Explicit) {
    this.#method = method;
    this.#driver = driver;
    this.#names = new Map(
      [...driver.vjps.fields].map(([part, { halves }]) => [
        part,
        halves!.tapes.map(({ name }) => driver.names.fresh(name)),
      ]),
    );
  }

  /** `lead`: the dimensions in front of those of a step's tapes. */
  allocate(lead: readonly number[], role: Alloc["role"]): Statement[] {
    const { vjps } = this.#driver;
    return [...this.#names].flatMap(([part, names]) => {
      const used = schemesOf(this.#method)
        .flatMap(evaluationsOf)
        .filter(({ slope }) => slope.part === part);
      const count = Math.max(...used.map(({ slope }) => slope.index)) + 1;
      return vjps.fields.get(part)!.halves!.tapes.map(({ element, shape, taped }, position) => ({
        ...build.alloc(names[position]!, [...lead, count, ...shape], { element, role, zero: false }),
        taped,
      }));
    });
  }

  of({ part, index }: Vec): View[] {
    return this.#names.get(part)!.map((array) => ({ array, prefix: [...this.step, affine.integer(index)] }));
  }
}
