/**
 * `odegrad build`: generated code for every model of the configuration. All files are written together, or none; a file that would
 * not change is not touched; what was built of models that are gone is removed.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { outOfDate } from "../diagnostics/build-messages.ts";
import { badUsage, nothingEmitted } from "../diagnostics/command-messages.ts";
import { emptyTargets } from "../emission.ts";
import type { CommandOptions } from "../options.ts";
import { writeTogether } from "./atomic-write.ts";
import { type BuildResult, buildFiles, Known } from "./build-files.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { configState } from "./load-config.ts";
import {
  type Manifest,
  manifestName,
  manifestText,
  readManifest,
  removeAbandoned,
  removeBuilt,
} from "./manifest.ts";
import { styleOf } from "./model-file.ts";
import { modelFiles } from "./model-files.ts";
import { formatJson } from "./number.ts";
import { formatDiagnostics } from "./report.ts";
import { firstDifference } from "./short-diff.ts";
import { type Context, Failure } from "./streams.ts";

export async function run(
  globs: readonly string[],
  options: CommandOptions,
  context: Context,
  /** The options once more, under the configuration as it is then. */
  settled: () => Promise<CommandOptions>,
): Promise<ExitCode> {
  const modes = [options.watch, options.check, options.clean].filter((each) => each === true);
  if (modes.length > 1) {
    throw new Failure(exitCode.usage, [
      badUsage("`--watch`, `--check` and `--clean` do different things", "give one of them"),
    ]);
  }
  const build = new Build(globs, options, context);
  if (options.clean === true) return build.clean();
  if (options.watch === true) {
    const { watch } = await import("./watch.ts");
    const configuration = () => configState(process.cwd(), options.config);
    return watch(build, context, configuration, async () => new Build(globs, await settled(), context));
  }
  return options.check === true ? build.check() : build.write();
}

export class Build {
  readonly outDir: string;
  readonly #globs: readonly string[];
  readonly #options: CommandOptions;
  readonly #context: Context;
  readonly #known = new Known();
  /** What the latest build read. */
  read: ReadonlySet<string> = new Set();

  constructor(globs: readonly string[], options: CommandOptions, context: Context) {
    this.#globs = globs;
    this.#options = options;
    this.#context = context;
    this.outDir = options.outDir ?? "generated";
  }

  /** Folders in which a new model would be part of this build. */
  get folders(): string[] {
    const patterns = this.#globs.length > 0 ? this.#globs : (this.#options.include ?? ["."]);
    const bases = patterns.map((pattern) => {
      const fixed = pattern.split("/").findIndex((part) => /[*?]/.test(part));
      const base = fixed < 0 ? pattern : pattern.split("/").slice(0, fixed).join("/");
      const folder = base === "" ? (pattern.startsWith("/") ? "/" : ".") : base;
      return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
        ? folder
        : path.dirname(folder);
    });
    return [...new Set(bases)].sort();
  }

  /** Builds without writing; diagnostics are shown, and errors end the command. */
  #built(): BuildResult {
    // A build of everything is right without a model: the last one may just have been removed.
    const isWhole = this.#globs.length === 0 && this.#options.include === undefined;
    const patterns = this.#globs.length > 0 ? this.#globs : (this.#options.include ?? ["**/*.ode.ts"]);
    let models: string[];
    try {
      models = modelFiles(patterns);
    } catch (error) {
      if (!(isWhole && error instanceof Failure && readManifest(this.outDir).size > 0)) throw error;
      models = [];
    }
    const empty = emptyTargets(this.#options);
    if (empty.length > 0)
      throw new Failure(exitCode.usage, [nothingEmitted(empty, this.#options.emit ?? [])]);
    const result = buildFiles(models, this.#options, this.#context, this.#known);
    const { diagnostics, fault } = result;
    this.read = result.read;
    if (diagnostics.some(({ severity }) => severity === "error"))
      throw new Failure(fault === "options" ? exitCode.usage : exitCode.model, diagnostics);
    if (diagnostics.length > 0) {
      const { sources, colorError } = this.#context;
      this.#context.note(formatDiagnostics(diagnostics, sources, styleOf(this.#options), colorError));
    }
    return result;
  }

  /** The list after this build, and what of the old one is left over. */
  #manifest({ files, read }: BuildResult): {
    readonly manifest: Manifest;
    readonly stale: readonly string[];
  } {
    const before = readManifest(this.outDir);
    const now = new Map(files.map(({ name, source }) => [name, source]));
    // A build of some models leaves those of others alone, unless they are gone.
    const isOurs = (source: string): boolean =>
      this.#globs.length === 0 || read.has(source) || !fs.existsSync(source);
    const stale = [...before]
      .filter(([name, source]) => !now.has(name) && isOurs(source))
      .map(([name]) => name);
    const kept = [...before].filter(([name]) => !now.has(name) && !stale.includes(name));
    return { manifest: new Map([...kept, ...now]), stale };
  }

  /** Builds and writes. */
  write(): ExitCode {
    const result = this.#built();
    const { manifest, stale } = this.#manifest(result);
    const place = (name: string) => ({ path: path.join(this.outDir, name), root: this.outDir });
    const list = { ...place(manifestName), text: manifestText(manifest) };
    const files = result.files.map(({ name, text }) => ({ ...place(name), text }));
    const written = writeTogether(manifest.size > 0 || stale.length > 0 ? [...files, list] : files);
    const removed = removeBuilt(this.outDir, stale);
    removeAbandoned(this.outDir, [...manifest.keys(), manifestName]);
    const changed = new Set(written);
    const rows = result.files.map(({ name, source }) => ({
      file: path.join(this.outDir, name),
      model: source,
      changed: changed.has(fs.realpathSync(path.join(this.outDir, name))),
    }));
    if (this.#options.json === true) {
      this.#context.print(`${formatJson({ version: 1, files: rows, removed })}\n`);
    } else {
      for (const { file, changed } of rows) if (changed) this.#context.note(`${file}\n`);
      for (const name of removed) this.#context.note(`${path.join(this.outDir, name)} removed\n`);
      const count = rows.filter((row) => row.changed).length;
      this.#context.note(`${rows.length} files, ${count} changed\n`);
    }
    return exitCode.ok;
  }

  /** Compares with what is on disk. */
  check(): ExitCode {
    const result = this.#built();
    const { stale } = this.#manifest(result);
    const findings = [
      ...result.files.flatMap(({ name, text }) => {
        const file = path.join(this.outDir, name);
        const old = textOf(file);
        if (old === undefined) return [{ file, why: "missing" }];
        // A checkout may have changed line ends.
        return old.replaceAll("\r\n", "\n") === text ? [] : [{ file, why: firstDifference(old, text) }];
      }),
      ...stale.map((name) => ({ file: path.join(this.outDir, name), why: "its model is gone" })),
    ];
    if (this.#options.json === true)
      this.#context.print(`${formatJson({ version: 1, outOfDate: findings })}\n`);
    if (findings.length === 0) {
      this.#context.note(`${result.files.length} files are up to date\n`);
      return exitCode.ok;
    }
    for (const { file, why } of findings) this.#context.complain(`${file}: ${why}\n`);
    // Other options build other files, and remove those that are here.
    const words = (this.#context.words ?? []).filter((word) => word !== "--check" && word !== "--json");
    const command = ["odegrad", ...words.map(quoted)].join(" ");
    const { sources, colorError } = this.#context;
    const diagnostic = outOfDate(
      findings.map(({ file }) => file),
      command,
    );
    this.#context.complain(formatDiagnostics([diagnostic], sources, styleOf(this.#options), colorError));
    return exitCode.outOfDate;
  }

  /** Removes what was built; of some models alone, where patterns say which. */
  clean(): ExitCode {
    const before = readManifest(this.outDir);
    const ours = this.#globs.length === 0 ? undefined : new Set(modelFiles(this.#globs));
    const left = new Map([...before].filter(([, source]) => ours !== undefined && !ours.has(source)));
    const names = [...before.keys()].filter((name) => !left.has(name));
    const removed = removeBuilt(this.outDir, left.size === 0 ? [...names, manifestName] : names);
    if (left.size > 0 && removed.length > 0)
      writeTogether([
        { path: path.join(this.outDir, manifestName), root: this.outDir, text: manifestText(left) },
      ]);
    if (fs.existsSync(this.outDir) && fs.readdirSync(this.outDir).length === 0) fs.rmdirSync(this.outDir);
    const built = removed.filter((name) => name !== manifestName);
    if (this.#options.json === true) this.#context.print(`${formatJson({ version: 1, removed: built })}\n`);
    this.#context.note(`${built.length} files removed\n`);
    return exitCode.ok;
  }
}

/** A word as a shell takes it for one. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

function textOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
