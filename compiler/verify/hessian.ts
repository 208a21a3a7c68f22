/**
 * Check 6: the Hessian times a direction is how the gradient changes along it. Held to the remainder of the gradient, as
 * the gradient is to that of the loss (check 2): |⟨w, g(x + h d) - g(x) - h H d⟩| of a right product falls like h².
 */

import type { Engine, Problem } from "../execute/problem.ts";
import { status } from "../module.ts";
import type { Check } from "./check.ts";
import { type Direction, moved, slopeAlong } from "./direction.ts";
import { remainderSlope, taylorCheck } from "./taylor.ts";

export const hessianTitle = "Hessian products against differences of the gradient";

/** `engine` has products; `weights`: one for each direction. */
export function hessianCheck(
  engine: Engine,
  problem: Problem,
  along: readonly Direction[],
  weights: readonly Direction[],
): Check {
  const slopes = along.map((direction, i) => {
    const { at, change } = engine.hvp!(problem, direction);
    const value = slopeAlong(at, weights[i]!);
    const projected = (step: number): number => {
      const gradients = engine.gradient(moved(problem, direction, step));
      return gradients.status === status.ok ? slopeAlong(gradients, weights[i]!).sum : Number.NaN;
    };
    return remainderSlope(projected, value.sum, value.size, slopeAlong(change, weights[i]!).sum);
  });
  return taylorCheck(slopes, 6, hessianTitle);
}
