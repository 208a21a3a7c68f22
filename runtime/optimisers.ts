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
  /** Converged when every entry of the gradient is this small beside the largest that it has been; see `declines`. */
  readonly relativeTolerance?: number;
  /** Converged, too, when no entry of the gradient is larger than this, in the units of the objective. */
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
  /** Added to the root of the mean square, in the units of the gradient: next to much smaller gradients it makes steps short. */
  readonly epsilon?: number;
}

/** A point of the search with its own arrays. */
interface Point extends Trial {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
  /** What the objective returned. */
  readonly told: number;
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, entry, i) => sum + entry * b[i]!, 0);
const norm = (a: Float64Array) => a.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);

/** What has become of a gradient on the way to a point. */
interface Decline {
  /** Whether it is small. */
  readonly isSmall: boolean;
  /** Of each entry whether it is large still, beside what it has been. */
  readonly isLarge: readonly boolean[];
}

/**
 * Tells when a gradient has come down, in no units: neither those of the objective nor those of a variable matter.
 *
 * Looked at is the effect of each variable, the entry of the gradient times the size that the variable has by then or how far it has
 * come, so that what starts small next to what it becomes is not done too early. It has to be small beside the largest that it has
 * been. That alone would believe a start where the objective explodes: beside such a gradient every other one is nothing. So its ratio
 * to the value has to be small, too, and that of an exponential is the same all the way down; or the gradient has come down with the
 * root of the value, as it does where the value goes to 0.
 *
 * @returns a function of the points of the search, in their order
 */
function declines(
  tolerance: number,
  start: Float64Array,
): (point: Pick<Point, "x" | "gradient">, value: number) => Decline {
  const largest = new Float64Array(start.length);
  const steepest = new Float64Array(start.length);
  let mostBent = 0;
  return ({ x, gradient }, value) => {
    const size = Math.abs(value);
    const bend = norm(gradient) * (norm(gradient) / size);
    if (Number.isFinite(bend)) mostBent = Math.max(mostBent, bend);
    const isBent = bend >= 100 * tolerance * mostBent;
    const isLarge: boolean[] = [];
    let isSmall = true;
    gradient.forEach((entry, i) => {
      const reach = Math.max(Math.abs(x[i]!), Math.abs(x[i]! - start[i]!));
      const effect = Math.abs(entry) * reach;
      largest[i] = Math.max(largest[i]!, effect);
      if (Number.isFinite(effect / size)) steepest[i] = Math.max(steepest[i]!, effect / size);
      // What starts at 0 has no size yet.
      isLarge.push(reach === 0 ? entry !== 0 : effect > tolerance * largest[i]!);
      isSmall &&= !isLarge[i]! && (isBent || effect <= tolerance * steepest[i]! * size);
    });
    return { isSmall, isLarge };
  };
}

/**
 * Limited-memory BFGS with a strong Wolfe line search.
 *
 * Source: Liu and Nocedal 1989 (Math. Prog. 45); the two-loop recursion as Nocedal and Wright, algorithm 7.4, with the scaling
 * (7.20). A trial point without a finite value is stepped back from. A line search that finds no decrease drops the history and
 * tries steepest descent once, and once more in those entries whose gradient is large still, before the search ends as `flat`.
 * Nothing in it has a unit: the objective times a constant is minimised by the same points.
 *
 * @throws nothing: a start without a finite value gives the status `not finite`
 */
export function lbfgs(objective: Objective, start: ArrayLike<number>, options: LbfgsOptions = {}): Minimum {
  const { iterations = 1000, gradientTolerance, history = 10, onIteration } = options;
  // Who gives a tolerance in units wants that one.
  const { relativeTolerance = gradientTolerance === undefined ? 1e-8 : 0 } = options;
  let evaluations = 0;
  /** The point a step along `direction` from `from` leads to. */
  const reach = (from: Float64Array, direction: Float64Array, step: number): Point => {
    const x = from.map((entry, i) => entry + step * direction[i]!);
    const gradient = new Float64Array(x.length);
    const value = objective(x, gradient);
    evaluations++;
    const slope = dot(gradient, direction);
    const finite = Number.isFinite(value) && gradient.every(Number.isFinite);
    return { step, x, gradient, value: finite ? value : Number.POSITIVE_INFINITY, told: value, slope };
  };

  const origin = Float64Array.from(start);
  let point = reach(origin, new Float64Array(origin.length), 0);
  const declined = declines(relativeTolerance, origin);
  const pairs: { s: Float64Array; y: Float64Array; sy: number }[] = [];
  for (let iteration = 0; ; iteration++) {
    const { x, value, gradient } = point;
    const progress = { iteration, x, value: point.told, gradientNorm: norm(gradient), evaluations };
    if (value === Number.POSITIVE_INFINITY) return { ...progress, status: "not finite" };
    if (onIteration?.(progress) === false) return { ...progress, status: "stopped" };
    const { isSmall, isLarge } = declined(point, value);
    if (isSmall || progress.gradientNorm <= (gradientTolerance ?? 0))
      return { ...progress, status: "converged" };
    if (iteration === iterations) return { ...progress, status: "iteration limit" };

    const search = (direction: Float64Array, first: number): Point | undefined => {
      const origin: Point = { ...point, step: 0, slope: dot(gradient, direction) };
      const found = strongWolfe((step) => reach(x, direction, step), origin, first);
      return found.value < value || norm(found.gradient) < progress.gradientNorm ? found : undefined;
    };
    let next = pairs.length > 0 ? search(quasiNewton(gradient, pairs), 1) : undefined;
    if (next === undefined) {
      pairs.length = 0;
      // A step without history has no scale of its own: it moves no entry by more than 1.
      next = search(quasiNewton(gradient, []), 1 / progress.gradientNorm);
    }
    if (next === undefined && isLarge.includes(true) && isLarge.includes(false)) {
      // What has not come down by far may wait for a step that what has come down does not bear.
      const rest = gradient.map((entry, i) => (isLarge[i] ? -entry : 0));
      next = search(rest, 1 / norm(rest));
    }
    if (next === undefined) return { ...progress, evaluations, status: "flat" };
    const s = next.x.map((entry, i) => entry - x[i]!);
    const y = next.gradient.map((entry, i) => entry - gradient[i]!);
    const sy = dot(s, y);
    // The update needs positive curvature; the line search gives it except at rounding.
    if (sy > Number.EPSILON * Math.sqrt(dot(s, s)) * Math.sqrt(dot(y, y))) pairs.push({ s, y, sy });
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
  const scale = last ? last.sy / dot(last.y, last.y) : 1;
  d.forEach((entry, i) => {
    d[i] = scale * entry;
  });
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
  const { iterations = 1000, relativeTolerance = 0, gradientTolerance = 0, onIteration } = options;
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const x = Float64Array.from(start);
  const gradient = new Float64Array(x.length);
  const mean = new Float64Array(x.length);
  const square = new Float64Array(x.length);
  const declined = declines(relativeTolerance, x.slice());
  let before: Progress | undefined;
  for (let iteration = 0; ; iteration++) {
    const value = objective(x, gradient);
    const progress = { iteration, x, value, gradientNorm: norm(gradient), evaluations: iteration + 1 };
    if (!Number.isFinite(value) || !gradient.every(Number.isFinite)) {
      return { ...(before ?? progress), evaluations: iteration + 1, status: "not finite" };
    }
    if (onIteration?.(progress) === false) return { ...progress, status: "stopped" };
    if (declined({ x, gradient }, value).isSmall || progress.gradientNorm <= gradientTolerance)
      return { ...progress, status: "converged" };
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
