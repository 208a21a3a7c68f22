/**
 * `odegrad fit`: minimises the loss over what `wrt` leaves to be differentiated, by default parameters, initial state
 * and inputs. The optimiser sees each number divided by its size at the start, so that rates of 0.02 and populations of
 * 30 move alike, and the loss in a unit in which its first gradient is of size 1, so that no fit hangs on the units of
 * the data. Answers in the shapes of `--params`, `--state` and `--inputs`, so a fit can be run or gone on from.
 */

import { adam, lbfgs, type Objective, type Progress } from "../../runtime/optimisers.ts";
import { badUsage, solveStopped } from "../diagnostics/command-messages.ts";
import { defaultProblem, type Engine, type Gradients, type Problem } from "../execute/problem.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import { type Module, type Solver, status } from "../module.ts";
import type { CommandOptions } from "../options.ts";
import { isDifferentiated, wrtPaths } from "../resolve.ts";
import { writeTogether } from "./atomic-write.ts";
import { requireField } from "./eval.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile, openJavaScript, requireLoss } from "./model-file.ts";
import { formatJson, type Json, shortNumber } from "./number.ts";
import { atPoints, pointsOf } from "./points.ts";
import { progressBar } from "./progress.ts";
import { nestedInput, nestedRecord } from "./records.ts";
import { perSample } from "./samples.ts";
import { requireFinished, solverJson } from "./solve-report.ts";
import { type Context, Failure } from "./streams.ts";
import { withFiles } from "./values.ts";

const defaultIterations = { lbfgs: 500, adam: 2000 } as const;
/** Of Adam. */
const usualRate = 0.01;

export async function run(
  [file]: readonly string[],
  asked: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const points = pointsOf(asked, context);
  const options = points === undefined ? asked : { ...asked, batch: points.length };
  if (options.target !== undefined && (options.target.length !== 1 || options.target[0] !== "js")) {
    throw new Failure(exitCode.usage, [
      badUsage("a fit runs the generated JavaScript", "leave `--target` out"),
    ]);
  }
  if (options.rate !== undefined && options.optimizer !== "adam") {
    throw new Failure(exitCode.usage, [
      badUsage(
        "`--rate` is of adam; lbfgs finds the length of each step itself",
        "use `--optimizer adam` with it, or leave it out",
      ),
    ]);
  }
  const ready = buildFile(file!, options, context);
  const { module } = ready;
  requireLoss(module);
  if (points !== undefined) requireField(ready);
  requireVariables(module, context);
  const plain = withFiles(defaultProblem(module.model, module.solver), module.model, options, context);
  const problem = atPoints(plain, module.model, points);
  const engine = await openJavaScript(ready, options);
  const first = engine.gradient(problem);
  requireFinished(first, "gradient", module);
  requireFinite(first, module);

  const fitted = minimise(module, problem, first, engine, options, context);
  const values = valuesJson(module, fitted.problem);
  if (options.out !== undefined) {
    writeTogether([{ path: options.out, text: `${formatJson(values)}\n` }]);
    context.note(`wrote ${options.out}\n`);
  }
  context.print(
    options.json === true
      ? `${formatJson({
          version: 1,
          model: module.model.name,
          value: fitted.value,
          start: fitted.start,
          iterations: fitted.iterations,
          evaluations: fitted.evaluations,
          status: fitted.status,
          gradientNorm: fitted.gradientNorm,
          ...(values as { [key: string]: Json }),
          // Only a run knows how many steps it takes: that of the last point.
          solver: solverJson(ready, options, "js", "gradient", engine.gradient(fitted.problem)),
        })}\n`
      : table(module, problem, fitted),
  );
  return exitCode.ok;
}

/** A fit of nothing would be over at once and look like a good one. What `wrt` names besides, the interval say, stays. */
function requireVariables({ model, solver }: Module, context: Context): void {
  const own = wrtPaths(model);
  const still = (solver.wrt ?? []).filter((path) => !own.includes(path));
  if (!own.some((path) => isDifferentiated(solver, path.split(".")))) {
    const records = own.filter((path) => !path.includes("."));
    throw new Failure(exitCode.usage, [
      badUsage(
        `nothing is left for \`fit\` to move${still.length === 0 ? "" : `: ${still.join(", ")} it leaves as given`}`,
        records.length === 0
          ? "give the model `params`"
          : `name what it moves, whole or in part: \`--wrt ${records.join(",")}\``,
      ),
    ]);
  }
  if (still.length > 0) context.note(`not moved by a fit: ${still.join(", ")}\n`);
}

/** No optimiser goes on from where the loss or its gradient is no number: there is nothing to compare a step with. */
function requireFinite({ value, params, state0, inputs }: Gradients, { model }: Module): void {
  const isSound = [params, state0, inputs].every((each) => each.every(Number.isFinite));
  if (Number.isFinite(value) && isSound) return;
  const also = Number.isFinite(value) ? ", and its gradient is not finite" : "";
  throw new Failure(exitCode.model, [
    solveStopped(
      "fit",
      `the loss where it starts is ${shortNumber(value)}${also}`,
      "start where the loss is a number, with other `--params`, `--state` or `--inputs`; `odegrad grad` shows it there",
      model.span,
    ),
  ]);
}

interface Fitted {
  readonly problem: Problem;
  readonly value: number;
  /** Loss before the first iteration. */
  readonly start: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly status: string;
  readonly gradientNorm: number;
}

/** One number that moves: where it lives and its size. */
interface Variable {
  readonly record: "params" | "state0" | "inputs";
  readonly index: number;
  readonly scale: number;
}

function minimise(
  module: Module,
  start: Problem,
  at: Gradients,
  engine: Engine,
  options: CommandOptions,
  context: Context,
): Fitted {
  const variables = variablesOf(module, start);
  const current: Problem = {
    ...start,
    params: start.params.slice(),
    state0: start.state0.slice(),
    inputs: start.inputs.slice(),
  };
  const place = (x: Float64Array): void => {
    variables.forEach(({ record, index, scale }, i) => {
      current[record][index] = x[i]! * scale;
    });
  };
  const unit = unitOf(variables, at);
  const objective: Objective = (x, gradient) => {
    place(x);
    const answer = engine.gradient(current);
    variables.forEach(({ record, index, scale }, i) => {
      gradient[i] = (answer[record][index]! * scale) / unit;
    });
    // The search steps back from where the solve cannot go.
    return answer.status === status.ok ? answer.value / unit : Number.POSITIVE_INFINITY;
  };
  const first = Float64Array.from(variables, ({ record, index, scale }) => start[record][index]! / scale);

  const optimizer = options.optimizer ?? "lbfgs";
  const iterations = options.iterations ?? defaultIterations[optimizer];
  const rate = options.rate ?? usualRate;
  const bar = progressBar(context);
  let startValue = Number.NaN;
  const onIteration = ({ iteration, value: scaled }: Progress): void => {
    const value = scaled * unit;
    if (iteration === 0) startValue = value;
    bar.show(iteration / iterations, `${optimizer} ${iteration}/${iterations}  loss ${shortNumber(value)}`);
  };
  const found =
    optimizer === "lbfgs"
      ? lbfgs(objective, first, { iterations, onIteration })
      : adam(objective, first, { iterations, onIteration, learningRate: rate });
  bar.end();
  // Adam takes its steps blindly; the last point from which it went astray is no fit.
  if (found.status === "not finite") {
    throw new Failure(exitCode.model, [
      solveStopped(
        "fit",
        `the loss or its gradient is not finite any more after step ${found.iteration + 1} of ${optimizer}`,
        `take shorter steps: \`--rate ${rate > usualRate ? usualRate : Number((rate / 10).toPrecision(2))}\``,
        module.model.span,
      ),
    ]);
  }
  place(found.x);
  return {
    problem: current,
    value: found.value * unit,
    start: startValue,
    iterations: found.iteration,
    evaluations: found.evaluations,
    status: found.status,
    gradientNorm: found.gradientNorm * unit,
  };
}

/** The size of the gradient at the start, as a power of two: dividing by it changes no bit but those of the exponent. */
function unitOf(variables: readonly Variable[], { value, ...at }: Gradients): number {
  const size = variables.reduce(
    (most, { record, index, scale }) => Math.max(most, Math.abs(at[record][index]! * scale)),
    // Beside an even larger loss the quotient would be infinite.
    Math.max(Number.MIN_VALUE, Math.abs(value) * 2 ** -900),
  );
  return 2 ** Math.max(-1000, Math.floor(Math.log2(size)));
}

function variablesOf({ model, solver }: Module, start: Problem): Variable[] {
  const variables: Variable[] = [];
  const add = (record: Variable["record"], head: string, leaf: Leaf, words: number): void => {
    if (!isDifferentiated(solver, [head, ...leaf.path])) return;
    const values = start[record].subarray(leaf.offset, leaf.offset + words);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // What is small or zero among others can grow as large as they are; a leaf of zeros says nothing, so 1.
    const least = words === 1 ? 0 : largest / 4;
    for (let i = 0; i < words; i++) {
      variables.push({ record, index: leaf.offset + i, scale: Math.max(Math.abs(values[i]!), least) || 1 });
    }
  };
  for (const leaf of model.params) add("params", "params", leaf, sizeOf(leaf.shape));
  for (const leaf of statesOf(model, solver)) add("state0", "state", leaf, sizeOf(leaf.shape));
  for (const input of model.inputs) {
    for (const leaf of input.leaves) add("inputs", "inputs", leaf, input.count * sizeOf(leaf.shape));
  }
  return variables;
}

/** Leaves of the state of every sample, where they stand in the flat record. */
function statesOf(model: Model, { batch = 1 }: Solver): Leaf[] {
  const words = model.state.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return Array.from({ length: batch }, (_, b) =>
    model.state.map((leaf) => ({ ...leaf, offset: b * words + leaf.offset })),
  ).flat();
}

function valuesJson({ model, solver }: Module, problem: Problem): Json {
  return {
    params: model.params.length === 0 ? undefined : nestedRecord(model.params, problem.params),
    state:
      model.initial === undefined
        ? perSample(problem.state0, solver, (words) => nestedRecord(model.state, words))
        : undefined,
    inputs: model.inputs.length === 0 ? undefined : inputsJson(model, problem),
  };
}

const inputsJson = (model: Model, problem: Problem): Json =>
  Object.fromEntries(model.inputs.map((input) => [input.name, nestedInput(input, problem.inputs)]));

/** Numbers of a large leaf say little; its first ones are shown. */
const shown = 8;

function table({ model, solver }: Module, start: Problem, fitted: Fitted): string {
  const rows: string[][] = [["", "start", "fitted"]];
  const add = (record: "params" | "state0" | "inputs", head: string, leaf: Leaf, words: number): void => {
    if (!isDifferentiated(solver, [head, ...leaf.path])) return;
    for (let i = 0; i < Math.min(words, shown); i++) {
      const at = leaf.offset + i;
      const name = `${[head, ...leaf.path].join(".")}${words === 1 ? "" : `[${i}]`}`;
      rows.push([name, shortNumber(start[record][at]!), shortNumber(fitted.problem[record][at]!)]);
    }
    if (words > shown) rows.push([`  … ${words - shown} more`, "", ""]);
  };
  for (const leaf of model.params) add("params", "params", leaf, sizeOf(leaf.shape));
  for (const leaf of statesOf(model, solver)) add("state0", "state", leaf, sizeOf(leaf.shape));
  for (const input of model.inputs) {
    for (const leaf of input.leaves) add("inputs", "inputs", leaf, input.count * sizeOf(leaf.shape));
  }
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, before, after]) =>
    `${name!.padEnd(widths[0]!)}  ${before!.padStart(widths[1]!)}  ${after!.padStart(widths[2]!)}`.trimEnd(),
  );
  return [
    `${model.name}  loss ${shortNumber(fitted.start)} -> ${shortNumber(fitted.value)}  (${fitted.status} after ${fitted.iterations} iterations, ${fitted.evaluations} gradients)`,
    "",
    ...lines,
    "",
  ].join("\n");
}
