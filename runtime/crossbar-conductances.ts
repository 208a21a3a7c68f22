/**
 * Weights as pairs of conductances.
 *
 * In: a weight over its range, in [-1, 1]. Out: the conductances of its two cells, over Gmax. Their difference over the range of
 * conductances is the weight again.
 */

/** How weights are mapped: `lowest` is Gmin over Gmax. */
export interface Mapping {
  readonly pair: "one-sided" | "two-sided";
  readonly lowest: number;
  /** Levels of a cell are 2^bits; 0: any conductance. */
  readonly cellBits: number;
}

/** The conductance of the cell that counts positive. */
export function positiveCell(weight: number, mapping: Mapping): number {
  const share = mapping.pair === "one-sided" ? Math.max(weight, 0) : (1 + weight) / 2;
  return mapping.lowest + (1 - mapping.lowest) * level(share, mapping.cellBits);
}

/** The conductance of the cell that counts negative. */
export function negativeCell(weight: number, mapping: Mapping): number {
  return positiveCell(-weight, mapping);
}

/** A share of [0, 1] at the nearest of 2^bits levels, ties to the even one. */
function level(share: number, bits: number): number {
  if (bits === 0) return share;
  const steps = 2 ** bits - 1;
  return nearestEven(share * steps) / steps;
}

/** The nearest integer; halves go to the even one. */
export function nearestEven(x: number): number {
  const below = Math.floor(x);
  const above = x - below;
  if (above !== 0.5) return above < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * A weight cut into slices: the bits of its magnitude in equal parts, lowest first, each a weight of its own in [-1, 1].
 *
 * The weight, rounded to `bits` bits of magnitude, is the sum of the slices times `sliceFactors`.
 */
export function slicesOf(weight: number, slices: number, bits: number): number[] {
  if (slices === 1) return [weight];
  const most = 2 ** (bits / slices) - 1;
  let rest = nearestEven(Math.abs(weight) * (2 ** bits - 1));
  return Array.from({ length: slices }, () => {
    const digit = rest & most;
    rest >>= bits / slices;
    return (Math.sign(weight) * digit) / most;
  });
}

/** What each slice counts. */
export function sliceFactors(slices: number, bits: number): number[] {
  if (slices === 1) return [1];
  const radix = 2 ** (bits / slices);
  return Array.from({ length: slices }, (_, k) => ((radix - 1) * radix ** k) / (2 ** bits - 1));
}
