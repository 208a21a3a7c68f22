/** Hexadecimal floating-point text, as C's `%a` writes and `strtod` reads it: exact in both directions. */

/** The double that `%a` printed; also "inf", "-inf" and "nan". */
export function parseHex(text: string): number {
  const match = /^([+-]?)0x([0-9a-f]+)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(text.trim());
  if (match === null) {
    const word = text.trim().toLowerCase();
    if (/^[+-]?inf/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
    return Number.NaN;
  }
  const [, sign, whole, fraction, exponent] = match;
  // At most 53 significant bits, so the mantissa is exact; two factors keep the scale in range down to the subnormals.
  const mantissa = Number(`0x${whole}${fraction}`);
  const power = Number(exponent) - 4 * fraction!.length;
  const half = Math.trunc(power / 2);
  const value = mantissa * 2 ** half * 2 ** (power - half);
  return sign === "-" ? -value : value;
}

const buffer = new DataView(new ArrayBuffer(8));

/** Text that C's `strtod` reads back to the same double. */
export function formatHex(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  buffer.setFloat64(0, value);
  const high = buffer.getUint32(0);
  const sign = high >>> 31 === 1 ? "-" : "";
  const exponent = (high >>> 20) & 0x7ff;
  const mantissa =
    (high & 0xfffff).toString(16).padStart(5, "0") + buffer.getUint32(4).toString(16).padStart(8, "0");
  if (exponent === 0) return `${sign}0x0.${mantissa}p-1022`;
  return `${sign}0x1.${mantissa}p${exponent - 1023}`;
}
