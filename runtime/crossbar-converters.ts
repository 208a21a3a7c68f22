/**
 * Converters between numbers and voltages, and the scale that inputs are brought to in front of them.
 *
 * A converter of b bits has 2^b - 1 codes, equally far apart from -bound to bound: a sign and b - 1 bits of magnitude. Zero is one.
 */
import { nearestEven } from "./crossbar-conductances.ts";

/** What a converter makes of a value: the nearest code, ties to the even one, cut at the bounds. 0 bits: the value itself. */
export function convert(value: number, bits: number, bound: number, codes: "signed" | "unsigned"): number {
  if (bits === 0) return value;
  const half = 2 ** (bits - 1) - 1;
  const cut = Math.min(Math.max(value, -bound), bound);
  // Counted from the lowest code, which is odd when counted from zero, an even code is another one.
  const code =
    codes === "signed" ? nearestEven((cut / bound) * half) : nearestEven((cut / bound + 1) * half) - half;
  return (code / half) * bound;
}

/** What inputs are divided by; the result of the read is multiplied by it. 1 where all inputs are 0. */
export function inputScale(
  kind: "none" | "absmax" | "pow2max",
  x: Float64Array,
  at: number,
  step: number,
  length: number,
): number {
  if (kind === "none") return 1;
  let largest = 0;
  for (let j = 0; j < length; j++) largest = Math.max(largest, Math.abs(x[at + j * step]!));
  if (largest === 0) return 1;
  return kind === "absmax" ? largest : powerOfTwoAbove(largest);
}

/** The least power of two at or above a positive number, as far as doubles have one. */
export function powerOfTwoAbove(x: number): number {
  if (!Number.isFinite(x)) return x;
  let power = 2 ** Math.min(Math.max(Math.ceil(Math.log2(x)), -1022), 1023);
  // The logarithm is right to its last bit at best; one step either way makes it exact.
  while (power < x && power < 2 ** 1023) power *= 2;
  while (power / 2 >= x && power > 2 ** -1022) power /= 2;
  return power;
}

/** The bits of a code's magnitude, lowest first, each with the sign of the code. */
export function bitsOf(value: number, bits: number, bound: number): number[] {
  const magnitude = 2 ** (bits - 1) - 1;
  const code = nearestEven((Math.min(Math.abs(value), bound) / bound) * magnitude);
  return Array.from({ length: bits - 1 }, (_, k) => Math.sign(value) * ((code >> k) & 1));
}
