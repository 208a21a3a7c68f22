/**
 * What an adjoint plan decides: what the forward sweep keeps, how the reverse sweep gets the stage states of a step
 * back, and how a stage's cotangent is formed. The adjoint itself (`adjoint.ts`) is the same for all of them, to the
 * order of its sums.
 */

import type { Halves } from "../../differentiate/halves.ts";
import type { Affine } from "../../ir/affine.ts";
import type { Fn, Statement, View } from "../../ir/nodes.ts";
import type { Leaf } from "../../model.ts";
import type { Point } from "../calls.ts";
import type { Vector } from "../driver.ts";
import type { Evaluate, Part, Scheme, Vec } from "../scheme.ts";

export interface Plan {
  /** Whether slopes of the forward sweep leave tapes behind that the reverse sweep reads. */
  readonly keepsTapes: boolean;
  /** Declares what is kept, stage states included. */
  allocate(): Statement[];
  /** At the start of step n of the forward sweep. */
  enter(n: Affine): Statement[];
  /** A slope in the forward sweep. */
  slope(point: Point, evaluate: Evaluate): Statement[];
  /** In the reverse sweep: makes known where step n, done by a scheme, asked the field. */
  reenter(n: Affine, scheme: Scheme): Statement[];
  /** Adds Jᵀ times the seeds to the cotangents of the state asked at, and what belongs there to those of everything else. */
  back(point: Point, evaluate: Evaluate, seeds: readonly View[], bars: Vector): Statement[];
}

/** The field, or the half of it that moves one half of the state. */
export interface Field {
  readonly fn: Fn;
  /** Leaves that it is differentiated for: all, or those of the other half. */
  readonly of: readonly Leaf[];
  /** Its derivative in one piece, or in two for plans that keep its tape. */
  readonly vjp: Fn | undefined;
  readonly halves: Halves | undefined;
  /** For the state alone. */
  readonly vjpOfState?: Fn | undefined;
}

/** The derivatives of the model's functions, those it has. */
export interface Vjps {
  readonly fields: ReadonlyMap<Part, Field>;
  readonly terminal?: Fn | undefined;
  readonly running?: Fn | undefined;
  /** For the state alone. */
  readonly runningOfState?: Fn | undefined;
  readonly at?: Fn | undefined;
  readonly initial?: Fn | undefined;
  /** Of the splines of `cubic` inputs, and their transposes, by leaf. */
  readonly splines: ReadonlyMap<string, Fn>;
  readonly splineVjps: ReadonlyMap<string, Fn>;
}

/** Whether an evaluation of the field in halves leaves a tape behind, and not its slope alone. */
export const leavesTape = ({ fields }: Vjps, { part }: Vec): boolean =>
  (fields.get(part)?.halves?.tapes.length ?? 0) > 0;
