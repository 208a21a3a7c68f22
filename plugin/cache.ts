/**
 * Results by file, as long as nothing that they were computed from has changed: bundlers ask for one file more than once, for the
 * page and for the server, and again after every change elsewhere.
 */

import type { Host } from "../compiler/frontend/index.ts";

/** What a result was computed from: the files that were read, and those that were looked for in vain. */
export interface Computed {
  readonly imported: ReadonlyMap<string, string>;
  readonly absent: ReadonlySet<string>;
}

interface Entry<T> {
  readonly text: string;
  /** Everything else that was asked with. */
  readonly question: unknown;
  readonly result: T;
}

export class Cache<T extends Computed> {
  readonly #entries = new Map<string, Entry<T>>();

  /** `question` is compared as an object: one for as long as nothing in it changes. */
  get(id: string, text: string, question: unknown, host: Host, make: () => T): T {
    const known = this.#entries.get(id);
    if (known?.text === text && known.question === question && isFresh(known.result, host))
      return known.result;
    const result = make();
    this.#entries.set(id, { text, question, result });
    return result;
  }
}

function isFresh({ imported, absent }: Computed, host: Host): boolean {
  for (const [file, text] of imported) if (host.read(file) !== text) return false;
  for (const file of absent) if (host.read(file) !== undefined) return false;
  return true;
}
