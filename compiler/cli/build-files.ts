/**
 * What a build gives: for every model the files of every target, at their places in the output folder. In: models and options.
 * Out: files, none where a model has errors, and the diagnostics. Nothing is written.
 *
 * Files stand in the folders of their models. JavaScript is named after the file, and after the model too where the file has several;
 * C after the model, as its functions are.
 */

import * as path from "node:path";
import { buildAll } from "../compile.ts";
import { modelOutside, sameOutput } from "../diagnostics/build-messages.ts";
import { noModel } from "../diagnostics/command-messages.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { baseName, emit, stemOf } from "../emission.ts";
import { Kept } from "../kept.ts";
import type { CommandOptions } from "../options.ts";
import { sourceOf } from "./model-file.ts";
import type { Context } from "./streams.ts";

export interface BuiltFile {
  /** Below the output folder, with `/`. */
  readonly name: string;
  readonly text: string;
  /** The model's file. */
  readonly source: string;
}

export interface BuildResult {
  readonly files: readonly BuiltFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** Everything that was read: models and what they import. */
  readonly read: ReadonlySet<string>;
  /** Where the errors lie: in models, or in the options alone. */
  readonly fault: "model" | "options";
}

/**
 * What was built of a file, and from which texts, those included that were not there. A build that is asked again takes it where
 * nothing changed.
 */
interface Latest {
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly result: BuildResult;
}

/** What builds leave for those that are asked again. */
export class Known {
  /** By the model's file. */
  readonly latest = new Map<string, Latest>();
  readonly kept = new Kept();
}

export function buildFiles(
  models: readonly string[],
  options: CommandOptions,
  context: Context,
  known: Known,
): BuildResult {
  for (const model of known.latest.keys()) if (!models.includes(model)) known.latest.delete(model);
  const results = models.map((model) => buildFile(model, options, context, known));
  const files = results.flatMap((each) => each.files);
  const clashes = collisions(files, prefixOf(options, context));
  // What is wrong with the options is wrong for every model.
  const said = new Map(
    results.flatMap(({ diagnostics }) => diagnostics.map((each) => [JSON.stringify(each), each])),
  );
  const diagnostics = [...said.values(), ...clashes.map(({ diagnostic }) => diagnostic)];
  const isSound = diagnostics.every(({ severity }) => severity !== "error");
  return {
    files: isSound ? files : [],
    diagnostics,
    read: new Set(results.flatMap((each) => [...each.read])),
    fault: [...results, ...clashes].every(({ fault }) => fault === "options") ? "options" : "model",
  };
}

function buildFile(model: string, options: CommandOptions, context: Context, known: Known): BuildResult {
  const folder = path.relative(".", path.dirname(model)).split(path.sep).join("/");
  const source = sourceOf(model, options, context);
  const before = known.latest.get(model);
  if (before !== undefined && isSame(before.texts, source.text, model, source.host.read))
    return before.result;

  const { built, diagnostics, fault, imported, absent } = buildAll(source, options, {
    heads: known.kept.heads,
    earlier: (each) => known.kept.earlier(each),
    module: () => undefined,
  });
  const all = [
    ...diagnostics,
    ...(built.length === 0 && diagnostics.every(({ severity }) => severity !== "error")
      ? [noModel(model)]
      : []),
    ...(folder.startsWith("..") || path.isAbsolute(folder) ? [modelOutside(model)] : []),
  ];
  const place = folder === "" ? "" : `${folder}/`;
  const several = built.length > 1;
  const files = built.flatMap(({ ready, model: { name } }) => {
    if (ready === undefined) return [];
    const own = `${stemOf(baseName(model))}${several ? `.${name}` : ""}`;
    return (options.target ?? ["js"]).flatMap((target) =>
      emit(ready, target, options, target === "c" ? undefined : own).map((output) => ({
        name: `${place}${output.name}`,
        text: output.text,
        source: model,
      })),
    );
  });
  const result = { files, diagnostics: all, read: new Set([model, ...imported.keys()]), fault };
  const missing = [...absent].map((file) => [file, undefined] as const);
  known.latest.set(model, { texts: new Map([[model, source.text], ...imported, ...missing]), result });
  return result;
}

function isSame(
  texts: ReadonlyMap<string, string | undefined>,
  text: string,
  model: string,
  read: (file: string) => string | undefined,
): boolean {
  for (const [file, before] of texts) if ((file === model ? text : read(file)) !== before) return false;
  return true;
}

/** What names of C were asked to begin with, and where: that is where it can be left out. */
export interface Prefix {
  readonly text: string;
  readonly isFlag: boolean;
}

function prefixOf({ prefix }: CommandOptions, { words = [] }: Context): Prefix | undefined {
  const isFlag = words.some((word) => /^--prefix(=|$)/.test(word));
  return prefix === undefined ? undefined : { text: prefix, isFlag };
}

interface Clash {
  readonly diagnostic: Diagnostic;
  readonly fault: BuildResult["fault"];
}

/** Letter case and Unicode form do not tell files apart on every file system. Two models clash once, with however many files. */
function collisions(files: readonly BuiltFile[], prefix: Prefix | undefined): Clash[] {
  const seen = new Map<string, BuiltFile>();
  const clashes = new Map<string, Clash>();
  for (const file of files) {
    const key = file.name.normalize("NFC").toLowerCase();
    const other = seen.get(key);
    seen.set(key, file);
    if (other === undefined) continue;
    const isPrefixed =
      prefix !== undefined && other.name === file.name && baseName(file.name).startsWith(prefix.text);
    const diagnostic = sameOutput(file.name, other, file, isPrefixed ? prefix : undefined);
    const pair = JSON.stringify([other.source, file.source, isPrefixed]);
    if (!clashes.has(pair)) clashes.set(pair, { diagnostic, fault: isPrefixed ? "options" : "model" });
  }
  return [...clashes.values()];
}
