/** What a check of `odegrad verify` answers: passed or not, and the figure it is judged by. Types and small judgements. */

export interface Check {
  /** The number it has in the documentation. */
  readonly number: number;
  readonly title: string;
  /** `skipped`: could not be asked here; the detail says why. */
  readonly outcome: "pass" | "fail" | "skipped";
  /** The measured figure with what it is held to, e.g. "3.1e-16 (at most 1e-13)". */
  readonly figure: string;
  readonly detail?: string | undefined;
}

export const within = (
  number: number,
  title: string,
  measured: number,
  limit: number,
  detail?: string,
): Check => ({
  number,
  title,
  // NaN is within nothing.
  outcome: measured <= limit ? "pass" : "fail",
  figure: `${measured.toExponential(1)} (at most ${limit.toExponential(0)})`,
  detail,
});

export const skipped = (number: number, title: string, why: string): Check => ({
  number,
  title,
  outcome: "skipped",
  figure: "not run",
  detail: why,
});

/** ⟨a, b⟩ and the sum of the magnitudes of its terms, which is what rounding is relative to. */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { readonly sum: number; readonly size: number } {
  let sum = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    const term = a[i]! * b[i]!;
    sum += term;
    size += Math.abs(term);
  }
  return { sum, size };
}

/** Largest difference of two records, relative to the largest magnitude in either, or to `least`. Equal NaN count as equal. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>, least = 0): number {
  let most = 0;
  let size = least;
  if (a.length !== b.length) return Number.NaN;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) {
      size = Math.max(size, Math.abs(a[i]!) || 0);
      continue;
    }
    const gap = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(gap)) return Number.NaN;
    most = Math.max(most, gap);
    size = Math.max(size, Math.abs(a[i]!), Math.abs(b[i]!));
  }
  return most === 0 ? 0 : most / size;
}

/** Whether two records hold the same bits, zeros of either sign told apart. */
export const sameBits = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
