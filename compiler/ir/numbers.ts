/** Lists of numbers, compared to the bit but for what a NaN holds. */

/**
 * Whether two lists hold the same numbers, 0 and -0 apart, as `Object.is` has it. That makes an object of every number
 * that it looks at, until it is translated.
 */
export function hasSameNumbers(left: ArrayLike<number>, right: ArrayLike<number>): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) {
    const a = left[i]!;
    const b = right[i]!;
    if (a === b ? a === 0 && 1 / a !== 1 / b : !Number.isNaN(a) || !Number.isNaN(b)) return false;
  }
  return true;
}
