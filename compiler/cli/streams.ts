/**
 * What a command sees of the outside: standard streams, files to read, whether to colour. Results go to standard output,
 * everything else to standard error. Tests make a context of their own.
 */

import * as fs from "node:fs";
import { cannotRead, cannotWrite } from "../diagnostics/command-messages.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { reasonOf } from "./atomic-write.ts";
import { type ExitCode, exitCode } from "./exit.ts";

export interface Context {
  /** A result, for standard output. */
  print(text: string): void;
  /** A note for the person in front of it, on standard error; silent with `--quiet`. */
  note(text: string): void;
  /** Diagnostics, on standard error, whatever `--quiet` says. */
  complain(text: string): void;
  /** Text of a file or, for `-`, of standard input. Throws `Failure`. */
  readFile(file: string): string;
  /** Standard error is a terminal that can be drawn over. */
  readonly terminal: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Every text that was read, by name, for code frames. */
  readonly sources: Map<string, string>;
  /** The words of the command line, for messages that give it back. */
  words?: readonly string[];
  quiet: boolean;
  colorOut: boolean;
  colorError: boolean;
}

/** The end of a command that cannot go on: what to say and the exit code. */
export class Failure extends Error {
  readonly code: ExitCode;
  readonly diagnostics: readonly Diagnostic[];
  constructor(code: ExitCode, diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => `${diagnostic.code}: ${diagnostic.message}`).join("\n"));
    this.name = "Failure";
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/** The name that standard input has in diagnostics, in hashes and as the stem of output files. */
export const standardInputName = "stdin.ode.ts";

/** Text of UTF-8 bytes without a byte order mark. Throws where the bytes are none. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

export function processContext(): Context {
  // A reader that stops early, like `head`, is no error. Nobody can be told that standard error is gone.
  process.stderr.on("error", () => undefined);
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    process.stdout.on("error", () => undefined);
    if (error.code === "EPIPE") return;
    // What reports it comes later than this: `main.ts` leaves a code that is set as it is.
    process.exitCode = exitCode.usage;
    const lost = cannotWrite("standard output", reasonOf(error), "make room, or send it somewhere else");
    void import("./report.ts").then(({ formatDiagnostics }) =>
      context.complain(formatDiagnostics([lost], context.sources, "pretty", context.colorError)),
    );
  });
  const context: Context = {
    print: (text) => void process.stdout.write(text),
    note: (text) => void (context.quiet || process.stderr.write(text)),
    complain: (text) => void process.stderr.write(text),
    readFile(file) {
      try {
        return decode(fs.readFileSync(file === "-" ? 0 : file));
      } catch (error) {
        const reason = error instanceof TypeError ? "it is not valid UTF-8" : reasonOf(error);
        throw new Failure(exitCode.usage, [cannotRead(file === "-" ? "standard input" : file, reason)]);
      }
    },
    terminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? process.stdout.columns ?? 80,
    environment: process.env,
    sources: new Map(),
    quiet: false,
    colorOut: process.stdout.isTTY === true,
    colorError: process.stderr.isTTY === true,
  };
  return context;
}

/** Colour as `--color` asks, else for terminals unless NO_COLOR is set to something. */
export function setColor(context: Context, choice: "auto" | "always" | "never" | undefined): void {
  const refused = (context.environment["NO_COLOR"] ?? "") !== "" || context.environment["TERM"] === "dumb";
  if (choice === "always") context.colorOut = context.colorError = true;
  else if (choice === "never" || refused) context.colorOut = context.colorError = false;
}
