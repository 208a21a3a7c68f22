/** What is kept of every step of a run: vectors by their step, as checkpoints. */

import type { Affine } from "../ir/affine.ts";
import type { Statement } from "../ir/nodes.ts";
import { type Driver, read, type Vector } from "./driver.ts";
import type { Stepper } from "./stepper.ts";

export class Kept {
  readonly #driver: Driver;
  readonly #vector: Vector;
  readonly #rows: number;

  /** `rows`: of how many steps. */
  constructor(driver: Driver, prefix: string, rows: number) {
    this.#driver = driver;
    this.#vector = driver.vector(prefix);
    this.#rows = rows;
  }

  allocate(): Statement[] {
    return this.#driver.allocate(this.#vector, { copies: [this.#rows], role: "checkpoint" });
  }

  /** What is kept of step n. */
  of(n: Affine): Vector {
    return (leaf) => ({ array: this.#vector(leaf).array, prefix: [n] });
  }

  keep(n: Affine, from: Vector): Statement[] {
    return this.#driver.assign(this.of(n), (leaf, at) => read(from, leaf, at));
  }

  restore(n: Affine, to: Vector): Statement[] {
    return this.#driver.assign(to, (leaf, at) => read(this.of(n), leaf, at));
  }
}

/** The same steps, with something done at the start of each that is made, or accepted. */
export function fromStart(inner: Stepper, enter: (n: Affine) => Statement[]): Stepper {
  const { attempts } = inner;
  return {
    allocate: () => inner.allocate(),
    forward: (n) => [...enter(n), ...inner.forward(n)],
    advance: (n) => inner.advance(n),
    attempts: attempts && {
      errorOrder: attempts.errorOrder,
      margin: attempts.margin,
      keepsSlope: attempts.keepsSlope,
      attempt: (n, next, control) => attempts.attempt(n, next, control),
      // The state is overwritten behind it.
      accepted: (n, control) => [...enter(n), ...attempts.accepted(n, control)],
      leaveNotFinite: () => attempts.leaveNotFinite(),
    },
  };
}
