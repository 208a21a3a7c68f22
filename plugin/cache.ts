/**
 * Results by file, as long as nothing that they were computed from has changed: bundlers ask for one file more than once, for the
 * page and for the server, and again after every change elsewhere.
 */

import type { Host } from "../compiler/frontend/index.ts";

interface Entry<T> {
  readonly text: string;
  readonly result: T;
}

export class Cache<T extends { readonly imported: ReadonlyMap<string, string> }> {
  readonly #entries = new Map<string, Entry<T>>();

  get(id: string, text: string, host: Host, make: () => T): T {
    const known = this.#entries.get(id);
    if (known?.text === text && isFresh(known.result.imported, host)) return known.result;
    const result = make();
    this.#entries.set(id, { text, result });
    return result;
  }
}

function isFresh(imported: ReadonlyMap<string, string>, host: Host): boolean {
  for (const [file, text] of imported) if (host.read(file) !== text) return false;
  return true;
}
