/**
 * Where a field is asked: the points of `--point` and `--points`, and the direction or covector of operators that take
 * one. In: the options. Out: flat words of the points, and a problem with them in its data; errors leave as `Failure`.
 */

import { badUsage, badValues } from "../diagnostics/command-messages.ts";
import type { Problem } from "../execute/problem.ts";
import { type Leaf, type Model, sizeOf } from "../model.ts";
import type { CommandOptions } from "../options.ts";
import { exitCode } from "./exit.ts";
import { type Context, Failure } from "./streams.ts";
import { parseNumbers } from "./table.ts";

/** The points that are asked for, each a flat list of coordinates; nothing where the model's own is meant. */
export function pointsOf(
  options: CommandOptions,
  context: Context,
): readonly (readonly number[])[] | undefined {
  const own = options.point ?? [];
  const listed = options.points === undefined ? [] : fromFile(options.points, context);
  const all = [...own, ...listed];
  return all.length === 0 ? undefined : all;
}

/** A grid: how many points in each coordinate, and where the first and the last lie. */
export interface Grid {
  readonly counts: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The grid of the options, for points of `size` coordinates; nothing where none is asked for. */
export function gridOf(options: CommandOptions, size: number): Grid | undefined {
  const { grid, from, to } = options;
  if (grid === undefined) return undefined;
  const fail = (what: string, hint: string): never => {
    throw new Failure(exitCode.usage, [badUsage(what, hint)]);
  };
  const only = (name: string, lists: readonly (readonly number[])[] | undefined, otherwise: number) => {
    const [list, ...more] = lists ?? [new Array<number>(size).fill(otherwise)];
    return more.length > 0 || list?.length !== size
      ? fail(`\`--${name}\` is one list of ${size} numbers`, `give ${size} numbers with commas between them`)
      : list;
  };
  const counts = only("grid", grid, 1);
  if (!counts.every((count) => Number.isInteger(count) && count >= 1))
    fail("a grid has a whole number of points in each coordinate", "write `--grid 32,32`");
  if (counts.reduce((product, count) => product * count, 1) > 2 ** 20)
    fail("the grid has more than a million points", "take fewer in each coordinate");
  if (options.point !== undefined || options.points !== undefined)
    fail("both points and a grid are given", "give one of `--point`, `--points` and `--grid`");
  return { counts, low: only("from", from, 0), high: only("to", to, 1) };
}

/** The points of a grid, the first coordinate fastest. */
export function pointsIn({ counts, low, high }: Grid): number[][] {
  const total = counts.reduce((product, count) => product * count, 1);
  return Array.from({ length: total }, (_, k) => {
    let rest = k;
    return counts.map((count, axis) => {
      const at = rest % count;
      rest = Math.floor(rest / count);
      const part = count === 1 ? 0.5 : at / (count - 1);
      return low[axis]! + part * (high[axis]! - low[axis]!);
    });
  });
}

function fromFile(file: string, context: Context): number[][] {
  const text = context.readFile(file);
  return /\.csv$/i.test(file) ? parseNumbers(file, text) : fromJson(file, text);
}

function fromJson(file: string, text: string): number[][] {
  const fail = (where: string, problem: string): never => {
    throw new Failure(exitCode.usage, [
      badValues(file, where, problem, "write a JSON array of points, each an array of numbers"),
    ]);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail("", `it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!Array.isArray(json) || json.length === 0) return fail("", "it is no list of points");
  return json.map((point, i) => {
    const flat = flattened(point);
    return flat ?? fail(String(i), "a point is made of numbers");
  });
}

function flattened(value: unknown): number[] | undefined {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return undefined;
  const parts = Object.values(value).map(flattened);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** Leaves of the data by name. */
const leavesOf = (model: Model, names: readonly string[]): Leaf[] =>
  names.map((name) => model.data.find((leaf) => leaf.name === name)!);

/** Coordinates of one point. */
export const pointSize = (model: Model): number =>
  leavesOf(model, model.field!.points).reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0);

/** The problem with these points in its data, as many as the module takes at once. */
export function atPoints(
  problem: Problem,
  model: Model,
  points: readonly (readonly number[])[] | undefined,
): Problem {
  if (points === undefined) return problem;
  const data = problem.data.slice();
  const leaves = leavesOf(model, model.field!.points);
  const size = pointSize(model);
  points.forEach((point, k) => {
    if (point.length !== size)
      throw new Failure(exitCode.usage, [
        badUsage(
          `a point has ${point.length} coordinates, and those of \`${model.name}\` have ${size}`,
          `give ${size} numbers, \`--point ${new Array(size).fill("0").join(",")}\``,
        ),
      ]);
    let next = 0;
    for (const { offset, shape } of leaves) {
      const words = sizeOf(shape.slice(1));
      data.set(point.slice(next, next + words), offset + k * words);
      next += words;
    }
  });
  return { ...problem, data };
}

/** The problem with the direction and the covector of the options, for those of the operators asked for that take one. */
export function along(
  problem: Problem,
  model: Model,
  asked: readonly string[],
  options: CommandOptions,
): Problem {
  const { directions, directed, covector } = model.field!;
  const data = problem.data.slice();
  const put = (key: "direction" | "covector", names: readonly string[]): void => {
    const [given, ...more] = options[key] ?? [];
    if (given === undefined) return;
    const leaves = leavesOf(model, names);
    const size = leaves.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (more.length > 0 || given.length !== size)
      throw new Failure(exitCode.usage, [
        badUsage(
          size === 0
            ? `no operator of \`${model.name}\` takes a ${key}`
            : `\`--${key}\` is one list of ${size} numbers`,
          size === 0 ? "leave it out" : `give ${size} numbers with commas between them`,
        ),
      ]);
    let next = 0;
    for (const { offset, shape } of leaves) {
      data.set(given.slice(next, next + sizeOf(shape)), offset);
      next += sizeOf(shape);
    }
  };
  put("direction", directions);
  put("covector", covector === undefined ? [] : [covector]);
  const needing = asked.find((name) => directed.includes(name));
  const isStill = leavesOf(model, directions).every(({ offset, shape }) =>
    data.subarray(offset, offset + sizeOf(shape)).every((entry) => entry === 0),
  );
  // Along no direction every derivative is 0, which looks like an answer. A file of data may have given one.
  if (needing !== undefined && options.direction === undefined && isStill) {
    const example = Array.from({ length: pointSize(model) }, (_, i) => (i === 0 ? 1 : 0)).join(",");
    throw new Failure(exitCode.usage, [
      badUsage(
        `\`${needing}\` is a derivative along a direction, and none is given`,
        `give \`--direction ${example}\`, or name other operators by \`--operator\``,
      ),
    ]);
  }
  return { ...problem, data };
}
