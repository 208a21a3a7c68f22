/**
 * Checks of the compiled gradient against the written-out discrete solve: 1 (solve), that ⟨gradient, d⟩ is the tangent
 * along d; 3, that it agrees entry by entry with reverse mode that stores everything.
 */

import type { Gradients } from "../execute/problem.ts";
import { type Check, difference, within } from "./check.ts";
import { type Direction, slopeAlong } from "./direction.ts";
import type { Response } from "./response.ts";

/** Rounding of two different orders of the same sums, over thousands of steps. */
const limit = 1e-13;

/** `tangentAlong`: the derivative of the loss along a direction, by forward mode through every step. */
export function solveIdentity(
  tangentAlong: (along: Direction) => number,
  gradients: Gradients,
  directions: readonly Direction[],
  response: Response,
  of = "solve",
): Check {
  let most = 0;
  for (const [i, along] of directions.entries()) {
    const { sum, size } = slopeAlong(gradients, along);
    const tangent = tangentAlong(along);
    const gap =
      Math.abs(sum - tangent) / Math.max(size, Math.abs(tangent), response.slopes[i]!, Number.MIN_VALUE);
    most = Number.isNaN(gap) ? Number.NaN : Math.max(most, gap);
  }
  return within(
    1,
    `dot-product identity of the ${of}`,
    most,
    limit,
    `⟨gradient, d⟩ against forward mode through ${of === "solve" ? "every step" : "every point"}, ${directions.length} directions`,
  );
}

/**
 * `compiled`: the gradient of each plan, by its name. `written`: reverse mode that stores every stage, where there is one
 * for the method; plans are held against each other elsewhere.
 */
export function plansAgree(
  written: Pick<Gradients, "value" | "params" | "state0" | "inputs"> | undefined,
  compiled: ReadonlyMap<string, Gradients>,
  response: Response,
  selected: (record: "params" | "state" | "inputs") => (index: number) => boolean,
): Check {
  const reference = written ?? [...compiled.values()][0]!;
  const kept = (record: Float64Array, of: "params" | "state" | "inputs"): Float64Array =>
    record.filter((_, index) => selected(of)(index));
  const gaps = [...compiled.values()].flatMap((gradients) => [
    difference(kept(gradients.params, "params"), kept(reference.params, "params"), response.params),
    difference(kept(gradients.state0, "state"), kept(reference.state0, "state"), response.state0),
    difference(kept(gradients.inputs, "inputs"), kept(reference.inputs, "inputs"), response.inputs),
    difference([gradients.value], [reference.value], response.value),
  ]);
  const worst = gaps.some(Number.isNaN) ? Number.NaN : Math.max(...gaps);
  return within(
    3,
    "exact adjoint plans agree",
    worst,
    limit,
    `${[...compiled.keys()].join(", ")}, compiled, against ${written === undefined ? "each other" : "reverse mode that stores every stage, interpreted"}`,
  );
}
