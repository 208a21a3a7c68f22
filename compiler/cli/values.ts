/**
 * The files of `--params`, `--state`, `--inputs` and `--data`: their values over the defaults of a problem. What a file
 * does not name keeps its default; what the model does not have is an error with the place in the file.
 *
 * A table (`.csv`) for `--data` has a head line. The column of a vector leaf goes by its dotted path, those of a matrix
 * leaf are `path.0`, `path.1`, … in the order of its columns; rows are the first axis. A column `t` holds the
 * observation times, which a model has to be resolved with, so they are given to it beforehand. Columns of any other
 * name are left alone, and said so.
 */

import { badUsage, badValues } from "../diagnostics/command-messages.ts";
import { defaultProblem, type Problem, sizesOf } from "../execute/problem.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import type { CommandOptions } from "../options.ts";
import { exitCode } from "./exit.ts";
import { Misfit, overwrite } from "./records.ts";
import { type Context, Failure } from "./streams.ts";
import { failAt, numbersIn, parseTable, type Table } from "./table.ts";

const isTable = (file: string): boolean => /\.csv$/i.test(file);

/** The problem under the files of the options. Throws `Failure`. */
export function withFiles(
  problem: Problem,
  model: Model,
  options: CommandOptions,
  context: Context,
): Problem {
  const own: Problem = {
    ...problem,
    state0: problem.state0.slice(),
    params: problem.params.slice(),
    inputs: problem.inputs.slice(),
    data: problem.data.slice(),
    times: problem.times.slice(),
  };
  const at = (leaf: Leaf): number => leaf.offset;
  for (const key of ["params", "data"] as const) {
    const file = options[key];
    if (file === undefined || model[key].length > 0) continue;
    if (key === "data" && isTable(file)) continue;
    throw new Failure(exitCode.usage, [
      badValues(file, "", `the model has no \`${key}\``, `leave \`--${key}\` out`),
    ]);
  }
  if (options.params !== undefined) {
    const names = model.params.map(({ path }) => path[0]!);
    fromJson(context, options.params, ofFit("params", names), (json) =>
      overwrite(model.params, json, own.params, at, []),
    );
  }
  if (options.state !== undefined && model.initial !== undefined) {
    throw new Failure(exitCode.usage, [
      badUsage(
        "the initial state of this model is computed by `initial`",
        "change what it is computed from: `--params FILE.json`",
      ),
    ]);
  }
  if (options.state !== undefined) {
    const names = model.state.map(({ path }) => path[0]!);
    fromJson(context, options.state, ofFit("state", names), (json) =>
      overwriteSamples(model.state, json, own.state0, options.batch),
    );
  }
  if (options.inputs !== undefined) {
    const names = model.inputs.map(({ name }) => name);
    fromJson(context, options.inputs, ofFit("inputs", names), (json) =>
      overwriteInputs(model, json, own.inputs),
    );
  }
  if (options.data !== undefined) {
    const file = options.data;
    if (isTable(file)) fromTable(context, file, model, own);
    else {
      const samples = model.field === undefined ? options.batch : undefined;
      fromJson(context, file, whole, (json) => overwriteSamples(model.data, json, own.data, samples));
    }
  }
  return own;
}

const ownFiles = ["params", "state", "inputs", "data"] as const;

/** The model with the values of the files as its defaults, for what is generated and not run; nothing without files. */
export function valuesGiven(
  options: CommandOptions,
  context: Context,
): ((model: Model) => Model) | undefined {
  if (ownFiles.every((key) => options[key] === undefined)) return undefined;
  const timed = timesGiven(options, context) ?? ((model) => model);
  return (own) => {
    const model = timed(own);
    // One sample: those of a batch start alike.
    const { t0, t1 } = model.solver;
    const plain = defaultProblem(model, { method: "none", adjoint: "none", t0, t1, steps: 1 });
    const { batch: _, ...ofOne } = options;
    const given = withFiles(plain, model, ofOne, context);
    const from =
      (flat: Float64Array, count = 1) =>
      (leaf: Leaf): Leaf => ({
        ...leaf,
        initial: Array.from(flat.subarray(leaf.offset, leaf.offset + count * sizeOf(leaf.shape))),
      });
    return {
      ...model,
      params: model.params.map(from(given.params)),
      state: model.state.map(from(given.state0)),
      inputs: model.inputs.map((input) => ({
        ...input,
        leaves: input.leaves.map(from(given.inputs, input.count)),
      })),
      data: model.data.map(from(given.data)),
    };
  };
}

/** Of a batch a list with a record for each sample, or one record for all. */
function overwriteSamples(
  leaves: readonly Leaf[],
  json: unknown,
  flat: Float64Array,
  batch: number | undefined,
): void {
  const list: readonly unknown[] =
    batch === undefined || !Array.isArray(json) ? new Array(batch ?? 1).fill(json) : json;
  if (list.length !== (batch ?? 1))
    throw new Misfit(
      "",
      `${list.length} samples where the batch has ${batch}`,
      `write a list of ${batch} records`,
    );
  const words = flat.length / list.length;
  list.forEach((one, b) => {
    const where = batch === undefined || !Array.isArray(json) ? [] : [String(b)];
    overwrite(leaves, one, flat, (leaf) => b * words + leaf.offset, where);
  });
}

function overwriteInputs(model: Model, json: unknown, flat: Float64Array): void {
  const names = model.inputs.map((input) => input.name);
  if (names.length === 0) throw new Misfit("", "the model has no inputs", "leave `--inputs` out");
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Misfit(
      "",
      `a record of ${names.join(", ")} is expected`,
      "write an object with a list for each input",
    );
  }
  for (const [name, pieces] of Object.entries(json)) {
    const input = model.inputs.find((each) => each.name === name);
    if (input === undefined)
      throw new Misfit(name, "the model has no such input", `it has ${names.join(", ")}`);
    if (!Array.isArray(pieces) || pieces.length !== input.count) {
      throw new Misfit(name, `a list of ${input.count} pieces is expected`, "write one entry for each piece");
    }
    pieces.forEach((piece, k) => {
      const place = (leaf: Leaf): number => leaf.offset + k * sizeOf(leaf.shape);
      overwrite(input.leaves, piece, flat, place, [name, String(k)], 1);
    });
  }
}

/** The part of a document that is meant, and where it stands. */
type Pick = (json: unknown) => { readonly part: unknown; readonly at?: string };

const whole: Pick = (json) => ({ part: json });

/** What `fit` writes: `--out` the records alone, `--json` with what became of the fit. */
const ofFits = new Set(
  "version model value start iterations evaluations status gradientNorm params state inputs solver".split(
    " ",
  ),
);

/** The record of a fit's document; any other is the record itself, as is one whose names are all the model's own. */
const ofFit =
  (key: "params" | "state" | "inputs", names: readonly string[]): Pick =>
  (json) => {
    if (typeof json !== "object" || json === null || !Object.hasOwn(json, key)) return { part: json };
    const keys = Object.keys(json);
    if (!keys.every((each) => ofFits.has(each)) || keys.every((each) => names.includes(each)))
      return { part: json };
    return { part: (json as Record<string, unknown>)[key], at: key };
  };

function fromJson(context: Context, file: string, pick: Pick, use: (json: unknown) => void): void {
  let json: unknown;
  try {
    json = JSON.parse(context.readFile(file));
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(exitCode.usage, [
      badValues(file, "", `it is no JSON (${why})`, "write one JSON object"),
    ]);
  }
  const { part, at } = pick(json);
  try {
    use(part);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const where = [at, error.where].filter((each) => each !== undefined && each !== "").join(".");
    throw new Failure(exitCode.usage, [badValues(file, where, error.message, error.hint)]);
  }
}

/** Where a column goes: every `stride`-th entry of `to`, from `first` on. */
interface Slot {
  readonly leaf: string;
  readonly to: Float64Array;
  readonly first: number;
  readonly stride: number;
}

function slotOf(model: Model, problem: Problem, column: string): Slot | undefined {
  if (column === "t") return { leaf: "times", to: problem.times, first: 0, stride: 1 };
  for (const leaf of model.data) {
    const path = leaf.path.join(".");
    const [, width, ...more] = leaf.shape;
    const to = problem.data.subarray(leaf.offset, leaf.offset + sizeOf(leaf.shape));
    if (leaf.shape.length === 1 && column === path) return { leaf: path, to, first: 0, stride: 1 };
    if (width === undefined || more.length > 0 || !column.startsWith(`${path}.`)) continue;
    const index = Number(column.slice(path.length + 1));
    if (Number.isInteger(index) && index >= 0 && index < width)
      return { leaf: path, to, first: index, stride: width };
  }
  return undefined;
}

function fromTable(context: Context, file: string, model: Model, problem: Problem): void {
  const table = parseTable(file, context.readFile(file));
  const { head } = table;
  // A table has no place for several samples.
  if (model.field === undefined && sizesOf(model).data !== problem.data.length)
    throw new Failure(exitCode.usage, [
      badUsage(
        "a table holds the data of one sample",
        "give the samples of a batch as a .json list of records",
      ),
    ]);
  const unused: string[] = [];
  head.forEach((name, column) => {
    const slot = slotOf(model, problem, name);
    if (slot === undefined) unused.push(name);
    else setColumn(table, slot, column);
  });
  if (unused.length === head.length) {
    const { field } = model;
    // What other options give is no column of this table.
    const elsewhere = new Set([...(field?.points ?? []), ...(field?.directions ?? []), field?.covector]);
    const own = model.data.filter((leaf) => !elsewhere.has(leaf.name));
    const known = own.map((leaf) => `\`${leaf.path.join(".")}\``).join(", ");
    const points = field === undefined ? "" : "; points of a field are given by `--points`";
    failAt(
      file,
      1,
      "no column is named like the data of the model",
      known === ""
        ? `the model has no \`data\`${points}`
        : `name the columns ${known} (a matrix: \`name.0\`, \`name.1\`, …)${points}`,
    );
  }
  // A comma at the end of the lines makes a column without a name.
  const named = unused.filter((name) => name !== "");
  if (named.length > 0) context.note(`${file}: not used: ${named.join(", ")}\n`);
}

function setColumn(table: Table, { leaf, to, first, stride }: Slot, column: number): void {
  const { file, head, rows } = table;
  const name = head[column]!;
  if (head.indexOf(name) < column)
    failAt(file, 1, `two columns are named \`${name}\``, "give one of them another name");
  const length = to.length / stride;
  if (rows.length !== length)
    failAt(
      file,
      rows.at(-1)!.line,
      `${rows.length} rows where \`${leaf}\` has ${length}`,
      `change the length of \`${leaf}\` in the model, or the table`,
    );
  numbersIn(table, column).forEach((value, i) => {
    to[i * stride + first] = value;
  });
}

/** The model with the times of a table in the place of its own; nothing where no table is given. */
export function timesGiven(
  { data: file }: CommandOptions,
  context: Context,
): ((model: Model) => Model) | undefined {
  if (file === undefined || !isTable(file)) return undefined;
  return (model) => {
    const table = parseTable(file, context.readFile(file));
    const column = table.head.indexOf("t");
    if (column < 0 || model.field !== undefined) return model;
    const times = new Float64Array(sizesOf(model).times);
    setColumn(table, { leaf: "times", to: times, first: 0, stride: 1 }, column);
    return withTimes(model, Array.from(times), table);
  };
}

/** Diagnostics of the times then name the line of the table. */
const withTimes = (model: Model, times: readonly number[], { file, rows }: Table): Model => ({
  ...model,
  times,
  timesSpan: undefined,
  timesFrom: rows.map(({ line }) => `${file}:${line}`),
});
