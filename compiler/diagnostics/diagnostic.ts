/**
 * A diagnostic: what is wrong, where, and one thing to do about it. A value, not an exception: who finds it returns or
 * collects it, and who called decides.
 */

import type { Span } from "./span.ts";

export interface Note {
  readonly message: string;
  readonly span?: Span | undefined;
}

export interface Diagnostic {
  /** Stable: "ODE" and four digits. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly span?: Span;
  /** Related places. */
  readonly notes: readonly Note[];
  /** One change that works. */
  readonly suggestion?: string;
}

/** Carries a diagnostic out of the depth of a walk to where diagnostics are collected. */
export class ModelError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}
