/**
 * Collects what is wrong while reading goes on: a refused statement is noted, the next one is read. Hands back the
 * diagnostics in the order of the text, each once, and no more than a person wants to see at a time.
 */

import { type Diagnostic, ModelError } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import { Reported } from "./resolve-name.ts";

/** Errors of one file that are shown at most. */
const most = 20;

export class Reporter {
  readonly #found: Diagnostic[] = [];

  add(...diagnostics: readonly Diagnostic[]): void {
    this.#found.push(...diagnostics);
  }

  /** Does some reading; a refusal is noted, and nothing comes back. */
  attempt<T>(place: Span, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.note(error, place);
      return undefined;
    }
  }

  /** Notes a refusal; anything else that was thrown goes on. */
  note(error: unknown, place: Span): void {
    if (error instanceof ModelError) this.add(error.diagnostic);
    else if (isOverflow(error)) this.add(messages.tooDeep(place));
    else if (!(error instanceof Reported)) throw error;
  }

  /** How much has been found so far. */
  get count(): number {
    return this.#found.length;
  }

  get failed(): boolean {
    return this.#found.some(({ severity }) => severity === "error");
  }

  /** Sorted by file and place; one diagnostic of a code at a place, and of errors at one place only the first. */
  diagnostics(first: string): Diagnostic[] {
    const seen = new Set<string>();
    const rank = (file: string | undefined): string => (file === undefined || file === first ? "" : file);
    const unique = this.#found.filter(({ code, span }) => {
      const key = `${code} ${span?.file} ${span?.start} ${span?.end}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    const sorted = unique
      .map((diagnostic, order) => ({ diagnostic, order }))
      .sort(
        (a, b) =>
          compare(rank(a.diagnostic.span?.file), rank(b.diagnostic.span?.file)) ||
          (a.diagnostic.span?.start ?? -1) - (b.diagnostic.span?.start ?? -1) ||
          a.order - b.order,
      )
      .map(({ diagnostic }) => diagnostic);
    return sorted.slice(0, most);
  }
}

/** The stack of the compiler's own process ran out, on text that the limit of nesting lets through. */
export const isOverflow = (error: unknown): boolean =>
  error instanceof RangeError && error.message.startsWith("Maximum call stack");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
