/**
 * A line search for the strong Wolfe conditions.
 *
 * In: a function along a line, and its value and slope at 0. Out: a trial point where the function has decreased enough and has
 * become flat enough for a quasi-Newton update, or the best it found. It knows nothing of vectors.
 *
 * Source: Nocedal and Wright, Numerical Optimization (2nd ed. 2006), algorithms 3.5 and 3.6 with cubic interpolation (3.59); where
 * the decrease is lost in rounding, the approximate Wolfe condition of Hager and Zhang (2005, SIAM J. Optim. 16). Trial points
 * without a finite value count as infinitely bad, so the search shrinks away from them.
 */

/** The function at one point of the line. */
export interface Trial {
  readonly step: number;
  /** Infinity where the function has no finite value or slope. */
  readonly value: number;
  readonly slope: number;
}

/** Sufficient decrease and curvature; the usual constants for quasi-Newton directions. */
const decrease = 1e-4;
const curvature = 0.9;
const mostTrials = 40;
/** A change of the slope, relatively, that tells nothing of where it vanishes. */
const straight = 1e-2;

/**
 * @param evaluate the function at a step
 * @param start the trial at step 0; its slope must be negative
 * @param first the step to try first
 * @returns a trial that fulfils the conditions; failing that the lowest one found, which may be `start`
 */
export function strongWolfe<T extends Trial>(evaluate: (step: number) => T, start: T, first: number): T {
  let best = start;
  let trials = 0;
  const at = (step: number): T => {
    trials++;
    const trial = evaluate(step);
    if (trial.value < best.value) best = trial;
    return trial;
  };
  const lowEnough = ({ step, value, slope }: Trial) =>
    value <= start.value + decrease * step * start.slope ||
    (Math.abs(value - start.value) <= 1e-15 * Math.abs(start.value) &&
      slope <= (2 * decrease - 1) * start.slope);
  const flatEnough = ({ slope }: Trial) => Math.abs(slope) <= -curvature * start.slope;

  /** Algorithm 3.6: `low` is the lowest trial that has decreased enough, and a fitting step lies between it and `high`. */
  const zoom = (low: T, high: T): T => {
    while (trials < mostTrials && Math.abs(high.step - low.step) > 1e-16 * Math.abs(low.step)) {
      const trial = at(between(low, high));
      if (!lowEnough(trial) || trial.value > low.value) {
        high = trial;
        continue;
      }
      if (flatEnough(trial)) return trial;
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
    return best;
  };

  let previous = start;
  let step = first;
  while (trials < mostTrials) {
    const trial = at(step);
    // Equal values are rounding: the slope says where to go.
    if (!lowEnough(trial) || (previous !== start && trial.value > previous.value))
      return zoom(previous, trial);
    if (flatEnough(trial)) return trial;
    if (trial.slope >= 0) return zoom(trial, previous);
    previous = trial;
    // Where the line is straight still, the minimum is far away.
    step *= Math.abs(trial.slope - start.slope) <= -straight * start.slope ? 10 : 2;
  }
  return best;
}

/** Where the cubic through both trials and their slopes is least, kept off the ends; the middle where there is no such cubic. */
function between(low: Trial, high: Trial): number {
  const width = high.step - low.step;
  // A trial without a value says nothing about where the good region ends, so go most of the way back.
  if (!Number.isFinite(high.value)) return low.step + 0.1 * width;
  const d1 = low.slope + high.slope - (3 * (low.value - high.value)) / (low.step - high.step);
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - low.slope * high.slope);
  const share = 1 - (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2);
  // NaN, from a negative root, fails both comparisons.
  return low.step + width * (share > 0.05 && share < 0.95 ? share : 0.5);
}
