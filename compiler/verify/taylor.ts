/**
 * Check 2: along a direction d, the remainder |L(x + h d) - L(x) - h ⟨g, d⟩| of a right gradient falls like h², so its
 * slope over halved steps is 2; of a wrong one like h. No step size has to be tuned: all are tried, and those count
 * where the remainder stands clear of rounding, which the finest steps show: there the remainder is nothing else. Where L has
 * a kink at x the two one-sided slopes of L differ, and no gradient could do better; that is told apart and reported.
 */

import type { Engine, Problem } from "../execute/problem.ts";
import { status } from "../module.ts";
import type { Check } from "./check.ts";
import { type Direction, moved } from "./direction.ts";

const titleOfSolve = "Taylor remainder of the solve";
/** Halvings of the step at which remainders are measured, and those behind them that show how much of one is rounding. */
const [coarsest, finest, last] = [4, 40, 48];
/**
 * How far above rounding a remainder stands that counts. Right ones fall by four with each halving, so that the finest stands
 * 4 times above, those before it 16 and 64 times and so on, and the median of five slopes between them is right to a tenth.
 */
const clearance = 4;
/** The most of a change over whole steps that is taken for rounding. */
const mostRounding = 2 ** -20;
const leastSlope = 1.8;

export interface Slope {
  /** Median slope over the finest steps that count; undefined where the remainder never leaves rounding, NaN where it is no number. */
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

/** The same of a number that depends on a step; `size`: what its rounding is relative to, at the least. */
export function remainderSlope(
  loss: (step: number) => number,
  value: number,
  size: number,
  directional: number,
): Slope {
  const remainders: number[] = [];
  let largest = 0;
  for (let k = coarsest; k <= last; k++) {
    const step = 2 ** -k;
    const ahead = loss(step) - value;
    if (Number.isFinite(ahead)) largest = Math.max(largest, Math.abs(ahead));
    remainders.push(Math.abs(ahead - step * directional));
  }
  if (!remainders.some(Number.isFinite)) return { slope: Number.NaN, kink: false };
  const rounding = Math.max(0, ...remainders.slice(finest - coarsest).filter(Number.isFinite));
  // What does not fall with the step at all is a jump.
  const isRounding = rounding <= mostRounding * largest;
  const noise = Math.max(64 * Number.EPSILON * size, isRounding ? clearance * rounding : 0);
  const slope = slopeOf(remainders.slice(0, finest - coarsest), noise);
  if (slope === undefined || slope >= leastSlope) return { slope, kink: false };
  return { slope, kink: isKink(loss, value, directional, noise) };
}

/** Median slope over the finest of halved steps at which a remainder stands above a noise. */
function slopeOf(remainders: readonly number[], noise: number): number | undefined {
  const slopes: number[] = [];
  remainders.forEach((remainder, k) => {
    const before = remainders[k - 1];
    if (before !== undefined && Number.isFinite(before) && before > noise && remainder > noise)
      slopes.push(Math.log2(before / remainder));
  });
  const all = slopes.slice(-5).sort((a, b) => a - b);
  return all[Math.floor(all.length / 2)];
}

/**
 * Whether the gradient lies between one-sided slopes that stay apart: L(x + h d) + L(x - h d) - 2 L(x) falls like h at a
 * kink, like h² where L is merely curved, and not at all at a jump.
 */
function isKink(loss: (step: number) => number, value: number, directional: number, noise: number): boolean {
  const bends: number[] = [];
  let sides: readonly [number, number] | undefined;
  for (let k = coarsest; k < finest; k++) {
    const step = 2 ** -k;
    const [ahead, behind] = [loss(step) - value, loss(-step) - value];
    const bend = Math.abs(ahead + behind);
    bends.push(bend);
    if (bend > noise) sides = [ahead / step, -behind / step];
  }
  const order = slopeOf(bends, noise);
  if (order === undefined || order < 0.5 || order > 1.5 || sides === undefined) return false;
  const margin = 1e-6 * Math.max(Math.abs(sides[0]), Math.abs(sides[1]));
  return directional >= Math.min(...sides) - margin && directional <= Math.max(...sides) + margin;
}

export function taylorCheck(slopes: readonly Slope[], number = 2, title = titleOfSolve): Check {
  const kinks = slopes.filter((each) => each.kink).length;
  const smooth = slopes.filter((each) => !each.kink);
  const measured = smooth.flatMap(({ slope }) => (slope === undefined ? [] : [slope]));
  const least = Math.min(...measured);
  const unknown = measured.filter(Number.isNaN).length;
  const words = [
    `${slopes.length} directions`,
    ...(unknown > 0 ? [`${unknown} in which the derivative or the value beside it is no number`] : []),
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
    outcome: least >= leastSlope ? "pass" : "fail",
    figure: `slope ${unknown > 0 ? "NaN" : least.toFixed(2)} (2, at least ${leastSlope})`,
    detail: words,
  };
}
