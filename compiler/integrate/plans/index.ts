/** The adjoint plans there are, by name. */

import type { Driver } from "../driver.ts";
import type { Plan } from "./plan.ts";
import { StagesAgain } from "./stages-again.ts";
import { StoreAll } from "./store-all.ts";

export interface PlanRow {
  make(driver: Driver): Plan;
  /** Whether it keeps tapes of the field, and so needs its reverse mode in two halves. */
  readonly isTaped: boolean;
  /** Evaluations of the field in a gradient; the vjp is evaluated once for each of the forward sweep. */
  field(counts: Counts): number;
}

/** Evaluations of the field in a whole run: forward, and where the stages of every step are rebuilt. */
export interface Counts {
  readonly forward: number;
  readonly again: number;
}

export const plans: Readonly<Record<string, PlanRow>> = {
  symplectic: {
    isTaped: false,
    make: (driver) => new StagesAgain(driver, false),
    field: ({ forward, again }) => forward + again,
  },
  step: {
    isTaped: true,
    make: (driver) => new StagesAgain(driver, true),
    field: ({ forward }) => 2 * forward,
  },
  "store-all": { isTaped: true, make: (driver) => new StoreAll(driver), field: ({ forward }) => forward },
};
