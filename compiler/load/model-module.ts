/**
 * Modules of Node from TypeScript: a model's file compiled in place, and what it imports without types. In: the path of a file. Out:
 * JavaScript with its source map inside. Reads files; throws what is wrong with a model as an error whose text is the diagnostics,
 * and prints warnings where Node prints its own.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Source } from "../compile.ts";
import { ofModels, withConfig } from "../config.ts";
import { formatDiagnostic } from "../diagnostics/codeframe.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { withoutTypes } from "../frontend/in-place.ts";
import type { CommandOptions, Options } from "../options.ts";
import { askedBy, secondary } from "../secondary.ts";
import { transform } from "../transform.ts";
import { thrown } from "./thrown.ts";

export interface ModelModule {
  readonly code: string;
  /** Absolute paths of the files that the model imports. */
  readonly helpers: readonly string[];
}

/**
 * @param config what was configured
 * @param isCommon as a module of CommonJS
 */
export function modelModule(file: string, config: CommandOptions, isCommon = false): ModelModule {
  const source = sourceOf(file);
  const { code, map, diagnostics, imported } = transform(source, { ...under(config), common: isCommon });
  report(diagnostics, source, imported);
  const helpers = [...imported.keys()].map((each) => path.resolve(each));
  if (code === undefined) return { code: plainModule(file, isCommon), helpers };
  return { code: withMap(code, JSON.stringify(map)), helpers };
}

/** Generated text as a module: `id` is the path of a model's file with the question behind it, `x.ode.ts?c`. */
export function textModule(id: string, config: CommandOptions): string {
  const source = sourceOf(id.slice(0, id.indexOf("?")));
  const { target, model } = askedBy(id);
  const { code, diagnostics, imported } = secondary(source, target, model, under(config));
  report(diagnostics, source, imported);
  return code!;
}

/** What of a configuration concerns a model that is imported. */
const under = (config: CommandOptions): Options => withConfig({}, config, ofModels);

/** The file under a name from the working directory, as messages print it. */
function sourceOf(file: string): Source {
  const name = path.relative(process.cwd(), file).split(path.sep).join("/");
  return { file: name, text: fs.readFileSync(file, "utf8"), host: { read } };
}

/** @throws Error with what is wrong; what is not quite right is printed. */
function report(
  diagnostics: readonly Diagnostic[],
  { file, text }: Source,
  imported: ReadonlyMap<string, string>,
): void {
  const textOf = (wanted: string) => (wanted === file ? text : imported.get(wanted));
  for (const each of diagnostics) if (each.severity === "warning") warn(formatDiagnostic(each, textOf));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw thrown(errors, textOf);
}

/** Where Node would warn. Its own warnings are lost when a program ends before the thread of the hooks has printed them. */
function warn(text: string): void {
  if (process.listenerCount("warning") > 0) fs.writeSync(2, `${text}\n`);
}

/** A TypeScript module that is no model's. */
export function plainModule(file: string, isCommon = false): string {
  const { code, map } = withoutTypes(path.basename(file), fs.readFileSync(file, "utf8"), isCommon);
  return withMap(code, map);
}

const withMap = (code: string, map: string): string =>
  `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`;

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
