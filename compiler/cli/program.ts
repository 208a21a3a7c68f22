/**
 * The command line: which commands there are, which options each takes, and what happens around every one of them. It
 * parses, checks the options against their table, loads the one command that was asked for, and turns what comes out of
 * it into an exit code. The commands themselves are a file each, loaded only when they run, so that help is instant.
 */

import { Command, CommanderError, Option } from "commander";
import { nearest } from "../../runtime/nearest.ts";
import { checkOptions } from "../check-options.ts";
import { withConfig } from "../config.ts";
import {
  badUsage,
  cannotWrite,
  commandNotAvailableYet,
  internalError,
  noMemory,
  unknownCommand,
  unknownOption,
} from "../diagnostics/command-messages.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { NoMemory } from "../execute/problem.ts";
import { NoTemporaryFolder } from "../execute/temporary-folder.ts";
import { type CommandOptions, flagOf, type OptionSpec, optionSpecs } from "../options.ts";
import { version } from "../version.ts";
import { reasonOf, WriteError } from "./atomic-write.ts";
import { withBareFunction } from "./bare-function.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { type Context, Failure, setColor } from "./streams.ts";

/**
 * What a command file exports as `run`. `settled`: the options once more, under the configuration as it is then, for those who go on
 * while it changes.
 */
export type Run = (
  args: readonly string[],
  options: CommandOptions,
  context: Context,
  settled: () => Promise<CommandOptions>,
) => ExitCode | Promise<ExitCode>;

interface CommandSpec {
  readonly name: string;
  readonly args: string;
  readonly help: string;
  readonly options: readonly string[];
  readonly load: () => Promise<{ readonly run: Run }>;
}

const everywhere = ["json", "format", "quiet", "color"];
/** Of commands that read the configuration. */
const configured = ["config", "safeConfig"];
/** How a question is asked: shared by every command that compiles a model. */
const solving = [
  ...["model", "method", "steps", "dt", "rtol", "atol", "maxSteps", "start", "order", "t0", "t1", "adjoint"],
  ...["checkpoints", "ram", "wrt", "real", "math", "optimise", "batch", "function", "density"],
  ...configured,
];
/** Numbers in the place of the model's own. */
const values = ["params", "state", "inputs", "data"];
/** At which point it is asked: shared by every command that runs one. */
const asking = ["target", ...values, "out", "outDir", "prefix", "emit"];

/** Commands that run generated code of one target. */
const running: ReadonlySet<string> = new Set(["run", "grad", "eval", "fit", "verify"]);

const commands: readonly CommandSpec[] = [
  {
    name: "build",
    args: "[globs...]",
    help: "generate code for every model of the configuration",
    options: [
      ...solving.filter((key) => !["model", "function", "batch"].includes(key)),
      ...["target", "outDir", "prefix", "emit", "include", "watch", "check", "clean"],
    ],
    load: () => import("./build.ts"),
  },
  {
    name: "compile",
    args: "<file>",
    help: "generate code for one model",
    options: [...solving, ...values, "target", "out", "outDir", "prefix", "emit"],
    load: () => import("./compile.ts"),
  },
  {
    name: "check",
    args: "[globs...]",
    help: "diagnostics only",
    options: [...solving, ...values, "include"],
    load: () => import("./check.ts"),
  },
  {
    name: "run",
    args: "<file>",
    help: "simulate",
    options: [...solving, ...asking, "device", "csv", "plot", "svg"],
    load: () => import("./run.ts"),
  },
  {
    name: "grad",
    args: "<file>",
    help: "loss and gradient at a point",
    options: [...solving, ...asking, "device", "compare", "point", "points", "svg"],
    load: () => import("./grad.ts"),
  },
  {
    name: "eval",
    args: "<file>",
    help: "a field and its operators at points",
    options: [
      ...["model", "real", "math", "optimise", "target", "params", "data", "out", "outDir", "prefix"],
      ...configured,
      ...["operator", "point", "points", "grid", "from", "to", "direction", "covector", "csv", "svg"],
    ],
    load: () => import("./eval.ts"),
  },
  {
    name: "fit",
    args: "<file>",
    help: "train: minimise the loss over data",
    options: [...solving, ...asking, "optimizer", "iterations", "rate", "point", "points"],
    load: () => import("./fit.ts"),
  },
  {
    name: "verify",
    args: "<file>",
    help: "is the gradient right?",
    options: [...solving, ...asking, "seed", "point", "points"],
    load: () => import("./verify.ts"),
  },
  {
    name: "inspect",
    args: "<file>",
    help: "look inside: --ir, --tape, --ops, --formulas, --plans, --memory",
    options: [
      ...solving,
      ...values,
      "ir",
      "tape",
      "formulas",
      "memory",
      "ops",
      "plans",
      "graph",
      "text",
      "svg",
    ],
    load: () => import("./inspect.ts"),
  },
  {
    name: "report",
    args: "<file>",
    help: "one self-contained HTML page: equations, plots, memory, verification",
    options: [...solving, ...asking, "seed", "point", "points"],
    load: () => import("./report-page.ts"),
  },
  {
    name: "init",
    args: "[dir]",
    help: "a small project to start from",
    options: ["template"],
    load: () => import("./init.ts"),
  },
  {
    name: "doctor",
    args: "",
    help: "node, C compiler, bundler configuration, un-compiled models",
    options: ["outDir"],
    load: () => import("./doctor.ts"),
  },
  {
    name: "list",
    args: "<what>",
    help: "methods | adjoints | targets | functions | operators | codes",
    options: [],
    load: () => import("./list.ts"),
  },
  {
    name: "explain",
    args: "<code>",
    help: "the long text of a diagnostic: cause, example, fix",
    options: [],
    load: () => import("./explain.ts"),
  },
];

const commandsLater: Readonly<Record<string, string>> = {
  bench: "`odegrad grad FILE --json` reports the evaluations of a gradient",
};

const keys = new Map(optionSpecs.map((spec) => [spec.key, spec]));

/** Runs one command line. Never throws. */
export async function main(words: readonly string[], context: Context): Promise<ExitCode> {
  let asked: { readonly raw: Record<string, unknown>; readonly go: () => Promise<ExitCode> } | undefined;
  let style: CommandOptions["format"] = words.includes("--json") ? undefined : "pretty";
  const json = words.includes("--json");
  context.words = words;
  try {
    const first = words.find((word) => !word.startsWith("-"));
    const later = first === undefined ? undefined : commandsLater[first];
    if (
      first !== undefined &&
      later !== undefined &&
      words[0] === first &&
      Object.hasOwn(commandsLater, first)
    ) {
      throw new Failure(exitCode.usage, [commandNotAvailableYet(first, later)]);
    }
    const program = programOf(context, (spec, args, raw) => {
      asked = {
        raw,
        go: async () => {
          const { options, diagnostics } = checkOptions(raw, "command line");
          style = options.format;
          setColor(context, options.color);
          context.quiet = options.quiet === true;
          if (diagnostics.length > 0) throw new Failure(exitCode.usage, diagnostics);
          const { run } = await spec.load();
          const settled = async (): Promise<CommandOptions> =>
            withBareFunction(
              spec.options.includes("config") ? await underConfig(options, spec, context) : options,
            );
          return run(args, await settled(), context, settled);
        },
      };
    });
    try {
      program.parse([...words], { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      // Help and version that were asked for.
      if (error.exitCode === 0) return exitCode.ok;
      setColor(context, undefined);
      if (error.code === "commander.help") return exitCode.usage;
      throw new Failure(exitCode.usage, [usageFault(error, words)]);
    }
    return asked === undefined ? exitCode.ok : await asked.go();
  } catch (error) {
    return complain(faultOf(error, context), style ?? "pretty", json, context);
  }
}

/** The options under those of the configuration of this folder. Where files go is the business of `build` alone; a fit is in doubles. */
async function underConfig(
  options: CommandOptions,
  { name, options: taken }: CommandSpec,
  context: Context,
): Promise<CommandOptions> {
  const { loadConfig } = await import("./load-config.ts");
  const { config } = await loadConfig(process.cwd(), options);
  const keys = [...taken, ...everywhere].filter(
    (key) =>
      name === "build" ||
      !["target", "outDir", "prefix", "emit", ...(name === "fit" ? ["real"] : [])].includes(key),
  );
  const merged = withConfig(options, config, keys);
  const whole = running.has(name) ? runnable(merged, options, name) : merged;
  setColor(context, whole.color);
  context.quiet = whole.quiet === true;
  return whole;
}

/** Options under which generated code can be run, of those that are `given` and configured. */
function runnable(whole: CommandOptions, given: CommandOptions, command: string): CommandOptions {
  const { emit, ...others } = whole;
  // Checks are of everything, in both targets.
  if (command === "verify") return others;
  // JavaScript has no floats: what is built with them is asked as C.
  const isAskedInC = whole.target === undefined && whole.real === "float" && given.real === undefined;
  return {
    ...others,
    // What runs is there, whatever else is asked for.
    ...(emit && { emit: [...new Set(["solve", "gradient", ...emit])] }),
    ...(isAskedInC && { target: ["c"] }),
  };
}

function programOf(
  context: Context,
  act: (spec: CommandSpec, args: string[], raw: Record<string, unknown>) => void,
): Command {
  const program = new Command("odegrad");
  const quieten = (command: Command): Command =>
    command
      .exitOverride()
      .showSuggestionAfterError(false)
      .configureOutput({
        writeOut: (text) => context.print(text),
        writeErr: (text) => context.complain(text),
        // The diagnostic says it.
        outputError: () => undefined,
      });
  quieten(program)
    .description("Compiles ODE models in plain TypeScript to plain loops with exact gradients of the solve.")
    .version(version, "-v, --version")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\n`odegrad COMMAND --help` lists the options of a command; `-` reads standard input.",
    );
  for (const spec of commands) {
    const command = quieten(program.command(spec.name)).description(spec.help);
    for (const word of spec.args.split(" ")) if (word !== "") command.argument(word);
    for (const key of [...spec.options, ...everywhere]) command.addOption(flag(keys.get(key)!));
    command.action((...given: unknown[]) => {
      const args = given.slice(0, -2).flat() as string[];
      act(spec, args, { ...(given[given.length - 2] as Record<string, unknown>) });
    });
  }
  return program;
}

/** Values stay text here: they are checked against the table, which the library shares. */
function flag(spec: OptionSpec): Option {
  const name = flagOf(spec.key);
  if (spec.form === "switch") return hide(new Option(name, spec.help), spec);
  const option = new Option(`${name} <${spec.value ?? "value"}>`, spec.help);
  if (spec.form === "list" || spec.form === "choices" || spec.form === "numbers") {
    option.argParser((word: string, before: string[] | undefined) => [...(before ?? []), word]);
  }
  return hide(option, spec);
}

const hide = (option: Option, spec: OptionSpec): Option =>
  spec.later === undefined ? option : option.hideHelp();

/** What a letter stands for in other compilers and tools. */
const letters: Readonly<Record<string, readonly string[]>> = {
  "-o": ["--out", "--out-dir"],
  "-q": ["--quiet"],
  "-t": ["--target"],
  "-w": ["--watch"],
};

/** Options have no letters of their own: the one that is called by it elsewhere, or the only one that begins with it. */
function meantByLetter(name: string, flags: readonly string[]): string | undefined {
  if (!/^-[a-z]$/.test(name)) return undefined;
  const usual = letters[name]?.find((flag) => flags.includes(flag));
  const [only, ...others] = flags.filter((flag) => flag.startsWith(`-${name}`));
  return usual ?? (others.length === 0 ? only : undefined);
}

function usageFault(error: CommanderError, words: readonly string[]): Diagnostic {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownOption": {
      const command = commands.find((each) => words.includes(each.name));
      const known = command === undefined ? ["help", "version"] : [...command.options, ...everywhere, "help"];
      const name = quoted.replace(/=.*$/, "");
      const flags = known.map(flagOf);
      const where = command === undefined ? "odegrad" : `odegrad ${command.name}`;
      if (quoted !== name && flags.includes(name))
        return badUsage(`\`${name}\` takes no value`, `write \`${name}\` alone, or leave it out`);
      return unknownOption(name, meantByLetter(name, flags) ?? nearest(name, flags), where);
    }
    case "commander.unknownCommand":
      return unknownCommand(
        quoted,
        nearest(quoted, [...commands.map((each) => each.name), ...Object.keys(commandsLater)]),
      );
    default:
      return badUsage(
        error.message.replace(/^error: /, ""),
        "`odegrad COMMAND --help` shows how it is called",
      );
  }
}

function faultOf(error: unknown, context: Context): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof WriteError)
    return new Failure(exitCode.usage, [cannotWrite(error.path, error.message)]);
  if (error instanceof NoMemory) return new Failure(exitCode.model, [noMemory()]);
  if (error instanceof NoTemporaryFolder)
    return new Failure(exitCode.usage, [
      cannotWrite(
        `into the temporary folder ${error.folder}`,
        reasonOf(error.reason),
        "name a folder that can be written in the environment variable TMPDIR",
      ),
    ]);
  if (context.environment["ODEGRAD_DEBUG"] !== undefined && error instanceof Error) {
    context.complain(`${error.stack ?? ""}\n`);
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Failure(exitCode.internal, [internalError(message)]);
}

/** Standard error for people; with --json, standard output still holds exactly one document. */
async function complain(
  failure: Failure,
  style: NonNullable<CommandOptions["format"]>,
  json: boolean,
  context: Context,
): Promise<ExitCode> {
  const { diagnosticsJson, formatDiagnostics } = await import("./report.ts");
  if (json) {
    const { formatJson } = await import("./number.ts");
    context.print(`${formatJson(diagnosticsJson(failure.diagnostics, context.sources))}\n`);
  }
  const human = style === "json" || style === "sarif" ? context.print : context.complain;
  if (!(json && human === context.print)) {
    human(formatDiagnostics(failure.diagnostics, context.sources, style, context.colorError));
  }
  return failure.code;
}
