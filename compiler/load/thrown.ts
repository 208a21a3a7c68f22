/** What is wrong, as an error that Node prints as it stands. */

import { formatDiagnostic } from "../diagnostics/codeframe.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** `textOf`: the text of a file that a diagnostic is about. */
export function thrown(
  diagnostics: readonly Diagnostic[],
  textOf: (file: string) => string | undefined = () => undefined,
): Error {
  const said = diagnostics.map((each) => formatDiagnostic(each, textOf)).join("\n");
  // The text is the whole story: a stack of the compiler would bury it.
  return Object.assign(new Error(said), { stack: said });
}
