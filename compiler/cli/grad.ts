/** `odegrad grad`: the loss and its gradient at a point, by the generated code of one target. */

import type { Ready } from "../compile.ts";
import type { Gradients, Problem } from "../execute/problem.ts";
import { defaultProblem } from "../execute/problem.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import { type Module, stepsInWords } from "../module.ts";
import type { CommandOptions, Target } from "../options.ts";
import { isDifferentiated } from "../resolve.ts";
import { compare } from "./compare.ts";
import { deliver } from "./deliver.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile, openEngine, requireLoss } from "./model-file.ts";
import { formatJson, type Json, shortNumber } from "./number.ts";
import { nestedInput, nestedRecord } from "./records.ts";
import { requireFinished, solverJson } from "./solve-report.ts";
import type { Context } from "./streams.ts";
import { withFiles } from "./values.ts";

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const ready = buildFile(file!, options, context);
  const { module } = ready;
  requireLoss(module);
  if (options.compare === true) {
    const asked = ({ module: { model, solver } }: Ready) =>
      withFiles(defaultProblem(model, solver), model, options, context);
    const { text, json } = await compare(file!, options, context, asked);
    const document = { version: 1, model: module.model.name, plans: json };
    deliver(options.json === true ? `${formatJson(document)}\n` : text, options, context);
    return exitCode.ok;
  }
  const problem = withFiles(defaultProblem(module.model, module.solver), module.model, options, context);
  const engine = await openEngine(ready, options);
  try {
    const gradients = engine.gradient(problem);
    requireFinished(gradients, "gradient", module);
    const text =
      options.json === true
        ? `${formatJson(gradientDocument(ready, gradients, options, engine.target))}\n`
        : table(module, problem, gradients, engine.target);
    deliver(text, options, context);
    return exitCode.ok;
  } finally {
    engine.close();
  }
}

/** The JSON contract: these keys in this order. */
function gradientDocument(ready: Ready, gradients: Gradients, options: CommandOptions, target: Target): Json {
  const { module } = ready;
  return {
    version: 1,
    model: module.model.name,
    value: gradients.value,
    gradient: gradientJson(module, gradients),
    density: densityJson(module, gradients),
    solver: solverJson(ready, options, target, "gradient", gradients),
  };
}

/** Records in the shapes of the model; what is not differentiated is not listed. */
export function gradientJson({ model, solver }: Module, gradients: Gradients): Json {
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
      ? nestedRecord(model.state, gradients.state0, kept("state"))
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

function table(module: Module, problem: Problem, gradients: Gradients, target: string): string {
  const { model, solver } = module;
  const rows: string[][] = [];
  const add = (record: string, leaf: Leaf, count: number, values: Float64Array, bars: Float64Array): void => {
    if (!isDifferentiated(solver, [record, ...leaf.path])) return;
    const size = count * sizeOf(leaf.shape);
    const shape = count === 1 ? leaf.shape : [count, ...leaf.shape];
    for (let i = 0; i < Math.min(size, shown); i++) {
      rows.push([
        `${[record, ...leaf.path].join(".")}${indices(i, shape)}`,
        shortNumber(values[leaf.offset + i]!),
        shortNumber(bars[leaf.offset + i]!),
      ]);
    }
    if (size > shown) rows.push([`  … ${size - shown} more`, "", ""]);
  };
  for (const leaf of model.params) add("params", leaf, 1, problem.params, gradients.params);
  for (const leaf of model.state) add("state", leaf, 1, problem.state0, gradients.state0);
  for (const input of model.inputs) {
    for (const leaf of input.leaves) add("inputs", leaf, input.count, problem.inputs, gradients.inputs);
  }
  const all = [["", "value", "gradient"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map(
    ([name, value, bar]) =>
      `${name!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${bar!.padStart(widths[2]!)}`,
  );
  return [
    `${title(model)}  loss ${shortNumber(gradients.value)}`,
    `${solver.method}, ${stepsInWords(solver)} from ${solver.t0} to ${solver.t1}, adjoint ${solver.adjoint}, target ${target}`,
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
