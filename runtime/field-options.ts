/** What one evaluation of a field is given, held to its declaration: the same of compiled fields and of others. */
import type { FieldDeclaration, FieldOptions } from "./field.ts";
import type { LeafRecord, Leaves, Value } from "./leaves.ts";
import { combine, replaced } from "./records.ts";
import { refuse } from "./refuse.ts";
import { checkOptions } from "./run-options.ts";

type Declaration = FieldDeclaration<Leaves, LeafRecord, object, LeafRecord, Value>;
type Options = FieldOptions<Leaves, LeafRecord, LeafRecord>;

/** @throws RangeError when an option is given that no field has, or a list of points without one */
export function checkFieldOptions(options: Options): void {
  checkOptions(options, ["params", "data", "points"]);
  if (options.points?.length === 0) refuse("points: a loss is the mean over at least one");
}

/**
 * Everything that one evaluation uses, what is left out by its default.
 *
 * @throws RangeError when what is given does not fit the declaration
 */
export function settled(
  { point, params = {}, data = {} }: Declaration,
  options: Options = {},
  points: readonly unknown[] = options.points ?? [point],
): Required<Options> {
  checkFieldOptions(options);
  return {
    points: points.map((x) => combine(point, (entry) => entry, [x], "point")) as never,
    params: replaced(params, options.params, "params"),
    data: replaced(data, options.data, "data"),
  };
}
