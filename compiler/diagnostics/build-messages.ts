/**
 * Diagnostics of the build (5030 and up): bundler plugins, configuration, files out of date. One function for each code, the
 * only place with their wording.
 */

import type { Diagnostic } from "./diagnostic.ts";
import type { Span } from "./span.ts";

const error = (code: string, message: string, suggestion: string, span?: Span): Diagnostic => ({
  code,
  severity: "error",
  message,
  notes: [],
  suggestion,
  ...(span === undefined ? {} : { span }),
});

export const modelInFunction = (name: string, span: Span): Diagnostic =>
  error(
    "ODE5030",
    `\`${name}\` is declared in a function, which may run more than once with other numbers`,
    "declare the model at the top level of the file, where one text is one model",
    span,
  );

export const batchInPlace = (name: string, span: Span): Diagnostic =>
  error(
    "ODE5031",
    `\`${name}\` solves a batch, whose records are lists, and the object it stands for has none`,
    "leave `batch` out, or generate a module with `odegrad compile`, which has `batch` in its types",
    span,
  );
