/**
 * Check 2: along a direction d, the remainder |L(x + h d) - L(x) - h ⟨g, d⟩| of a right gradient falls like h², so its
 * slope over halved steps is 2; of a wrong one like h. No step size has to be tuned: all are tried, and those count
 * where the remainder stands clear of rounding. Where L has a kink at x the two one-sided slopes of L differ, and no
 * gradient could do better; that is told apart and reported.
 */

import type { Engine, Problem } from "../execute/problem.ts";
import { status } from "../module.ts";
import type { Check } from "./check.ts";
import { type Direction, moved } from "./direction.ts";

const titleOfSolve = "Taylor remainder of the solve";
const halvings = 40;

export interface Slope {
  /** Median slope over the finest steps that count; undefined where the remainder never leaves rounding. */
  readonly slope: number | undefined;
  /** One-sided slopes of the loss differ at the point, and the gradient's lies between them. */
  readonly kink: boolean;
}

/** `directional` is ⟨gradient, direction⟩, `value` the loss at the point. */
export function taylorSlope(
  engine: Engine,
  problem: Problem,
  along: Direction,
  value: number,
  directional: number,
): Slope {
  const loss = (step: number): number => {
    const solved = engine.solve(moved(problem, along, step));
    return solved.status === status.ok ? solved.value : Number.NaN;
  };
  return remainderSlope(loss, value, Math.abs(value), directional);
}

/** The same of a number that depends on a step; `size`: what its rounding is relative to. */
export function remainderSlope(
  loss: (step: number) => number,
  value: number,
  size: number,
  directional: number,
): Slope {
  const noise = 64 * Number.EPSILON * size;
  const slopes: number[] = [];
  let before = Number.NaN;
  let sides: readonly [number, number] | undefined;
  for (let k = 4; k < halvings; k++) {
    const step = 2 ** -k;
    const ahead = loss(step) - value;
    const remainder = Math.abs(ahead - step * directional);
    const clear = remainder > noise + 64 * Number.EPSILON * Math.abs(step * directional);
    if (Number.isFinite(remainder) && clear && before > 0) slopes.push(Math.log2(before / remainder));
    // The finest step whose two sides still rise clear of rounding tells a kink from curvature.
    if (Math.abs(ahead) > 2 ** 20 * noise) sides = [ahead / step, (value - loss(-step)) / step];
    before = Number.isFinite(remainder) && clear ? remainder : Number.NaN;
  }
  const finest = slopes.slice(-3).sort((a, b) => a - b);
  const slope = finest[Math.floor(finest.length / 2)];
  const scale = sides === undefined ? 0 : Math.max(Math.abs(sides[0]), Math.abs(sides[1]));
  const between =
    sides !== undefined &&
    directional >= Math.min(...sides) - 1e-6 * scale &&
    directional <= Math.max(...sides) + 1e-6 * scale;
  const kink = between && Math.abs(sides![0] - sides![1]) > 1e-3 * scale;
  return { slope, kink };
}

export function taylorCheck(slopes: readonly Slope[], number = 2, title = titleOfSolve): Check {
  const kinks = slopes.filter((each) => each.kink).length;
  const smooth = slopes.filter((each) => !each.kink);
  const measured = smooth.flatMap(({ slope }) => (slope === undefined ? [] : [slope]));
  const least = Math.min(...measured);
  const words = [
    `${slopes.length} directions`,
    ...(kinks > 0 ? [`${kinks} at a kink, where only one-sided derivatives exist`] : []),
    ...(smooth.length > measured.length ? [`${smooth.length - measured.length} linear to rounding`] : []),
  ].join(", ");
  if (measured.length === 0) {
    const figure = kinks > 0 ? "kinks" : "remainder 0 to rounding";
    return { number, title, outcome: "pass", figure, detail: words };
  }
  return {
    number,
    title,
    outcome: least >= 1.8 ? "pass" : "fail",
    figure: `slope ${least.toFixed(2)} (2, at least 1.8)`,
    detail: words,
  };
}
