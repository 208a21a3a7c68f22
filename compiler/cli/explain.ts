/** `odegrad explain`: the long text of a diagnostic. */

import { unknownCode } from "../diagnostics/command-messages.ts";
import { explain } from "../diagnostics/explanations.ts";
import type { CommandOptions } from "../options.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { formatJson } from "./number.ts";
import { type Context, Failure } from "./streams.ts";

export async function run(
  [code]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  // `ode1003` and `1003` are how people type it.
  const full = /^\d{4}$/.test(code!) ? `ODE${code}` : code!.toUpperCase();
  const text = explain(full);
  if (text === undefined) {
    throw new Failure(exitCode.usage, [unknownCode(code!)]);
  }
  context.print(
    options.json === true ? `${formatJson({ version: 1, code: full, text })}\n` : `${text.trimEnd()}\n`,
  );
  return exitCode.ok;
}
