/** Runs a command line inside the test process: what it printed on either stream, and its exit code. */

import * as fs from "node:fs";
import { main } from "../../compiler/cli/program.ts";
import { type Context, decode, Failure } from "../../compiler/cli/streams.ts";
import { cannotRead } from "../../compiler/diagnostics/command-messages.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function odegrad(words: readonly string[], input = ""): Promise<Outcome> {
  let out = "";
  let err = "";
  const context: Context = {
    print: (text) => {
      out += text;
    },
    note: (text) => {
      if (!context.quiet) err += text;
    },
    complain: (text) => {
      err += text;
    },
    readFile(file) {
      if (file === "-") return input;
      try {
        return decode(fs.readFileSync(file));
      } catch (error) {
        throw new Failure(2, [cannotRead(file, error instanceof Error ? error.message : String(error))]);
      }
    },
    terminal: false,
    columns: 80,
    environment: process.env,
    sources: new Map(),
    quiet: false,
    colorOut: false,
    colorError: false,
  };
  const code = await main(words, context);
  return { code, out, err };
}
