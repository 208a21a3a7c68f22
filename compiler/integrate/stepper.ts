/**
 * What a family of methods gives the sweeps: how a step goes forward, fixed or adaptive, and how it is transposed. The
 * sweeps (`solve`, `adaptive`, `plans/adjoint`) know no method.
 */

import type { Affine } from "../ir/affine.ts";
import type { Expr, Statement } from "../ir/nodes.ts";
import type { Leaf } from "../model.ts";
import type { Vector } from "./driver.ts";

export interface Stepper {
  /** Arrays of the forward sweep beside the state. */
  allocate(): Statement[];
  /** Step n, whose time and length the driver knows: the state becomes the new state, or the program is left. */
  forward(n: Affine): Statement[];
  /** The same for the state alone, which was finite when the step was first made. */
  advance(n: Affine): Statement[];
  /** Where steps may be adaptive. */
  readonly attempts?: Attempts | undefined;
}

export interface Attempts {
  /** Order of the error that is estimated, one step's. */
  readonly errorOrder: number;
  /** The part of the tolerance that one step's error may have. */
  readonly margin: number;
  /** Whether the slope at the state may be handed from step to step in the first slope's place. */
  readonly keepsSlope: boolean;
  /** The new state into `next` and the squared error norm into `error`; no number where there is no new state. */
  attempt(n: Affine, next: Vector, control: Control): Statement[];
  /** Once the attempt is accepted, and before the state is overwritten. */
  accepted(n: Affine, control: Control): Statement[];
  /** Says what was not finite, spoils the results, and leaves. */
  leaveNotFinite(): Statement[];
}

/** The controller's own scalars, for attempts. */
export interface Control {
  scalar(name: string): Expr;
  set(name: string, value: Expr): Statement;
  add(name: string, value: number): Statement;
  /** The mean of (value / (atol + rtol·max(|from|, |to|)))² over the entries of the state. */
  meanSquare(
    value: (leaf: Leaf, at: readonly Affine[]) => Expr,
    from: Vector,
    to: Vector,
  ): { readonly statements: Statement[]; readonly mean: Expr };
}

/** A step of a gradient, backwards. */
export interface Transposer {
  readonly forward: Stepper;
  /** What the plan keeps, before everything. */
  allocatePlan(): Statement[];
  /** Cotangents: what lives from step to step, from 0. */
  allocateCarried(): Statement[];
  allocate(): Statement[];
  readonly lambda: Vector;
  /** Cotangents of what lives from step to step beside the state. */
  readonly past: readonly Vector[];
  /** λ of the start of step n from λ of its end. */
  reverse(n: Affine): Statement[];
  /** The reverse sweep over all steps, where it is no loop over them; `boundary`: what happens to λ where a step begins. */
  readonly sweep?: ((boundary: (n: Affine) => Statement[]) => Statement[]) | undefined;
}
