/**
 * The value of an input at a time as a sum over its knots. In: the kind of signal, how many knots it has, and where
 * among them. Out: one weight for each knot. Splines by a dense solve for each knot: slow, and a truth of its own.
 */

import type { Input } from "../model.ts";

/** `position`: 0 at the first knot, count - 1 at the last. */
export function knotWeights({ kind, count }: Input, position: number): Float64Array {
  const weights = new Float64Array(count);
  const i = Math.max(0, Math.min(Math.floor(position), count - 2));
  const w = position - i;
  const v = 1 - w;
  weights[i] = v;
  weights[i + 1] = w;
  if (kind === "linear") return weights;
  for (let knot = 0; knot < count; knot++) {
    const curve = curvatures(Float64Array.from({ length: count }, (_, k) => (k === knot ? 1 : 0)));
    weights[knot]! += ((v ** 3 - v) * curve[i]! + (w ** 3 - w) * curve[i + 1]!) / 6;
  }
  return weights;
}

/** Second derivatives of the natural spline: Gauss elimination of the whole system, ends included. */
function curvatures(y: Float64Array): Float64Array {
  const n = y.length;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(n + 1);
    if (i === 0 || i === n - 1) {
      row[i] = 1;
      return row;
    }
    row[i - 1] = 1;
    row[i] = 4;
    row[i + 1] = 1;
    row[n] = 6 * (y[i - 1]! - 2 * y[i]! + y[i + 1]!);
    return row;
  });
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const factor = rows[j]![i]! / rows[i]![i]!;
      if (j === i || factor === 0) continue;
      for (let k = i; k <= n; k++) rows[j]![k]! -= factor * rows[i]![k]!;
    }
  }
  return Float64Array.from(rows, (row, i) => row[n]! / row[i]!);
}
