/** A progress bar on one line of a terminal, redrawn at most some twenty times a second. */

import type { Context } from "./streams.ts";

export interface Progress {
  /** `share` of the whole from 0 to 1, and words behind the bar. */
  show(share: number, words: string): void;
  /** Removes the bar. */
  end(): void;
}

const cells = 24;
const pause = 50;

/** A bar on standard error, or nothing where that is no terminal or the user wants quiet. */
export function progressBar(context: Context): Progress {
  if (!context.terminal || context.quiet) return { show: () => undefined, end: () => undefined };
  let last = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    show(share, words) {
      const now = performance.now();
      if (now - last < pause) return;
      last = now;
      drawn = true;
      context.complain(`\r\x1b[K${barLine(share, words, context.columns)}`);
    },
    end() {
      if (drawn) context.complain("\r\x1b[K");
    },
  };
}

/** The text of a bar, cut to the width of the terminal so that it never wraps. */
export function barLine(share: number, words: string, columns: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return `${"█".repeat(full)}${"░".repeat(cells - full)} ${words}`.slice(0, Math.max(1, columns - 1));
}
