/**
 * The methods of a compiled `field`. The module holds one point at a time; a loss over several is the mean of theirs.
 *
 * In the flat data of the module the user's own data come first, then what operators are given besides (sampled directions, a
 * direction, a covector), then the number of the point, where the field asks for it, and the point last.
 */
import type { Field, FieldDeclaration, FieldOptions } from "./field.ts";
import { checkFieldOptions } from "./field-options.ts";
import {
  finished,
  type Generated,
  nested,
  present,
  read,
  requireLoss,
  write,
  writeRecord,
} from "./generated.ts";
import type { LeafRecord, Leaves } from "./leaves.ts";
import { takenBy } from "./operator-arguments.ts";
import { combine } from "./records.ts";
import { refuse } from "./refuse.ts";

type Declaration = FieldDeclaration<Leaves, LeafRecord, object, LeafRecord, unknown>;
type Options = FieldOptions<Leaves, LeafRecord, LeafRecord>;
type Methods = Omit<Field<Leaves, LeafRecord, object, LeafRecord, unknown>, "declaration" | "meta">;

/** The greatest number that a point may have: all indices of what is read by it. Nothing where the field does not ask for it. */
interface Numbered {
  readonly lastPoint?: number;
}

export function compiledField(
  { point, params = {}, data = {}, operators = [], loss }: Declaration,
  module: () => Generated,
  { lastPoint }: Numbered,
): Methods {
  let size = 0;
  combine(point, () => size++, [], "");
  /** The operators by their names among the outputs: which derivative each is. */
  const kinds = new Map(
    Object.entries(operators).map(([key, each]: [string, string | { readonly operator: string }]) => {
      const kind = typeof each === "string" ? each : each.operator;
      return [Array.isArray(operators) ? kind : key, kind];
    }),
  );

  const pointsOf = (options: Options): readonly unknown[] => {
    // Where there is no point, none is posed.
    checkFieldOptions(options);
    const points = options.points ?? [point];
    if (lastPoint !== undefined && points.length > lastPoint + 1)
      refuse(`points: ${points.length} are given, and what env.k reads has ${lastPoint + 1}`);
    return points;
  };

  const pose = (x: unknown, options: Options = {}, k = 0): Generated => {
    checkFieldOptions(options);
    const generated = module();
    const { io } = generated;
    writeRecord(params, options.params, io["params"]!, "params");
    writeRecord(data, options.data, io["data"]!, "data");
    const first = io["data"]!.length - size;
    write(point, x, io["data"]!, (i) => first + i, "point");
    if (lastPoint !== undefined) io["data"]![first - 1] = k;
    return generated;
  };

  const asked = (x: unknown, options?: Options, k?: number): Generated => {
    const generated = pose(x, options, k);
    finished(generated, generated.evaluate());
    return generated;
  };

  const output = ({ meta, io }: Generated, name: string): unknown => {
    const leaf = meta.outputs.leaves.find((each) => each.name === name);
    if (leaf === undefined) {
      const known = meta.outputs.leaves.slice(1).map((each) => each.name);
      return refuse(`operator: ${meta.model} declares no ${name}, only ${known.join(", ") || "none"}`);
    }
    return nested(io["outputs"]!, leaf.offset, leaf.shape);
  };

  /**
   * Writes what an operator takes besides the point: the leaves behind the user's own data that are called so. Nothing of it may be
   * missing: along no direction every derivative is 0, and what an earlier call left there is not meant.
   */
  const aim = ({ meta, io }: Generated, name: string, [given, ...more]: readonly unknown[]): void => {
    const own = Object.keys(data);
    const kind = takenBy[kinds.get(name) ?? ""];
    const head = kind ?? `${name}Directions`;
    const taken = meta.data.leaves.filter((leaf) => {
      const first = leaf.name.split(".")[0]!;
      return first.replace(/_+$/, "") === head && !own.includes(first);
    });
    const [first] = taken;
    const what = kind ?? "matrix of directions";
    if (first === undefined) {
      if (given !== undefined) refuse(`operator: ${name} takes no direction`);
      return;
    }
    if (given === undefined) refuse(`operator: ${name} needs a ${what}, behind the point and the options`);
    if (more.length > 0) refuse(`operator: ${name} takes one ${what}`);
    const flat = numbersOf(given);
    const words = taken.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    if (flat.length !== words) refuse(`operator: ${name} takes ${words} numbers`);
    io["data"]!.set(flat, first.offset);
  };

  const valueAndGradient = (options: Options = {}) => {
    requireLoss([loss?.at], "gradient", module().meta.model, "at: (value) => …");
    const points = pointsOf(options);
    const generated = module();
    const sum = new Float64Array(generated.io["paramsBar"]!.length);
    let value = 0;
    for (const [k, x] of points.entries()) {
      pose(x, options, k);
      finished(generated, present(generated.gradient, "gradient", generated.meta.model)());
      value += generated.io["value"]![0]!;
      generated.io["paramsBar"]!.forEach((entry, i) => {
        sum[i]! += entry;
      });
    }
    const mean = sum.map((entry) => entry / points.length);
    return { value: value / points.length, gradient: { params: read(params, mean, (i) => i) } };
  };

  return {
    value: (x = point, options) => output(asked(x, options), "value"),
    loss: (options = {}) => {
      const points = pointsOf(options);
      return (
        points.reduce((sum: number, x, k) => sum + asked(x, options, k).io["value"]![0]!, 0) / points.length
      );
    },
    operator: (name, x = point, options, ...directions) => {
      const generated = pose(x, options);
      aim(generated, name, directions);
      finished(generated, generated.evaluate());
      return output(generated, name);
    },
    gradient: (options) => valueAndGradient(options).gradient,
    valueAndGradient,
  } as Methods;
}

/** The numbers of nested leaves, in order. */
const numbersOf = (value: unknown): number[] =>
  typeof value === "number" ? [value] : Object.values(value as object).flatMap(numbersOf);
