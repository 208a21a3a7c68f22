/**
 * From the file on the command line to a built module: reads the text, compiles as far as asked, reports warnings. In:
 * the path and checked options. Out: what the commands work with; errors leave as `Failure`.
 */

import * as fs from "node:fs";
import { build, type Source } from "../compile.ts";
import { badUsage, noCompiler, noLoss, targetsDisagree } from "../diagnostics/command-messages.ts";
import { emit, type Output, prefixFor, type Ready } from "../emission.ts";
import { BadProgram, type CEngine, cEngine, NoCompiler, namedCompiler } from "../execute/c.ts";
import { javaScriptEngine, loadJavaScript } from "../execute/javascript.ts";
import type { Engine } from "../execute/problem.ts";
import type { Module } from "../module.ts";
import type { CommandOptions } from "../options.ts";
import { type CrossbarEngine, openCrossbar } from "./crossbar.ts";
import { exitCode } from "./exit.ts";
import { formatDiagnostics } from "./report.ts";
import { type Context, decode, Failure, standardInputName } from "./streams.ts";
import { timesGiven, valuesGiven } from "./values.ts";

/** The text of a model with a host that reads what it imports. */
export function sourceOf(file: string, options: CommandOptions, context: Context): Source {
  const text = context.readFile(file);
  const name = file === "-" ? standardInputName : file;
  context.sources.set(name, text);
  return {
    file: name,
    text,
    ...(options.bare === undefined ? {} : { bare: options.bare }),
    host: {
      read(path) {
        try {
          const imported = decode(fs.readFileSync(path));
          context.sources.set(path, imported);
          return imported;
        } catch {
          return undefined;
        }
      },
    },
  };
}

/** The same with the values of the files of the options as defaults of the model: for commands that run nothing at a point. */
export function sourceWithValues(file: string, options: CommandOptions, context: Context): Source {
  const given = valuesGiven(options, context);
  return { ...sourceOf(file, options, context), ...(given === undefined ? {} : { given }) };
}

/** The same with the times of a table in the place of the model's: for commands that run it at a point. */
export function sourceWithTimes(file: string, options: CommandOptions, context: Context): Source {
  const given = timesGiven(options, context);
  return { ...sourceOf(file, options, context), ...(given === undefined ? {} : { given }) };
}

/** Builds the model of a file. Warnings are noted on standard error; errors end the command. */
export const buildFile = (file: string, options: CommandOptions, context: Context): Ready =>
  buildSource(sourceWithTimes(file, options, context), options, context);

/** The same with the values of files as the model's own. */
export const buildWithValues = (file: string, options: CommandOptions, context: Context): Ready =>
  buildSource(sourceWithValues(file, options, context), options, context);

function buildSource(source: Source, options: CommandOptions, context: Context): Ready {
  const { ready, fault, diagnostics } = build(source, options);
  if (ready === undefined)
    throw new Failure(fault === "model" ? exitCode.model : exitCode.usage, diagnostics);
  if (diagnostics.length > 0) {
    context.note(formatDiagnostics(diagnostics, context.sources, styleOf(options), context.colorError));
  }
  return ready;
}

/** Holds a command to plain targets that has nothing to say about arrays. */
export function refuseCrossbar(command: string, { target }: CommandOptions): void {
  if (target?.includes("crossbar") !== true) return;
  throw new Failure(exitCode.usage, [
    badUsage(
      `\`odegrad ${command}\` does not run on crossbars`,
      "`odegrad grad --target crossbar` and `odegrad run --target crossbar` do; leave `--target` out here",
    ),
  ]);
}

export const styleOf = (options: CommandOptions) => options.format ?? "pretty";

export function hasLoss(module: Module): boolean {
  const { terminal, running, at } = module.model.loss;
  return terminal !== undefined || running !== undefined || at !== undefined;
}

export function requireLoss(module: Module): void {
  if (!hasLoss(module)) {
    const { name, field, span } = module.model;
    throw new Failure(exitCode.model, [noLoss(name, field !== undefined, span)]);
  }
}

export interface OpenEngine extends Engine {
  readonly target: "js" | "c" | "crossbar";
  /** Of a crossbar: what has been used, and where. */
  readonly crossbar?: CrossbarEngine;
  close(): void;
}

/** The same files, each read once: standard input gives its text a single time. */
export function readingOnce(context: Context): Context {
  const known = new Map<string, string>();
  return {
    ...context,
    readFile: (name) => {
      const text = known.get(name) ?? context.readFile(name);
      known.set(name, text);
      return text;
    },
  };
}

/** The generated code of the target, loaded or compiled and ready to be asked. The caller closes it. */
export async function openEngine(
  ready: Ready,
  options: CommandOptions,
  context: Pick<Context, "readFile">,
): Promise<OpenEngine> {
  const target = targetOf(options);
  if (options.device !== undefined && target !== "crossbar")
    throw new Failure(exitCode.usage, [
      badUsage("`--device` is of crossbars", "use `--target crossbar` with it"),
    ]);
  if (target === "js") return openJavaScript(ready, options);
  if (target === "c") return openC(ready, options);
  const engine = await openCrossbar(ready, options, context);
  return { ...engine, crossbar: engine, target, close: () => undefined };
}

export async function openJavaScript(ready: Ready, options: CommandOptions): Promise<OpenEngine> {
  if (options.real === "float") {
    throw new Failure(exitCode.usage, [
      badUsage("generated JavaScript computes in double precision", "use `--target c` with `--real float`"),
    ]);
  }
  const code = emit(ready, "js", options)[0]!.text;
  return { ...javaScriptEngine(await loadJavaScript(code)), target: "js", close: () => undefined };
}

export function openC(ready: Ready, options: CommandOptions): OpenEngine {
  const files = emit(ready, "c", options);
  const byEnd = (end: string): Output => files.find((each) => each.name.endsWith(end))!;
  const prefix = prefixFor(ready.module.model, options);
  const has = (name: string): boolean => ready.module.entries.some((entry) => entry.name === name);
  try {
    const engine: CEngine = cEngine(
      { header: byEnd(".h"), source: files.find((each) => each.name === `${prefix}.c`)! },
      ready.module.model,
      prefix,
      options.real ?? "double",
      ready.module.solver,
      { jvp: has("jvp"), hvp: has("hvp") },
    );
    return { ...engine, target: "c" };
  } catch (error) {
    if (error instanceof NoCompiler)
      throw new Failure(exitCode.missingTool, [noCompiler(namedCompiler(process.env))]);
    if (error instanceof BadProgram) throw new Failure(exitCode.internal, [targetsDisagree(error.message)]);
    throw error;
  }
}

function targetOf(options: CommandOptions): OpenEngine["target"] {
  const [target = "js", ...more] = options.target ?? [];
  if (more.length > 0 || (target !== "js" && target !== "c" && target !== "crossbar")) {
    throw new Failure(exitCode.usage, [
      badUsage(
        `\`--target ${[target, ...more].join(",")}\` cannot be run`,
        "use `--target js`, `--target c` or `--target crossbar`",
      ),
    ]);
  }
  return target;
}
