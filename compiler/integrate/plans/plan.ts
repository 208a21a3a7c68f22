/**
 * What an adjoint plan decides: what the forward sweep keeps, how the reverse sweep gets the stage states of a step
 * back, and how a stage's cotangent is formed. The adjoint itself (`adjoint.ts`) is the same for all of them, to the
 * order of its sums.
 */

import type { Halves } from "../../differentiate/halves.ts";
import type { Affine } from "../../ir/affine.ts";
import type { Fn, Statement, View } from "../../ir/nodes.ts";
import type { Point, Vector } from "../driver.ts";

export interface Plan {
  /** Declares what is kept, stage states included. */
  allocate(): Statement[];
  /** At the start of step n of the forward sweep. */
  enter(n: Affine): Statement[];
  /** The slope of stage i in the forward sweep. */
  slope(point: Point, i: number): Statement[];
  /** In the reverse sweep: makes the stages of step n available. */
  reenter(n: Affine): Statement[];
  /** Adds Jᵀ times the seeds to the cotangents of stage i's state, and what belongs there to those of everything else. */
  back(point: Point, i: number, seeds: readonly View[], bars: Vector): Statement[];
}

/** The derivatives of the model's functions, those it has. */
export interface Vjps {
  /** Of `rhs` in one piece, or in two for plans that keep its tape. */
  readonly rhs: Fn | undefined;
  readonly halves: Halves | undefined;
  readonly terminal?: Fn | undefined;
  readonly running?: Fn | undefined;
  readonly at?: Fn | undefined;
  readonly initial?: Fn | undefined;
  /** Of the splines of `cubic` inputs, and their transposes, by leaf. */
  readonly splines: ReadonlyMap<string, Fn>;
  readonly splineVjps: ReadonlyMap<string, Fn>;
}
