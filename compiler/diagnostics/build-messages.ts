/**
 * Diagnostics of the build (5030 and up): bundler plugins, configuration, files out of date. One function for each code, the
 * only place with their wording.
 */

import type { Diagnostic } from "./diagnostic.ts";
import type { Span } from "./span.ts";

const error = (code: string, message: string, suggestion: string, span?: Span): Diagnostic => ({
  code,
  severity: "error",
  message,
  notes: [],
  suggestion,
  ...(span === undefined ? {} : { span }),
});

export const modelInFunction = (name: string, span: Span): Diagnostic =>
  error(
    "ODE5030",
    `\`${name}\` is declared in a function, which may run more than once with other numbers`,
    "declare the model at the top level of the file, where one text is one model",
    span,
  );

export const batchInPlace = (name: string, span: Span): Diagnostic =>
  error(
    "ODE5031",
    `\`${name}\` solves a batch, whose records are lists, and the object it stands for has none`,
    "leave `batch` out, or generate a module with `odegrad compile`, which has `batch` in its types",
    span,
  );

export const badConfig = (file: string, problem: string, suggestion: string): Diagnostic =>
  error("ODE5032", `${file}: ${problem}`, suggestion);

export const severalConfigs = (files: readonly string[]): Diagnostic =>
  error(
    "ODE5033",
    `this folder has several configurations: ${files.join(", ")}`,
    "keep one, or name it: `--config FILE`",
  );

export const executableConfig = (file: string): Diagnostic =>
  error(
    "ODE5034",
    `${file} is code, and \`--safe-config\` runs none`,
    "write the options into odegrad.config.json, or leave the flag out",
  );

export const outOfDate = (files: readonly string[], command: string): Diagnostic =>
  error(
    "ODE5035",
    `${files.length === 1 ? "a generated file is" : `${files.length} generated files are`} out of date: ${files.join(", ")}`,
    `run \`${command}\``,
  );

export const modelOutside = (file: string): Diagnostic =>
  error(
    "ODE5036",
    `${file} lies outside this folder, so it has no place in the output folder`,
    "run the build in a folder above all models, or use `odegrad compile FILE --out-dir DIR`",
  );

/** `prefix`: that which makes the names the same, and whether the command line has it or the configuration. */
export const sameOutput = (
  file: string,
  one: { readonly name: string; readonly source: string },
  other: { readonly name: string; readonly source: string },
  prefix: { readonly isFlag: boolean } | undefined,
): Diagnostic =>
  error(
    "ODE5037",
    `${one.source === other.source ? `two models of ${one.source}` : `${one.source} and ${other.source}`} would both be generated as ${file}`,
    one.name !== other.name
      ? "give one of the models another name: letter case does not tell files apart everywhere"
      : prefix !== undefined
        ? `leave ${prefix.isFlag ? "`--prefix`" : "`prefix` of the configuration"} out, and the files are named after the models`
        : "give one of the models another name, or its file another folder",
  );
