/** `odegrad compile`: generated code for one model, to standard output or into files that are written together. */

import * as fs from "node:fs";
import * as path from "node:path";
import { badSymbol, badUsage, cannotWrite, nothingEmitted } from "../diagnostics/command-messages.ts";
import { emit, emptyTargets, linked, type Output, workspaceBytes } from "../emission.ts";
import type { CrossbarProgram } from "../emit/crossbar.ts";
import type { CommandOptions, Target } from "../options.ts";
import { planOf } from "../plan.ts";
import { type OutputFile, writeTogether } from "./atomic-write.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildWithValues } from "./model-file.ts";
import { formatJson } from "./number.ts";
import { type Context, Failure } from "./streams.ts";

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const targets: readonly Target[] = options.target ?? ["js"];
  checkPlaces(targets, options);
  const empty = emptyTargets(options);
  if (empty.length > 0) throw new Failure(exitCode.usage, [nothingEmitted(empty, options.emit ?? [])]);
  const ready = buildWithValues(file!, options, context);
  const stem = options.out === undefined ? undefined : stemFor(options.out, targets[0]!);
  const outputs = targets.flatMap((target) => emit(ready, target, options, stem));
  const files = filesOf(outputs, options);
  refuseSources(files ?? [], context);
  const written = files === undefined ? [] : writeTogether(files);
  const plan = planOf(ready.module, options, workspaceBytes(ready, targets[0]!, options));

  if (options.json === true) {
    const named = outputs.map(({ target, name, text }) => ({ target, name, bytes: Buffer.byteLength(text) }));
    const texts = files === undefined ? outputs.map(({ text }) => ({ text })) : [];
    context.print(
      `${formatJson({
        version: 1,
        model: ready.module.model.name,
        hash: ready.hash,
        outputs: named.map((each, i) => ({ ...each, file: files?.[i]?.path, ...texts[i] })),
        plan: { ...plan },
      })}\n`,
    );
    return exitCode.ok;
  }
  if (files === undefined) context.print(linked(outputs[0]!.text, undefined));
  for (const each of files ?? []) {
    // What was written is named without its links.
    const same = written.includes(fs.realpathSync(each.path)) ? "" : " (unchanged)";
    context.note(`${each.path}  ${Buffer.byteLength(each.text)} bytes${same}\n`);
  }
  const { field } = ready.module.model;
  context.note(
    field === undefined
      ? `gradient of ${plan.steps} ${plan.method} steps: ${plan.fieldEvaluations} field and ${plan.vjpEvaluations} vjp evaluations, ` +
          `${plan.checkpointBytes} bytes of checkpoints in ${plan.workspaceBytes} bytes of workspace\n`
      : `field at ${field.count} ${field.count === 1 ? "point" : "points"} a call: ${plan.workspaceBytes} bytes of workspace\n`,
  );
  if (targets.includes("crossbar")) context.note(onArrays(outputs));
  return exitCode.ok;
}

/** What of a model is on arrays, and what stays digital that a reader would look for there. */
function onArrays(outputs: readonly Output[]): string {
  const { matrices, digital, counts } = JSON.parse(
    outputs.find(({ target, name }) => target === "crossbar" && name.endsWith(".json"))!.text,
  ) as CrossbarProgram;
  const names = matrices.map(
    ({ name, count, rows, columns }) =>
      `${name} ${rows} × ${columns}${count > 1 ? ` (${count} of them)` : ""}`,
  );
  const asked = counts["gradient"];
  const about = asked?.isBound === false ? "a gradient takes as many reads as its steps ask for" : undefined;
  const reads =
    asked === undefined
      ? undefined
      : `a gradient: ${asked.isStatic ? "" : "at most "}${asked.forwardReads} reads forward, ${asked.transposedReads} transposed, ${asked.outerProducts} outer products`;
  const left = digital.map(
    ({ matrix, line, reason }) =>
      `  ${matrix} is read digitally${line === undefined ? "" : ` in line ${line}`}: ${reason}\n`,
  );
  if (matrices.length === 0)
    return `no product with a matrix that stays while it solves: nothing is on an array\n${left.join("")}`;
  return `on arrays: ${names.join(", ")}${(about ?? reads) ? `; ${about ?? reads}` : ""}\n${left.join("")}`;
}

function checkPlaces(targets: readonly Target[], { out, outDir, prefix }: CommandOptions): void {
  const usage = (message: string, suggestion: string): never => {
    throw new Failure(exitCode.usage, [badUsage(message, suggestion)]);
  };
  if (prefix !== undefined && !/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(prefix)) {
    throw new Failure(exitCode.usage, [badSymbol(prefix)]);
  }
  if (out !== undefined && outDir !== undefined)
    usage("both a file and a folder are given", "give `--out` or `--out-dir`");
  if (out !== undefined && targets.length > 1)
    usage("several targets cannot be one file", "give `--out-dir DIR`");
  if (out === undefined && outDir === undefined && targets.length > 1) {
    usage("several targets cannot share standard output", "give `--out-dir DIR`");
  }
  if (out !== undefined && targets[0] === "c" && !/^[A-Za-z0-9_.-]+\.c$/.test(path.basename(out))) {
    usage(
      "the name of a C source ends in .c and holds letters, digits, `_`, `-` and `.` only",
      "give `--out NAME.c`",
    );
  }
  if (out === undefined && outDir === undefined && targets[0] === "c") {
    usage(
      "C is four files: a header, a source, a self-test and a description",
      "give `--out-dir DIR` or `--out NAME.c`",
    );
  }
  if (out !== undefined && targets[0] === "crossbar" && !out.endsWith(".crossbar.json"))
    usage("the name of a crossbar program ends in .crossbar.json", "give `--out NAME.crossbar.json`");
  if (out === undefined && outDir === undefined && targets[0] === "crossbar") {
    usage(
      "a crossbar program is two files: the program and its digital part",
      "give `--out-dir DIR` or `--out NAME.crossbar.json`",
    );
  }
}

/** A file that the model is read from is not written over: the JSON beside C may be called like its data. */
function refuseSources(files: readonly OutputFile[], { sources }: Context): void {
  const read = new Set([...sources.keys()].map((name) => path.resolve(name)));
  const own = files.find((file) => read.has(path.resolve(file.path)));
  if (own !== undefined)
    throw new Failure(exitCode.usage, [cannotWrite(own.path, "the model is read from it")]);
}

/** What the names of the files begin with: `--out name.c` is name.h, name.c, name_selftest.c and name.json. */
function stemFor(out: string, target: Target): string {
  const name = path.basename(out);
  const end = {
    js: /\.[cm]?js$/,
    ts: /\.[cm]?ts$/,
    c: /\.[ch]$/,
    crossbar: /\.crossbar\.json$/,
    ir: /\.ir\.txt$/,
  }[target];
  return name.replace(end, "");
}

/** Where each output goes; nothing where the one output goes to standard output. */
function filesOf(outputs: readonly Output[], { out, outDir }: CommandOptions): OutputFile[] | undefined {
  if (outDir !== undefined) {
    return outputs.map(({ name, text }) => ({ path: path.join(outDir, name), text, root: outDir }));
  }
  if (out === undefined) return undefined;
  const folder = path.dirname(out);
  return outputs.map(({ target, name, text }, i) => {
    if (target === "c" || target === "crossbar") return { path: path.join(folder, name), text };
    if (i > 0) return { path: `${out}.map`, text };
    return { path: out, text: outputs.length > 1 ? linked(text, `${path.basename(out)}.map`) : text };
  });
}
