/**
 * Check 4: the loss of the model run as it is written, un-compiled, equals the compiled loss. The model's text and what
 * it imports are stripped of their types into a temporary folder and run there in a process of their own, with no
 * environment and bounded time and memory: this process never executes a model.
 */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { ts } from "ts-morph";
import { temporaryFolder } from "../execute/temporary-folder.ts";
import { type Check, skipped, within } from "./check.ts";

const title = "un-compiled loss equals compiled loss";

export interface PlainRun {
  readonly file: string;
  readonly text: string;
  /** Reads what the model imports, by path relative to the working directory. */
  readonly read: (path: string) => string | undefined;
  readonly model: string;
  /** Options of the un-compiled `simulate`: method, t0, t1, steps, params, state, inputs, data, times. */
  readonly options: object;
}

const seconds = 120;

// A default export has the name of its file, which a helper of the file may have too.
const runner = `import { readFileSync } from "node:fs";
const { name, options } = JSON.parse(readFileSync(0, "utf8"));
const exported = await import("./m0.mjs");
const model = [exported[name], exported.default].find((each) => typeof each?.loss === "function");
process.stdout.write(JSON.stringify({ value: model.loss(options) }));
`;

/** `size`: what rounding of the loss is relative to, at the least. */
export function uncompiledLoss(run: PlainRun, compiled: number, size = 0): Check {
  const { path: folder, remove } = temporaryFolder("plain");
  try {
    strip(run, folder);
    fs.writeFileSync(path.join(folder, "run.mjs"), runner);
    const made = spawnSync(process.execPath, ["--max-old-space-size=1024", "run.mjs"], {
      cwd: folder,
      env: {},
      input: JSON.stringify({ name: run.model, options: run.options }),
      encoding: "utf8",
      timeout: seconds * 1000,
      maxBuffer: 1 << 24,
    });
    if (made.signal !== null) return skipped(4, title, `it took longer than ${seconds} s`);
    if (made.status !== 0) {
      // Methods that only generated code has refuse to run un-compiled, and say so.
      const line = made.stderr.split("\n").find((each) => /^\w*Error/.test(each)) ?? made.stderr.trim();
      if (line.includes("not compiled")) return skipped(4, title, line);
      return { number: 4, title, outcome: "fail", figure: "no value", detail: line };
    }
    const value = (JSON.parse(made.stdout) as { value: number | null }).value ?? Number.NaN;
    const sizes = [Math.abs(value), Math.abs(compiled), Number.isFinite(size) ? size : 0, Number.MIN_VALUE];
    const gap = Math.abs(value - compiled) / Math.max(...sizes);
    return within(4, title, gap, 1e-12, "the model's own text, run by the engine with the reference solve");
  } finally {
    remove();
  }
}

/** Writes the model as m0.mjs and every local import beside it, with their specifiers changed to match. */
function strip(run: PlainRun, folder: string): void {
  const library = pathToFileURL(createRequire(import.meta.url).resolve("odegrad")).href;
  const names = new Map<string, string>([[run.file, "m0.mjs"]]);
  const queue: { readonly file: string; readonly text: string }[] = [{ file: run.file, text: run.text }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { file, text } = next;
    const own = names.get(file)!;
    if (own.endsWith(".json")) {
      fs.writeFileSync(path.join(folder, own), text);
      continue;
    }
    let changed = text;
    // From the back, so that earlier positions stay right.
    for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles.reverse()) {
      // The place is that of the opening quotation mark.
      const [from, to] = [pos + 1, pos + 1 + fileName.length];
      if (changed.slice(from, to) !== fileName) continue;
      const target = fileName === "odegrad" ? library : local(run, file, fileName, names, queue);
      if (target !== undefined) changed = changed.slice(0, from) + target + changed.slice(to);
    }
    const { outputText } = ts.transpileModule(changed, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    fs.writeFileSync(path.join(folder, own), outputText);
  }
}

/** The name a local import has in the folder, queueing its text when it is met first. */
function local(
  run: PlainRun,
  from: string,
  specifier: string,
  names: Map<string, string>,
  queue: { readonly file: string; readonly text: string }[],
): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const plain = path.posix.join(path.posix.dirname(from.replace(/\\/g, "/")), specifier);
  const candidates = [plain, plain.replace(/\.js$/, ".ts"), `${plain}.ts`, `${plain}/index.ts`];
  for (const file of candidates) {
    const known = names.get(file);
    if (known !== undefined) return `./${known}`;
    const text = run.read(file);
    if (text === undefined) continue;
    const name = `m${names.size}${file.endsWith(".json") ? ".json" : ".mjs"}`;
    names.set(file, name);
    queue.push({ file, text });
    return `./${name}`;
  }
  return undefined;
}
