/** `odegrad run`: simulates, and shows states and outputs at `times` as a table, JSON, CSV, or a drawing of every step. */

import { plotSvg, plotTerminal, type Series } from "../../runtime/plot.ts";
import { lower } from "../compile.ts";
import { badUsage } from "../diagnostics/command-messages.ts";
import type { Ready } from "../emission.ts";
import { defaultProblem, type Problem, type Solution } from "../execute/problem.ts";
import type { Model } from "../model.ts";
import { type Solver, stepsInWords } from "../module.ts";
import type { CommandOptions, Target } from "../options.ts";
import type { OutputFile } from "./atomic-write.ts";
import { deliver } from "./deliver.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile, hasLoss, openEngine, openJavaScript } from "./model-file.ts";
import { formatJson, formatNumber, type Json, shortNumber } from "./number.ts";
import { solutionsOf } from "./samples.ts";
import { requireFinished, solverJson } from "./solve-report.ts";
import { type Context, Failure } from "./streams.ts";
import { type Column, columnsOf, outputsJson, stateJson } from "./trajectory.ts";
import { withFiles } from "./values.ts";

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  if (options.json === true && options.csv === true) {
    throw new Failure(exitCode.usage, [
      badUsage("both JSON and CSV are asked for", "give `--json` or `--csv`"),
    ]);
  }
  if (options.batch !== undefined && (options.plot === true || options.svg !== undefined)) {
    throw new Failure(exitCode.usage, [
      badUsage("a batch is not drawn", "leave `--batch` out to draw one sample, or take `--csv`"),
    ]);
  }
  const ready = buildFile(file!, options, context);
  const { model } = ready.module;
  if (model.field !== undefined) {
    throw new Failure(exitCode.usage, [
      badUsage(
        `\`${model.name}\` is a field: there is nothing to simulate`,
        "`odegrad eval` gives its values",
      ),
    ]);
  }
  const problem = withFiles(defaultProblem(model, ready.module.solver), model, options, context);
  const drawn =
    options.plot === true || options.svg !== undefined ? await drawing(ready, problem, options) : [];
  const engine = await openEngine(ready, options, context);
  try {
    const solution = engine.solve(problem);
    requireFinished(solution, "solve", ready.module);
    const svg: OutputFile[] =
      options.svg === undefined
        ? []
        : [{ path: options.svg, text: plotSvg(drawn, { title: model.name, xLabel: "t" }) }];
    const plot = options.plot === true && options.json !== true && options.csv !== true;
    const picture = plot
      ? `${plotTerminal(drawn, { width: Math.min(context.columns, 100), colour: context.colorOut })}\n`
      : "";
    deliver(picture + text(ready, problem, solution, options, engine.target), options, context, svg);
    return exitCode.ok;
  } finally {
    engine.close();
  }
}

function text(
  ready: Ready,
  problem: Problem,
  solution: Solution,
  options: CommandOptions,
  target: Target,
): string {
  const { module } = ready;
  const { model, solver } = module;
  const times = Array.from(problem.times);
  const value = hasLoss(module) ? solution.value : null;
  const samples = solutionsOf(solution, solver);
  if (options.json === true) {
    return `${formatJson({
      version: 1,
      model: model.name,
      t: times,
      state: listed(
        samples.map((one) => stateJson(model, one)),
        solver,
      ),
      outputs: listed(
        samples.map((one) => outputsJson(model, one)),
        solver,
      ),
      value,
      solver: solverJson(ready, options, target, "solve", solution),
    })}\n`;
  }
  const columns = tableOf(model, times, samples, solver);
  if (options.csv === true) {
    const rows = columns[0]!.values.map((_, k) =>
      columns.map((column) => formatNumber(column.values[k]!)).join(","),
    );
    return [columns.map((column) => cell(column.name)).join(","), ...rows, ""].join("\n");
  }
  const title = `${model.name}${value === null ? "" : `  loss ${shortNumber(value)}`}`;
  const how = `${solver.method}, ${stepsInWords(solver)} from ${solver.t0} to ${solver.t1}, target ${target}`;
  return [title, how, "", ...table(columns), ""].join("\n");
}

/** A list of a batch, the thing itself without one. */
const listed = (all: readonly Json[], { batch }: Solver): Json => (batch === undefined ? all[0]! : [...all]);

/** Times and what there is at each; the samples of a batch stand below each other. */
function tableOf(
  model: Model,
  times: readonly number[],
  samples: readonly Solution[],
  { batch }: Solver,
): Column[] {
  const each = samples.map((one): Column[] => [{ name: "t", values: times }, ...columnsOf(model, one)]);
  const joined = each[0]!.map(({ name }, i) => ({ name, values: each.flatMap((one) => one[i]!.values) }));
  if (batch === undefined) return joined;
  const sample = { name: "sample", values: samples.flatMap((_, b) => times.map(() => b)) };
  return [sample, ...joined];
}

/** Columns of a wide state shown before the rest is counted only. */
const shown = 8;

function table(columns: readonly Column[]): string[] {
  const visible = columns.slice(0, shown + 1);
  const cells = visible.map((column) => [column.name, ...column.values.map(shortNumber)]);
  const widths = cells.map((column) => Math.max(...column.map((each) => each.length)));
  const lines = cells[0]!.map((_, row) =>
    cells.map((column, i) => column[row]!.padStart(widths[i]!)).join("  "),
  );
  const more = columns.length - visible.length;
  return more > 0 ? [...lines, `  … ${more} more columns (--csv and --json have them all)`] : lines;
}

/** A name with a comma or a quotation mark is quoted, as spreadsheets do. */
const cell = (name: string): string => (/[",\n]/.test(name) ? `"${name.replace(/"/g, '""')}"` : name);

/** Points of a drawn line at most, and lines of a drawing at most: more is neither seen nor told apart. */
const mostPoints = 800;
const mostLines = 8;

/** The solution on the step boundaries, as lines: `times` alone can be a single point. */
export async function drawing(ready: Ready, problem: Problem, options: CommandOptions): Promise<Series[]> {
  const { model, solver } = ready.module;
  // Adaptive steps are met at as many times as fill a terminal.
  const steps = solver.tolerance === undefined ? solver.steps : mostPoints / 4;
  const every = Math.ceil(steps / mostPoints);
  const count = Math.floor(steps / every) + 1;
  const h = (solver.t1 - solver.t0) / steps;
  const times = Array.from({ length: count }, (_, k) => solver.t0 + k * every * h);
  if ((count - 1) * every === steps) times[count - 1] = solver.t1;
  // A loss may speak of its observations by number, and a drawing has more of them.
  const dense = { ...model, times, loss: {} };
  const engine = await openJavaScript(
    { ...ready, module: lower(dense, solver) },
    { ...options, real: "double" },
  );
  const solution = engine.solve({ ...problem, times: Float64Array.from(times) });
  requireFinished(solution, "solve", ready.module);
  return columnsOf(dense, solution)
    .slice(0, mostLines)
    .map(({ name, values }) => ({ name, kind: "line", x: times, y: values }));
}
