/** `odegrad eval`: a field and its operators at points, by the generated code of one target. */

import { nearest } from "../../runtime/nearest.ts";
import { heatMapSvg } from "../../runtime/plot.ts";
import { lower } from "../compile.ts";
import { badUsage } from "../diagnostics/command-messages.ts";
import type { Ready } from "../emission.ts";
import { defaultProblem, sizesOf } from "../execute/problem.ts";
import { type Model, type SchemeChoice, sizeOf } from "../model.ts";
import type { CommandOptions } from "../options.ts";
import { deliver } from "./deliver.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile, openEngine, refuseCrossbar } from "./model-file.ts";
import { formatJson, formatNumber, type Json, shortNumber } from "./number.ts";
import { along, atPoints, type Grid, gridOf, pointSize, pointsIn, pointsOf } from "./points.ts";
import { shaped } from "./records.ts";
import { type Context, Failure } from "./streams.ts";
import { withFiles } from "./values.ts";

/** Points that one call takes at most: more are asked in several. */
const most = 256;

type Points = readonly (readonly number[])[];

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  refuseCrossbar("eval", options);
  if (options.json === true && options.csv === true) {
    throw new Failure(exitCode.usage, [
      badUsage("both JSON and CSV are asked for", "give `--json` or `--csv`"),
    ]);
  }
  const listed = pointsOf(options, context);
  const count = listed?.length ?? (options.grid === undefined ? 1 : most);
  const built = buildFile(file!, { ...options, batch: Math.min(most, count) }, context);
  requireField(built);
  const { model } = built.module;
  const grid = gridOf(options, pointSize(model));
  const given = grid === undefined ? listed : pointsIn(grid);
  const asked = chosen(model, options);
  // A loss is not asked for, and may have no value at some point.
  const ready = { ...built, module: lower(onlyOutputs(model, asked), built.module.solver) };
  const { points, outputs } = await evaluated(ready, given, asked, options, context);
  const printed =
    options.json === true
      ? `${formatJson(documentOf(ready.module.model, model, points, outputs))}\n`
      : options.csv === true
        ? table(ready.module.model, points, outputs)
        : text(ready.module.model, points, outputs);
  const svg =
    options.svg === undefined
      ? []
      : [{ path: options.svg, text: picture(ready.module.model, grid, outputs) }];
  deliver(printed, options, context, svg);
  return exitCode.ok;
}

/** A heat map of what was asked for first: an operator, or the value. */
function picture(model: Model, grid: Grid | undefined, outputs: Float64Array): string {
  const fail = (what: string, hint: string): never => {
    throw new Failure(exitCode.usage, [badUsage(what, hint)]);
  };
  if (grid === undefined || grid.counts.length !== 2)
    return fail(
      "a picture is of a grid in two coordinates",
      "give `--grid 64,64`, of a field of two coordinates",
    );
  const drawn = model.outputs[1] ?? model.outputs[0]!;
  if (drawn.shape.length > 0)
    fail(`\`${drawn.name}\` is no number at each point`, "choose one that is by `--operator NAME`");
  const words = sizesOf(model).outputs;
  const offset = model.outputs
    .slice(0, model.outputs.indexOf(drawn))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const [columns, rows] = grid.counts as [number, number];
  return heatMapSvg({
    x: [grid.low[0]!, grid.high[0]!],
    y: [grid.low[1]!, grid.high[1]!],
    columns,
    rows,
    values: Array.from({ length: columns * rows }, (_, k) => outputs[k * words + offset]!),
    title: drawn.name === "value" ? model.name : `${drawn.name} of ${model.name}`,
  });
}

export function requireField({ module: { model } }: Ready): void {
  if (model.field !== undefined) return;
  throw new Failure(exitCode.usage, [
    badUsage(
      `\`${model.name}\` is no field`,
      "`odegrad run` simulates it, `odegrad grad` gives its gradient",
    ),
  ]);
}

/** Names of the operators that are asked for; all, if none is named. */
function chosen(model: Model, { operator }: CommandOptions): readonly string[] {
  const known = [...model.field!.operators.keys()];
  for (const name of operator ?? []) {
    if (known.includes(name)) continue;
    const close = nearest(name, known);
    const hint =
      known.length === 0
        ? 'the field declares none: `operators: ["laplacian"]`'
        : close === undefined
          ? `it has ${known.join(", ")}`
          : `did you mean \`${close}\`?`;
    throw new Failure(exitCode.usage, [badUsage(`\`${model.name}\` has no operator \`${name}\``, hint)]);
  }
  return operator ?? known;
}

const onlyOutputs = (model: Model, operators: readonly string[]): Model => ({
  ...model,
  loss: {},
  outputs: model.outputs.filter(({ name }) => name === "value" || operators.includes(name)),
});

/** The outputs at every point, point by point; the points themselves, where the model's own is meant. */
async function evaluated(
  ready: Ready,
  given: Points | undefined,
  asked: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<{ readonly points: Points; readonly outputs: Float64Array }> {
  const { model, solver } = ready.module;
  const plain = withFiles(defaultProblem(model, solver), model, options, context);
  const problem = along(plain, model, asked, options);
  const { count, points: names } = model.field!;
  const own = names.flatMap((name) => {
    const leaf = model.data.find((each) => each.name === name)!;
    return [...problem.data.subarray(leaf.offset, leaf.offset + sizeOf(leaf.shape.slice(1)))];
  });
  const points = given ?? [own];
  const engine = await openEngine(ready, options, context);
  try {
    const words = sizesOf(model).outputs;
    const outputs = new Float64Array(points.length * words);
    for (let first = 0; first < points.length; first += count) {
      const some = points.slice(first, first + count);
      const { outputs: found } = engine.solve(atPoints(problem, model, some));
      outputs.set(found.subarray(0, some.length * words), first * words);
    }
    return { points, outputs };
  } finally {
    engine.close();
  }
}

/** The contract: of one point its values, of several lists. */
function documentOf(model: Model, whole: Model, points: Points, outputs: Float64Array): Json {
  const words = sizesOf(model).outputs;
  const values = new Map<string, Json>();
  let offset = 0;
  for (const { name, shape } of model.outputs) {
    const at = offset;
    const all = points.map((_, k) => shaped(outputs, k * words + at, shape));
    values.set(name, points.length === 1 ? all[0]! : all);
    offset += sizeOf(shape);
  }
  const names = model.outputs.map(({ name }) => name).filter((name) => name !== "value");
  const choices = names.map((name) => [name, choiceOf(whole, name)] as const);
  return {
    version: 1,
    model: model.name,
    ...(points.length === 1 ? {} : { points: points.map((point) => [...point]) }),
    value: values.get("value")!,
    operators: Object.fromEntries(names.map((name) => [name, values.get(name)!])),
    propagatedVectors: Object.fromEntries(choices.map(([name, { taken }]) => [name, taken.vectors])),
    schemes: Object.fromEntries(
      choices.map(([name, { taken, passedOver }]) => [
        name,
        { taken: { ...taken }, passedOver: passedOver.map((each) => ({ ...each })) },
      ]),
    ),
  };
}

const choiceOf = (model: Model, name: string): SchemeChoice =>
  model.schemes!.get(model.field!.operators.get(name)!)!;

/** Outputs as columns: one for each number. */
function columnsOf(model: Model): string[] {
  return model.outputs.flatMap(({ name, shape }) =>
    Array.from({ length: sizeOf(shape) }, (_, i) => [name, ...indices(i, shape)].join(".")),
  );
}

function indices(position: number, shape: readonly number[]): number[] {
  let rest = position;
  return shape.map((_, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const index = Math.floor(rest / stride);
    rest %= stride;
    return index;
  });
}

function table(model: Model, points: Points, outputs: Float64Array): string {
  const coordinates = Array.from({ length: pointSize(model) }, (_, i) => `x.${i}`);
  const words = sizesOf(model).outputs;
  const rows = points.map((point, k) =>
    [...point, ...outputs.subarray(k * words, (k + 1) * words)].map(formatNumber).join(","),
  );
  return `${[[...coordinates, ...columnsOf(model)].join(","), ...rows].join("\n")}\n`;
}

/** Points shown before the rest is counted only. */
const shown = 12;

function text(model: Model, points: Points, outputs: Float64Array): string {
  const words = sizesOf(model).outputs;
  const names = columnsOf(model);
  const width = Math.max(...names.map((name) => name.length));
  const lines = points
    .slice(0, shown)
    .flatMap((point, k) => [
      `at ${point.map(shortNumber).join(", ")}`,
      ...names.map((name, i) => `  ${name.padEnd(width)}  ${shortNumber(outputs[k * words + i]!)}`),
    ]);
  const more =
    points.length > shown ? [`… ${points.length - shown} more points (--csv and --json have them all)`] : [];
  const schemes = [...model.field!.operators.keys()]
    .filter((name) => model.outputs.some((output) => output.name === name))
    .map((name) => {
      const { taken, passedOver } = choiceOf(model, name);
      const others = passedOver.map((each) => `${each.vectors} by ${each.name}`).join("; ");
      return `${name}: ${taken.name}, ${taken.vectors} vectors${others === "" ? "" : ` (instead of ${others})`}`;
    });
  return [model.name, "", ...lines, ...more, "", ...schemes, ""].join("\n");
}
