/** Where the single result of a command goes: to the file of `--out`, else to standard output; a JSON document to both. */

import { badUsage } from "../diagnostics/command-messages.ts";
import type { CommandOptions } from "../options.ts";
import { type OutputFile, writeTogether } from "./atomic-write.ts";
import { exitCode } from "./exit.ts";
import { type Context, Failure } from "./streams.ts";

/** `beside`: further files that are written together with it, or not at all. */
export function deliver(
  text: string,
  options: CommandOptions,
  context: Context,
  beside: readonly OutputFile[] = [],
): void {
  if (options.outDir !== undefined) {
    throw new Failure(exitCode.usage, [
      badUsage("this command gives one result", "name its file with `--out`"),
    ]);
  }
  const out = options.out === undefined ? [] : [{ path: options.out, text }];
  const files = [...out, ...beside];
  if (files.length > 0) writeTogether(files);
  for (const file of files) context.note(`wrote ${file.path}\n`);
  // Who asks for JSON reads standard output, wherever else it goes.
  if (options.out === undefined || options.json === true) context.print(text);
}
