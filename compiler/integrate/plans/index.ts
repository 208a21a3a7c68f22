/** The adjoint plans there are, by name. */

import type { Driver } from "../driver.ts";
import type { Explicit } from "../scheme.ts";
import { InPlace } from "./in-place.ts";
import type { Plan } from "./plan.ts";
import { Reversible } from "./reversible.ts";
import { StagesAgain } from "./stages-again.ts";
import { StoreAll } from "./store-all.ts";

export interface PlanRow {
  make(driver: Driver, method: Explicit): Plan;
  /** Whether it keeps tapes of the field, and so needs its reverse mode in two halves. */
  readonly isTaped: boolean;
  /** Whether it keeps the stage states of every step. */
  readonly isStored: boolean;
  /** Evaluations of the field in a gradient; the vjp is evaluated once for each of the forward sweep. */
  field(counts: Counts): number;
}

/** Evaluations of the field in a whole run: forward, and where the stages of every step are rebuilt. */
export interface Counts {
  readonly forward: number;
  readonly again: number;
  /** In steps that are made again on the way from a checkpoint. */
  readonly repeated: number;
  /** Where steps are undone, and their stages rebuilt from what that finds. */
  readonly undone: number;
}

export const plans: Readonly<Record<string, PlanRow>> = {
  symplectic: {
    isTaped: false,
    isStored: false,
    make: (driver, method) => new StagesAgain(driver, method, false),
    field: ({ forward, again }) => forward + again,
  },
  step: {
    isTaped: true,
    isStored: false,
    make: (driver, method) => new StagesAgain(driver, method, true),
    field: ({ forward, again }) => forward + again,
  },
  revolve: {
    isTaped: false,
    isStored: false,
    make: (driver, method) => new InPlace(driver, method),
    field: ({ forward, again, repeated }) => forward + again + repeated,
  },
  reversible: {
    isTaped: false,
    isStored: false,
    make: (driver, method) => new Reversible(driver, method),
    field: ({ forward, undone }) => forward + undone,
  },
  // Has a transposer of its own.
  continuous: {
    isTaped: false,
    isStored: false,
    make: (driver, method) => new InPlace(driver, method),
    field: ({ forward }) => 2 * forward,
  },
  "store-all": {
    isTaped: true,
    isStored: true,
    make: (driver, method) => new StoreAll(driver, method),
    field: ({ forward }) => forward,
  },
};
