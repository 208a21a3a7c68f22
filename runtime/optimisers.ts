/**
 * Minimisers for losses with an exact gradient: L-BFGS for smooth deterministic losses, Adam for the rest.
 *
 * In: an objective that writes its gradient and returns its value, and a start. Out: the point reached, and why it stopped there.
 * Both are deterministic, never write to the start, and report every iteration to a callback, which may stop them.
 */
import { strongWolfe, type Trial } from "./line-search.ts";

/** Writes the gradient at `x` and returns the value there. Neither array may be kept: both are written again. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** `flat`: the value no longer falls beyond rounding. `not finite`: there is no finite value to go on from. */
export type Status = "converged" | "flat" | "iteration limit" | "not finite" | "stopped";

/** The point an iteration reached. */
export interface Progress {
  /** From 0, the start. */
  readonly iteration: number;
  readonly x: Float64Array;
  readonly value: number;
  /** Largest magnitude in the gradient. */
  readonly gradientNorm: number;
  /** Evaluations of the objective so far. */
  readonly evaluations: number;
}

export interface Minimum extends Progress {
  readonly status: Status;
}

interface CommonOptions {
  /** Most iterations. */
  readonly iterations?: number;
  /** Converged when no entry of the gradient is larger than this. */
  readonly gradientTolerance?: number;
  /** Called at the start and after every iteration; `false` stops there. `x` is overwritten later. */
  readonly onIteration?: (progress: Progress) => unknown;
}

export interface LbfgsOptions extends CommonOptions {
  /** Pairs of steps and gradient differences kept. */
  readonly history?: number;
}

export interface AdamOptions extends CommonOptions {
  /** Step size, or a schedule of it over the iterations from 1. */
  readonly learningRate?: number | ((iteration: number) => number);
  /** Decay of the mean of the gradient, and of its square. */
  readonly beta1?: number;
  readonly beta2?: number;
  /** Added to the root of the mean square. */
  readonly epsilon?: number;
}

/** A point of the search with its own arrays. */
interface Point extends Trial {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, entry, i) => sum + entry * b[i]!, 0);
const norm = (a: Float64Array) => a.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);

/**
 * Limited-memory BFGS with a strong Wolfe line search.
 *
 * Source: Liu and Nocedal 1989 (Math. Prog. 45); the two-loop recursion as Nocedal and Wright, algorithm 7.4, with the scaling
 * (7.20). A trial point without a finite value is stepped back from. A line search that finds no decrease drops the history and
 * tries steepest descent once before the search ends as `flat`.
 *
 * @throws nothing: a start without a finite value gives the status `not finite`
 */
export function lbfgs(objective: Objective, start: ArrayLike<number>, options: LbfgsOptions = {}): Minimum {
  const { iterations = 1000, gradientTolerance = 1e-8, history = 10, onIteration } = options;
  let evaluations = 0;
  /** The point a step along `direction` from `from` leads to. */
  const reach = (from: Float64Array, direction: Float64Array, step: number): Point => {
    const x = from.map((entry, i) => entry + step * direction[i]!);
    const gradient = new Float64Array(x.length);
    const value = objective(x, gradient);
    evaluations++;
    const slope = dot(gradient, direction);
    const finite = Number.isFinite(value) && gradient.every(Number.isFinite);
    return { step, x, gradient, value: finite ? value : Number.POSITIVE_INFINITY, slope };
  };

  const origin = Float64Array.from(start);
  let point = reach(origin, new Float64Array(origin.length), 0);
  const pairs: { s: Float64Array; y: Float64Array; sy: number }[] = [];
  for (let iteration = 0; ; iteration++) {
    const { x, value, gradient } = point;
    const progress = { iteration, x, value, gradientNorm: norm(gradient), evaluations };
    if (value === Number.POSITIVE_INFINITY) return { ...progress, status: "not finite" };
    if (onIteration?.(progress) === false) return { ...progress, status: "stopped" };
    if (progress.gradientNorm <= gradientTolerance) return { ...progress, status: "converged" };
    if (iteration === iterations) return { ...progress, status: "iteration limit" };

    let next = point;
    while (next === point || !(next.value < value || norm(next.gradient) < progress.gradientNorm)) {
      if (next !== point && pairs.length === 0) return { ...progress, evaluations, status: "flat" };
      if (next !== point) pairs.length = 0;
      const direction = quasiNewton(gradient, pairs);
      const origin: Point = { ...point, step: 0, slope: dot(gradient, direction) };
      // A first step has no scale of its own: it moves no entry by more than 1.
      const first = pairs.length ? 1 : Math.min(1, 1 / progress.gradientNorm);
      next = strongWolfe((step) => reach(x, direction, step), origin, first);
    }
    const s = next.x.map((entry, i) => entry - x[i]!);
    const y = next.gradient.map((entry, i) => entry - gradient[i]!);
    const sy = dot(s, y);
    // The update needs positive curvature; the line search gives it except at rounding.
    if (sy > Number.EPSILON * dot(y, y)) pairs.push({ s, y, sy });
    if (pairs.length > history) pairs.shift();
    point = next;
  }
}

/** Minus the approximate inverse Hessian times the gradient: the two-loop recursion. */
function quasiNewton(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; sy: number }[],
): Float64Array {
  const d = gradient.map((entry) => -entry);
  const add = (factor: number, v: Float64Array) => {
    for (let i = 0; i < d.length; i++) d[i]! += factor * v[i]!;
  };
  const alphas: number[] = [];
  for (const { s, y, sy } of [...pairs].reverse()) {
    const alpha = dot(s, d) / sy;
    alphas.unshift(alpha);
    add(-alpha, y);
  }
  const last = pairs.at(-1);
  if (last) add(last.sy / dot(last.y, last.y) - 1, d.slice());
  pairs.forEach(({ s, y, sy }, k) => {
    add(alphas[k]! - dot(y, d) / sy, s);
  });
  return d;
}

/**
 * Adam: a step per entry, scaled by running means of the gradient and of its square, both corrected for their start from zero.
 *
 * Source: Kingma and Ba 2015 (ICLR), algorithm 1. The value may go up; the point returned is the last one. A point without a finite
 * value or gradient ends the search at the point before it, as `not finite`.
 */
export function adam(objective: Objective, start: ArrayLike<number>, options: AdamOptions = {}): Minimum {
  const { iterations = 1000, gradientTolerance = 0, onIteration } = options;
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const x = Float64Array.from(start);
  const gradient = new Float64Array(x.length);
  const mean = new Float64Array(x.length);
  const square = new Float64Array(x.length);
  let before: Progress | undefined;
  for (let iteration = 0; ; iteration++) {
    const value = objective(x, gradient);
    const progress = { iteration, x, value, gradientNorm: norm(gradient), evaluations: iteration + 1 };
    if (!Number.isFinite(value) || !gradient.every(Number.isFinite)) {
      return { ...(before ?? progress), evaluations: iteration + 1, status: "not finite" };
    }
    if (onIteration?.(progress) === false) return { ...progress, status: "stopped" };
    if (progress.gradientNorm <= gradientTolerance) return { ...progress, status: "converged" };
    if (iteration === iterations) return { ...progress, status: "iteration limit" };

    before = { ...progress, x: x.slice() };
    const n = iteration + 1;
    const rate = typeof learningRate === "number" ? learningRate : learningRate(n);
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]!;
      mean[i] = beta1 * mean[i]! + (1 - beta1) * g;
      square[i] = beta2 * square[i]! + (1 - beta2) * g * g;
      const root = Math.sqrt(square[i]! / (1 - beta2 ** n));
      x[i]! -= (rate * (mean[i]! / (1 - beta1 ** n))) / (root + epsilon);
    }
  }
}
