/** `odegrad check`: diagnostics of every model of every file, as many as there are, and nothing else. */

import { diagnose, read } from "../compile.ts";
import { noModel } from "../diagnostics/command-messages.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CommandOptions } from "../options.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { sourceWithValues, styleOf } from "./model-file.ts";
import { modelFiles } from "./model-files.ts";
import { formatJson } from "./number.ts";
import { diagnosticsJson, formatDiagnostics } from "./report.ts";
import type { Context } from "./streams.ts";

export async function run(
  globs: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const files = modelFiles(globs.length === 0 ? (options.include ?? ["."]) : globs);
  const all = files.map((file) => checkFile(file, options, context));
  const diagnostics = all.flatMap((each) => each.diagnostics);
  const errors = diagnostics.filter((each) => each.severity === "error").length;

  const style = options.json === true ? "json" : styleOf(options);
  if (style === "json") context.print(`${formatJson(diagnosticsJson(diagnostics, context.sources))}\n`);
  else {
    const text = formatDiagnostics(diagnostics, context.sources, style, context.colorError);
    if (style === "sarif") context.print(text);
    else context.complain(text);
  }
  if (style === "pretty") {
    const models = all.reduce((sum, each) => sum + each.models, 0);
    const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
    const warnings = diagnostics.length - errors;
    context.note(
      `${count(files.length, "file")}, ${count(models, "model")}: ${count(errors, "error")}, ${count(warnings, "warning")}\n`,
    );
  }
  if (errors === 0) return exitCode.ok;
  return all.some((each) => each.fault === "model") ? exitCode.model : exitCode.usage;
}

interface Finding {
  readonly models: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the errors, if any, are those of the model. */
  readonly fault: "model" | "options" | undefined;
}

function checkFile(file: string, options: CommandOptions, context: Context): Finding {
  const source = sourceWithValues(file, options, context);
  const { models, diagnostics } = read(source);
  if (diagnostics.some((each) => each.severity === "error")) {
    return { models: models.length, diagnostics, fault: "model" };
  }
  if (models.length === 0) return { models: 0, diagnostics: [...diagnostics, noModel(file)], fault: "model" };
  const names = options.model === undefined ? models.map((model) => model.name) : [options.model];
  // Diagnostics of reading come once, however many models share the file.
  const built = names.map((model) => diagnose(source, { ...options, model }));
  const own = built.flatMap((each) =>
    each.diagnostics.filter((one) => one.code >= "ODE4" || one.severity === "error"),
  );
  const failed = built.filter((each) => !each.isSound);
  const fault =
    failed.length === 0 ? undefined : failed.some((each) => each.fault === "model") ? "model" : "options";
  return { models: models.length, diagnostics: [...diagnostics, ...own], fault };
}
