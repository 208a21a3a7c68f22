/**
 * How far a gradient moves with its point. Where its terms cancel, at a minimum say, a gradient is smaller than what it is added
 * up from, and where a solve magnifies what it starts from, the last digit of the point changes more than the last of the
 * gradient: rounding is relative to this then, not to the gradient.
 */

import type { Engine, Gradients, Problem } from "../execute/problem.ts";
import { status } from "../module.ts";
import { type Direction, moved, slopeAlong } from "./direction.ts";

/** Relative change of the point: small for curvature, large for rounding. */
const step = 2 ** -20;

/** Changes of a gradient by relative changes of its point of order one. */
export interface Response {
  /** Largest change of an entry of each record, along any of the directions. */
  readonly params: number;
  readonly state0: number;
  readonly inputs: number;
  /** Sum of the magnitudes of the terms of ⟨gradient, d⟩, the largest of all directions. */
  readonly value: number;
  /** Change of the slope along each direction, with its sign left out. */
  readonly slopes: readonly number[];
}

export function responseOf(
  engine: Engine,
  problem: Problem,
  gradients: Gradients,
  directions: readonly Direction[],
): Response {
  const found = { params: 0, state0: 0, inputs: 0 };
  const slopes = directions.map((along) => {
    const there = engine.gradient(moved(problem, along, step));
    if (there.status !== status.ok) return 0;
    for (const record of ["params", "state0", "inputs"] as const)
      there[record].forEach((entry, i) => {
        const change = Math.abs(entry - gradients[record][i]!) / step;
        if (Number.isFinite(change)) found[record] = Math.max(found[record], change);
      });
    const change = Math.abs(slopeAlong(there, along).sum - slopeAlong(gradients, along).sum) / step;
    return Number.isFinite(change) ? change : 0;
  });
  const value = Math.max(0, ...directions.map((along) => slopeAlong(gradients, along).size));
  return { ...found, value, slopes };
}
