/**
 * Finds and loads the configuration of a folder: `odegrad.config.ts` and its kin, or `odegrad` in package.json. Looks in the folder
 * itself and never above it. A configuration that is code is run, as the user's own; `--safe-config` refuses it.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { checkConfig } from "../config.ts";
import { badConfig, executableConfig, severalConfigs } from "../diagnostics/build-messages.ts";
import { cannotRead } from "../diagnostics/command-messages.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { hookLoader } from "../load/loader.ts";
import type { CommandOptions } from "../options.ts";
import { reasonOf } from "./atomic-write.ts";
import { exitCode } from "./exit.ts";
import { Failure } from "./streams.ts";

const names = ["ts", "mts", "mjs", "js", "json"].map((ending) => `odegrad.config.${ending}`);

/** Files of a folder that may hold its configuration. */
export const configNames: readonly string[] = [...names, "package.json"];

export interface Loaded {
  readonly config: CommandOptions;
  /** Where it was found. */
  readonly file: string | undefined;
}

/** The checked configuration of a folder, empty where there is none. Throws `Failure`. */
export async function loadConfig(
  folder: string,
  { config: named, safeConfig }: Pick<CommandOptions, "config" | "safeConfig">,
): Promise<Loaded> {
  const file = named === undefined ? find(folder) : path.resolve(folder, named);
  if (file === undefined) return { config: {}, file };
  const shown = path.relative(folder, file).split(path.sep).join("/");
  const isCode = !file.endsWith(".json");
  if (isCode && safeConfig === true) fail(executableConfig(shown));
  const raw = isCode ? await run(file, shown) : parse(file, shown);
  const { config, diagnostics } = checkConfig(raw, shown);
  if (diagnostics.length > 0) fail(...diagnostics);
  return { config, file };
}

/**
 * The files that say what the configuration of a folder is, and a text that is another one when it is: for those who go on while it
 * changes. What a configuration that is code imports does not count.
 */
export function configState(
  folder: string,
  named: string | undefined,
): { readonly files: readonly string[]; readonly text: string } {
  const files = named === undefined ? found(folder) : [path.resolve(folder, named)];
  const texts = files.map((file) => (isManifest(file) ? inPackage(file) : textOf(file)));
  return { files, text: JSON.stringify([files, texts]) };
}

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function fail(...diagnostics: readonly Diagnostic[]): never {
  throw new Failure(exitCode.usage, diagnostics);
}

function find(folder: string): string | undefined {
  const files = found(folder);
  if (files.length > 1) fail(severalConfigs(files.map((file) => path.basename(file))));
  return files[0];
}

/** The files of a folder that hold a configuration; more than one is a mistake. */
function found(folder: string): string[] {
  const files = names.map((name) => path.join(folder, name)).filter((file) => fs.existsSync(file));
  const manifest = path.join(folder, "package.json");
  return inPackage(manifest) === undefined ? files : [...files, manifest];
}

const isManifest = (file: string): boolean => path.basename(file) === "package.json";

/** What package.json holds under `odegrad`. One that cannot be read is none of ours. */
function inPackage(file: string): unknown {
  try {
    const { odegrad } = JSON.parse(fs.readFileSync(file, "utf8"));
    return odegrad;
  } catch {
    return undefined;
  }
}

function parse(file: string, shown: string): unknown {
  if (isManifest(file)) return inPackage(file);
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return fail(badConfig(shown, error.message, "write valid JSON"));
    return fail(cannotRead(shown, reasonOf(error)));
  }
}

/** Configurations that the loader knows. */
const hooked = new Set<string>();

async function run(file: string, shown: string): Promise<unknown> {
  if (!fs.existsSync(file)) fail(cannotRead(shown, "no such file or folder"));
  if (!hooked.has(file)) await hookLoader({ configuration: file });
  hooked.add(file);
  // A second look at a file that changed must not be answered from the first.
  const version = fs.statSync(file).mtimeMs;
  try {
    const module = await import(`${pathToFileURL(file).href}?v=${version}`);
    return module.default;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(badConfig(shown, message, "it is run by Node as it stands: correct it there"));
  }
}
