/** `odegrad grad`: the loss and its gradient at a point, by the generated code of one target. */

import { badUsage } from "../diagnostics/command-messages.ts";
import { howInWords, type Ready } from "../emission.ts";
import type { Direction, Engine, Gradients, Problem } from "../execute/problem.ts";
import { defaultProblem } from "../execute/problem.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import type { Module } from "../module.ts";
import type { CommandOptions, Target } from "../options.ts";
import { intervalPaths, isDifferentiated } from "../resolve.ts";
import type { OutputFile } from "./atomic-write.ts";
import { compare } from "./compare.ts";
import {
  type CrossbarEngine,
  gradientError,
  openCrossbar,
  reportAsJson,
  reportAsText,
  tilesAsSvg,
} from "./crossbar.ts";
import { deliver } from "./deliver.ts";
import { requireField } from "./eval.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile, openEngine, readingOnce, requireLoss } from "./model-file.ts";
import { formatJson, type Json, shortNumber } from "./number.ts";
import { atPoints, pointsOf } from "./points.ts";
import { nestedInput, nestedRecord } from "./records.ts";
import { perSample, rowsOf } from "./samples.ts";
import { requireFinished, solverJson } from "./solve-report.ts";
import { type Context, Failure } from "./streams.ts";
import { withFiles } from "./values.ts";

export async function run(
  [file]: readonly string[],
  asked: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const given = readingOnce(context);
  const points = pointsOf(asked, given);
  const options = points === undefined ? asked : { ...asked, batch: points.length };
  const first = buildFile(file!, options, given);
  if (points !== undefined) requireField(first);
  requireLoss(first.module);
  const interval = intervalPaths.filter((path) => first.module.solver.wrt?.includes(path));
  const ready =
    interval.length === 0 || options.compare === true
      ? first
      : // What there is to be warned of has been said.
        buildFile(
          file!,
          { ...options, emit: ["solve", "gradient", "jvp"] },
          { ...given, complain: () => {} },
        );
  const { module } = ready;
  if (options.compare === true) {
    const problemOf = ({ module: { model, solver } }: Ready) =>
      withFiles(defaultProblem(model, solver), model, options, context);
    const { text, json } = await compare(file!, options, context, problemOf);
    const document = { version: 1, model: module.model.name, plans: json };
    deliver(options.json === true ? `${formatJson(document)}\n` : text, options, context);
    return exitCode.ok;
  }
  const plain = withFiles(defaultProblem(module.model, module.solver), module.model, options, context);
  const problem = atPoints(plain, module.model, points);
  const engine = await openEngine(ready, options, context);
  try {
    const gradients = engine.gradient(problem);
    requireFinished(gradients, "gradient", module);
    const ofInterval = intervalGradient(engine, problem, interval);
    const { crossbar } = engine;
    const error =
      crossbar &&
      gradientError(
        gradients,
        (await openCrossbar(ready, { ...options, device: "ideal" }, context)).gradient(problem),
      );
    const document = gradientDocument(ready, gradients, ofInterval, options, engine.target);
    const printed =
      options.json === true
        ? `${formatJson(crossbar && error ? { ...document, crossbar: reportAsJson(crossbar, error) } : document)}\n`
        : table(module, problem, gradients, ofInterval, engine.target) +
          (crossbar && error ? reportAsText(crossbar, error) : "");
    deliver(printed, options, context, tiles(options, module, crossbar));
    return exitCode.ok;
  } finally {
    engine.close();
  }
}

/** The picture of the tiles, where it is asked for. */
function tiles(
  { svg }: CommandOptions,
  { model }: Module,
  crossbar: CrossbarEngine | undefined,
): OutputFile[] {
  if (svg === undefined) return [];
  if (crossbar === undefined)
    throw new Failure(exitCode.usage, [
      badUsage(
        "only a gradient on a crossbar has a picture, that of its tiles",
        "use `--target crossbar` with `--svg`",
      ),
    ]);
  return [{ path: svg, text: tilesAsSvg(crossbar, `${model.name}: tiles`) }];
}

/** Derivatives of the loss for the interval and the observation times, as far as they are asked for. */
interface IntervalGradient {
  readonly t0?: number;
  readonly t1?: number;
  readonly times?: readonly number[];
}

/** One forward sweep for each of them: they are few. */
function intervalGradient(
  engine: Engine,
  problem: Problem,
  asked: readonly (typeof intervalPaths)[number][],
): IntervalGradient {
  const along = (direction: Direction): number => engine.jvp!(problem, direction).change.value;
  return {
    ...(asked.includes("t0") ? { t0: along({ t0: 1 }) } : {}),
    ...(asked.includes("t1") ? { t1: along({ t1: 1 }) } : {}),
    ...(asked.includes("times")
      ? {
          times: Array.from(problem.times, (_, k) =>
            along({ times: problem.times.map((_each, i) => (i === k ? 1 : 0)) }),
          ),
        }
      : {}),
  };
}

/** The JSON contract: these keys in this order. */
function gradientDocument(
  ready: Ready,
  gradients: Gradients,
  interval: IntervalGradient,
  options: CommandOptions,
  target: Target,
): { readonly [key: string]: Json | undefined } {
  const { module } = ready;
  return {
    version: 1,
    model: module.model.name,
    value: gradients.value,
    gradient: { ...gradientJson(module, gradients), ...interval },
    density: densityJson(module, gradients),
    solver: solverJson(ready, options, target, "gradient", gradients),
  };
}

/** Records in the shapes of the model; what is not differentiated is not listed. */
export function gradientJson(
  { model, solver }: Module,
  gradients: Gradients,
): { readonly [key: string]: Json | undefined } {
  const kept =
    (record: string) =>
    (leaf: Leaf): boolean =>
      isDifferentiated(solver, [record, ...leaf.path]);
  const inputs = model.inputs.filter((input) => input.leaves.some(kept("inputs")));
  return {
    params: model.params.some(kept("params"))
      ? nestedRecord(model.params, gradients.params, kept("params"))
      : undefined,
    state: model.state.some(kept("state"))
      ? perSample(gradients.state0, solver, (words) => nestedRecord(model.state, words, kept("state")))
      : undefined,
    inputs:
      inputs.length === 0
        ? undefined
        : Object.fromEntries(
            inputs.map((input) => [input.name, nestedInput(input, gradients.inputs, kept("inputs"))]),
          ),
  };
}

/** The density of the inputs that are differentiated, in their shapes; nothing where it was not asked for. */
function densityJson({ model, solver }: Module, { density }: Gradients): Json | undefined {
  if (density === undefined) return undefined;
  const kept = (leaf: Leaf): boolean => isDifferentiated(solver, ["inputs", ...leaf.path]);
  const inputs = model.inputs.filter((input) => input.leaves.some(kept));
  return {
    inputs: Object.fromEntries(inputs.map((input) => [input.name, nestedInput(input, density, kept)])),
  };
}

/** Rows of one leaf shown before the rest is counted only. */
const shown = 8;

function table(
  module: Module,
  problem: Problem,
  gradients: Gradients,
  interval: IntervalGradient,
  target: string,
): string {
  const { model, solver } = module;
  const rows: string[][] = [];
  const add = (
    record: string,
    leaf: Leaf,
    count: number,
    values: Float64Array,
    bars: Float64Array,
    sample = "",
  ): void => {
    if (!isDifferentiated(solver, [record, ...leaf.path])) return;
    const size = count * sizeOf(leaf.shape);
    const shape = count === 1 ? leaf.shape : [count, ...leaf.shape];
    for (let i = 0; i < Math.min(size, shown); i++) {
      rows.push([
        `${[record + sample, ...leaf.path].join(".")}${indices(i, shape)}`,
        shortNumber(values[leaf.offset + i]!),
        shortNumber(bars[leaf.offset + i]!),
      ]);
    }
    if (size > shown) rows.push([`  … ${size - shown} more`, "", ""]);
  };
  for (const leaf of model.params) add("params", leaf, 1, problem.params, gradients.params);
  const starts = rowsOf(problem.state0, solver);
  rowsOf(gradients.state0, solver).forEach((bars, b) => {
    const head = solver.batch === undefined ? "" : `[${b}]`;
    for (const leaf of model.state) add("state", leaf, 1, starts[b]!, bars, head);
  });
  for (const input of model.inputs) {
    for (const leaf of input.leaves) add("inputs", leaf, input.count, problem.inputs, gradients.inputs);
  }
  if (interval.t0 !== undefined) rows.push(["t0", shortNumber(problem.t0), shortNumber(interval.t0)]);
  if (interval.t1 !== undefined) rows.push(["t1", shortNumber(problem.t1), shortNumber(interval.t1)]);
  interval.times?.forEach((value, k) => {
    rows.push([`times[${k}]`, shortNumber(problem.times[k]!), shortNumber(value)]);
  });
  const all = [["", "value", "gradient"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map(
    ([name, value, bar]) =>
      `${name!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${bar!.padStart(widths[2]!)}`,
  );
  return [
    `${title(model)}  loss ${shortNumber(gradients.value)}`,
    `${howInWords(model, solver)}, target ${target}`,
    "",
    ...lines.map((line) => line.trimEnd()),
    "",
  ].join("\n");
}

const title = (model: Model): string => model.name;

/** `[1][2]` of a flat position in a shape. */
function indices(position: number, shape: readonly number[]): string {
  let rest = position;
  let text = "";
  for (let axis = 0; axis < shape.length; axis++) {
    const stride = sizeOf(shape.slice(axis + 1));
    text += `[${Math.floor(rest / stride)}]`;
    rest %= stride;
  }
  return text;
}
