/** The adjoint plans there are, by name. */

import type { Driver } from "../driver.ts";
import type { Plan, Vjps } from "./plan.ts";
import { StagesAgain } from "./stages-again.ts";
import { StoreAll } from "./store-all.ts";

export interface PlanRow {
  make(driver: Driver, vjps: Vjps): Plan;
  /** Whether it keeps tapes of the field, and so needs its reverse mode in two halves. */
  readonly isTaped: boolean;
  /** Evaluations of the field in a step of s stages; the vjp is evaluated once for each. */
  field(stages: number): number;
}

export const plans: Readonly<Record<string, PlanRow>> = {
  symplectic: {
    isTaped: false,
    make: (driver, vjps) => new StagesAgain(driver, vjps, false),
    field: (s) => 2 * s - 1,
  },
  step: { isTaped: true, make: (driver, vjps) => new StagesAgain(driver, vjps, true), field: (s) => 2 * s },
  "store-all": { isTaped: true, make: (driver, vjps) => new StoreAll(driver, vjps), field: (s) => s },
};
