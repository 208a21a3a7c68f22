/**
 * Formulas put together: values with what is added to them, zeros that nothing is added to left out. In: the lines of a function as
 * text in their parts, in order. Out: fewer of them, which set the same.
 */

import * as affine from "../ir/affine.ts";
import { printTest } from "../ir/print.ts";
import { sumText } from "./formula-text.ts";
import { type Line, type Nest, touchesOfNest } from "./nest.ts";
import type { Nests } from "./nests.ts";

/** How a line is written: by names of arrays, entry by entry, or something of both along one axis. */
export type Mode = "names" | "mixed" | "subscripts";

/** A line as text in its parts, so that one may be added to another. */
export interface Rendered {
  readonly line: Line;
  readonly to: string;
  readonly value: string;
  readonly adds: boolean;
  readonly behind: string;
  readonly axes: readonly string[];
  readonly mode: Mode;
  /** Which part of its array it sets as a whole. */
  readonly whole: string | undefined;
  /** What its value is made of. */
  readonly reads: ReadonlySet<string>;
  readonly isZero: boolean;
  /** Whether something has been added already. */
  readonly isSum: boolean;
}

export type Entry = Rendered | Exclude<Nest, Line>;

export const isRendered = (entry: Entry): entry is Rendered => "line" in entry;

/** Values with what is added to them, and zeros where nothing is added to them left out. */
export function joined(entries: readonly Entry[], shapeOf: Nests["shapeOf"]): Entry[] {
  const out = [...entries];
  const nestOf = (entry: Entry): Nest => (isRendered(entry) ? entry.line : entry);
  const touches = (entry: Entry, array: string): boolean =>
    touchesOfNest(nestOf(entry)).some((touch) => touch.array === array);
  const reads = (entry: Entry, array: string): boolean =>
    touchesOfNest(nestOf(entry)).some((touch) => touch.array === array && touch.access === "read");
  const next = (array: string, after: number): number =>
    out.findIndex((entry, i) => i > after && touches(entry, array));
  for (let i = 0; i < out.length; i++) {
    const first = out[i]!;
    if (!isRendered(first) || first.adds || first.whole === undefined || first.behind !== "") continue;
    const { array } = first.line.to;
    const at = next(array, i);
    const then = out[at];
    if (first.isZero && areAllSet(array, shapeOf(array), out.slice(i + 1))) {
      out.splice(i--, 1);
      continue;
    }
    if (then === undefined || !isRendered(then) || then.whole !== first.whole || reads(then, array)) continue;
    const isUnconditional = then.line.when.length === 0;
    if (then.adds && isUnconditional && first.isZero) {
      out[at] = { ...then, adds: false, isSum: true };
      out.splice(i--, 1);
    } else if (then.adds && isUnconditional) {
      const isKept = out
        .slice(i + 1, at)
        .every((entry) =>
          touchesOfNest(nestOf(entry)).every(
            (touch) => touch.access === "read" || !first.reads.has(touch.array),
          ),
        );
      // Subscripts of the first count along its own axes.
      const isReadable =
        then.mode === "names" &&
        (first.mode === "names" || (first.mode === "mixed" && !then.value.includes("Σ")));
      if (!isKept || !isReadable || first.isSum || first.to !== then.to) continue;
      const axes = first.mode === "mixed" ? first.axes : then.axes;
      const value = sumText(first.value, then.value);
      const all = new Set([...first.reads, ...then.reads]);
      out[at] = { ...then, adds: false, isZero: false, value, axes, reads: all, isSum: true };
      out.splice(i--, 1);
    } else if (!then.adds && first.isZero) {
      const other = out[next(array, at)];
      const isAll = isUnconditional || (other !== undefined && isRendered(other) && areOpposite(then, other));
      if (!isAll || (!isUnconditional && reads(other!, array))) continue;
      out.splice(i--, 1);
    }
  }
  return out;
}

/** Is every entry set by an assignment of its own, before anything reads one? */
function areAllSet(
  array: string,
  shape: readonly (number | undefined)[] | undefined,
  entries: readonly Entry[],
): boolean {
  const count = shape?.reduce<number | undefined>(
    (all, n) => (all === undefined || n === undefined ? undefined : all * n),
    1,
  );
  const set = new Set<string>();
  for (const entry of entries) {
    const touches = touchesOfNest(isRendered(entry) ? entry.line : entry).filter(
      (one) => one.array === array,
    );
    if (touches.length === 0) continue;
    if (!isRendered(entry) || entry.adds || entry.line.when.length > 0) return false;
    if (touches.some(({ access }) => access === "read")) return false;
    const at = entry.line.to.at.map((form) => affine.constantOf(form));
    if (at.length === 0 || at.includes(undefined)) return false;
    set.add(at.join());
    if (set.size === count) return true;
  }
  return false;
}

/** Do two assignments set the same, one where a test holds and the other where it does not? */
function areOpposite(one: Rendered, other: Rendered): boolean {
  const [test] = one.line.when;
  const [opposite] = other.line.when;
  return (
    one.whole === other.whole &&
    !other.adds &&
    one.line.when.length === 1 &&
    other.line.when.length === 1 &&
    opposite?.kind === "not" &&
    test !== undefined &&
    printTest(opposite.of) === printTest(test)
  );
}
