/**
 * The hash in the header of generated files: same model, same options, same version, same hash. It tells whether a file
 * is up to date, and in debug builds of C whose workspace one is; it guards against nothing. FNV-1a with 64 bits (Fowler, Noll, Vo 1991) over UTF-8, so that the
 * compiler needs no library of the platform.
 */

const prime = 0x100000001b3n;
const start = 0xcbf29ce484222325n;
const mask = 0xffffffffffffffffn;

/** Hash of texts in their order, as 16 hexadecimal digits. Each text is closed by a byte that UTF-8 never holds. */
export function fingerprint(texts: readonly string[]): string {
  const encoder = new TextEncoder();
  let hash = start;
  for (const text of texts) {
    for (const byte of encoder.encode(text)) hash = ((hash ^ BigInt(byte)) * prime) & mask;
    hash = ((hash ^ 0xffn) * prime) & mask;
  }
  return hash.toString(16).padStart(16, "0");
}
