/**
 * The state that each step starts from, for methods that find everything else of a step again from it: kept of every
 * step, or at checkpoints.
 */

import type { Affine } from "../../ir/affine.ts";
import type { Statement } from "../../ir/nodes.ts";
import type { Driver } from "../driver.ts";
import { Kept } from "../kept.ts";
import type { Transposer } from "../stepper.ts";
import type { Revolve } from "./revolve.ts";

export class Starts {
  readonly #driver: Driver;
  readonly #revolve: Revolve | undefined;
  readonly #kept: Kept;

  constructor(driver: Driver, revolve: Revolve | undefined) {
    this.#driver = driver;
    this.#revolve = revolve;
    this.#kept = new Kept(driver, "stored_", driver.room);
  }

  allocate(): Statement[] {
    return this.#revolve?.allocate() ?? this.#kept.allocate();
  }

  /** At the start of step n of the forward sweep. */
  enter(n: Affine): Statement[] {
    return this.#revolve?.enter(n) ?? this.#kept.keep(n, this.#driver.state);
  }

  /** In the reverse sweep: the state is that of the start of step n. */
  reenter(n: Affine): Statement[] {
    return this.#revolve === undefined ? this.#kept.restore(n, this.#driver.state) : [];
  }

  /** The reverse sweep, where it is no loop over the steps. */
  sweep(transposer: Pick<Transposer, "forward" | "reverse">): Transposer["sweep"] {
    return this.#revolve?.over(transposer);
  }
}
