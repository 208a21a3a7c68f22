/**
 * Inputs: signals of time that hold one leaf (or record of leaves) per piece or knot of [t0, t1].
 *
 * `hold`, `linear` and `cubic` declare a signal; `between` is its value between knots, as the un-compiled solve reads it. Which
 * piece of a `hold` a step lies in is the solve's business, since it depends on the step and not on the time alone.
 */
import type { Given, Leaves, Widen } from "./leaves.ts";
import { combine } from "./records.ts";

/** A declared signal. `knots` are its defaults, one per piece (`hold`) or knot, each in the shape of `leaf`. */
export interface Signal<L> {
  readonly kind: "hold" | "linear" | "cubic";
  readonly leaf: L;
  readonly knots: readonly L[];
}

/** The leaf is a scalar 0 if left out; `piece` gives the piece or knot k a default of its own. */
interface Declare {
  (count: number, leaf?: undefined, piece?: (k: number) => number): Signal<number>;
  <L extends Leaves>(count: number, leaf: L, piece?: (k: number) => Given<L>): Signal<Widen<L>>;
}

const declare =
  (kind: Signal<Leaves>["kind"]) =>
  (count: number, leaf: Leaves = 0, piece = (_k: number): Leaves => leaf): Signal<Leaves> => {
    const knots = Array.from({ length: count }, (_, k) => piece(k));
    return { kind, leaf, knots };
  };

/** Piecewise constant over `count` equal pieces of [t0, t1]. */
export const hold = /* @__PURE__ */ declare("hold") as Declare;

/** Piecewise linear through `count` equally spaced knots, both ends included. */
export const linear = /* @__PURE__ */ declare("linear") as Declare;

/** Natural cubic spline through `count` equally spaced knots, both ends included. */
export const cubic = /* @__PURE__ */ declare("cubic") as Declare;

/** How many pieces each signal has that is piecewise constant, by name. */
export const piecesOf = (
  signals: Readonly<Record<string, Signal<Leaves>>> = {},
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(signals).flatMap(([name, { kind, knots }]) =>
      kind === "hold" ? [[name, knots.length]] : [],
    ),
  );

/**
 * The leaf of a `linear` or `cubic` signal at a time.
 *
 * The natural spline has second derivatives M with M_0 = M_last = 0 and M_{i-1} + 4 M_i + M_{i+1} = 6 (y_{i-1} - 2 y_i + y_{i+1})
 * for unit spacing. Gauss-Seidel sweeps solve this: each takes off at least three quarters of the error, so 40 reach rounding.
 *
 * @param position the time in units of the knot spacing: 0 at the first knot, count - 1 at the last
 */
export function between({ kind, leaf }: Signal<Leaves>, knots: readonly Leaves[], position: number): Leaves {
  const last = knots.length - 1;
  const k = Math.min(Math.floor(position), last - 1);
  const w = position - k;
  const v = 1 - w;
  const entry = (...y: number[]) => {
    const M = y.map(() => 0);
    for (let sweep = 0; kind === "cubic" && sweep < 40; sweep++) {
      for (let i = 1; i < last; i++)
        M[i] = 1.5 * (y[i - 1]! - 2 * y[i]! + y[i + 1]!) - (M[i - 1]! + M[i + 1]!) / 4;
    }
    return v * y[k]! + w * y[k + 1]! + ((v ** 3 - v) * M[k]! + (w ** 3 - w) * M[k + 1]!) / 6;
  };
  return combine(leaf, entry, knots, "inputs");
}
