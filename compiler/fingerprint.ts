/**
 * The hash in the header of generated files: same model, same options, same version, same hash. It tells whether a file
 * is up to date, and in debug builds of C whose workspace one is; it guards against nothing. FNV-1a with 64 bits (Fowler,
 * Noll, Vo 1991) over UTF-8, so that the compiler needs no library of the platform.
 */

import { Latest } from "./ir/latest.ts";

/** The prime is 2⁴⁰ + this. */
const small = 0x1b3;

/** Hash of texts in their order, as 16 hexadecimal digits. Each text is closed by a byte that UTF-8 never holds. */
export function fingerprint(texts: readonly string[]): string {
  const encoder = new TextEncoder();
  // Two halves of 32 bits, which numbers multiply many times faster than big integers do.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const text of texts) {
    const bytes = encoder.encode(text);
    // Data that a model imports has hundreds of thousands of them: an index, and nothing called.
    for (let i = 0; i <= bytes.length; i++) {
      low = (low ^ (i < bytes.length ? bytes[i]! : 0xff)) >>> 0;
      const product = low * small;
      high = (Math.imul(high, small) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
      low = product >>> 0;
    }
  }
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}

/** Bytes from which a text counts by its own hash: data that models import, which most builds find as the one before. */
const long = 2 ** 14;
const known = new Latest<string>(8);

/** What stands for a text in the hash of a model. */
export const digestOf = (text: string): string =>
  text.length < long ? text : known.of(text, () => fingerprint([text]));
