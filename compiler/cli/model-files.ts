/** The models that patterns of the command line mean. */

import * as fs from "node:fs";
import * as path from "node:path";
import { cannotRead } from "../diagnostics/command-messages.ts";
import { exitCode } from "./exit.ts";
import { expandGlob, isGlob } from "./glob.ts";
import { Failure } from "./streams.ts";

/** Files of the patterns, sorted and each once: a folder means every model below it. */
export function modelFiles(patterns: readonly string[]): string[] {
  const files = new Set<string>();
  for (const pattern of patterns) {
    if (pattern === "-") files.add(pattern);
    else if (fs.statSync(pattern, { throwIfNoEntry: false })?.isDirectory() === true) {
      const below = expandGlob("**/*.ode.ts", pattern);
      if (below.length === 0) throw nothing(pattern, "there is no `*.ode.ts` below it");
      for (const file of below) files.add(path.join(pattern, file));
    } else if (isGlob(pattern) && !fs.existsSync(pattern)) {
      const matches = expandGlob(pattern, ".");
      if (matches.length === 0) throw nothing(pattern, "no file matches");
      for (const file of matches) files.add(file);
    } else files.add(pattern);
  }
  return [...files].sort();
}

const nothing = (pattern: string, reason: string): Failure =>
  new Failure(exitCode.usage, [cannotRead(pattern, reason)]);
