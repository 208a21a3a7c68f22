/** Diagnostics in the form of each bundler. */

import * as path from "node:path";
import type { SupportedFramework, UnpluginContext } from "unplugin";
import { formatDiagnostic, positionOf } from "../compiler/diagnostics/codeframe.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";

type Read = (file: string) => string | undefined;

/** Hands warnings and errors over. Whether there are no errors; where the bundler stops at an error, this does not return. */
export function report(
  context: UnpluginContext,
  framework: SupportedFramework,
  diagnostics: readonly Diagnostic[],
  read: Read,
): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  for (const each of diagnostics) if (each.severity === "warning") context.warn(message(each, read));
  if (errors.length === 0) return true;
  if (framework === "webpack" || framework === "rspack") {
    // The error of a loader is the error of its module; it is no fault of the loader, whose stack would hide it.
    const text = errors.map((each) => formatDiagnostic(each, read)).join("\n");
    throw Object.assign(new Error(text), { stack: text, hideStack: true });
  }
  if (framework === "esbuild") for (const each of errors) context.error(message(each, read));
  else context.error(together(errors, read));
  return false;
}

/** One error that says all of them: what stops at the first would hide the rest. */
function together(errors: readonly Diagnostic[], read: Read) {
  const [first, ...rest] = errors;
  const own = message(first!, read);
  const others = rest.map((each) => `\n\n${formatDiagnostic(each, read).trimEnd()}`).join("");
  return { ...own, message: `${own.message}${others}` };
}

function message(diagnostic: Diagnostic, read: Read) {
  const { code, span, suggestion } = diagnostic;
  const advice = suggestion === undefined ? "" : `\n${suggestion}`;
  const text = `${code}: ${diagnostic.message}${advice}`;
  if (span === undefined) return { message: text, plugin: "odegrad" };
  const file = path.resolve(span.file);
  const { line, column } = positionOf(span, read(span.file) ?? "");
  // The first line of a formatted diagnostic repeats the message; what follows is the frame.
  const frame = formatDiagnostic({ ...diagnostic, notes: [] }, read)
    .split("\n")
    .slice(1)
    .join("\n");
  return { message: text, id: file, plugin: "odegrad", loc: { file, line, column: column - 1 }, frame };
}
