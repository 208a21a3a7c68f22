/**
 * Where arrays are touched, and whether two touches can meet. In: a block. Out: its sites (one per read or write, with
 * the loops around it and its place in the order of execution) and decisions about pairs of them, by intervals of the
 * differences of their subscripts. Answers err to the safe side: "may" means "not provably not".
 */

import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Block, Expr, Fn, GlobalArray, Statement } from "../ir/nodes.ts";
import { forEachExprOf } from "../ir/walk.ts";

/** A loop around a site, `for` or `while` alike. */
export interface Around {
  readonly statement: Statement;
  readonly index: string;
  readonly from: Affine;
  readonly to: Affine;
  readonly down: boolean;
}

export interface Site {
  readonly statement: Statement;
  readonly access: "read" | "store" | "accumulate" | "clear";
  readonly array: string;
  /** Leading subscripts; fewer than the rank for whole sub-arrays. */
  readonly at: readonly Affine[];
  readonly loops: readonly Around[];
  /** Order of execution within one iteration of all common loops. */
  readonly order: number;
}

export interface Sites {
  readonly all: readonly Site[];
  readonly ofArray: ReadonlyMap<string, readonly Site[]>;
  /** Number of loops around the `alloc` of each local array. */
  readonly lifetimes: ReadonlyMap<string, number>;
  /** The interval of a loop index or integer array, as far as known. */
  readonly ranges: Ranges;
}

export interface Ranges {
  readonly index: (name: string) => Range | undefined;
  readonly array: (name: string) => Range | undefined;
}

/** The interval of the entries of each constant integer array. */
export function constantRanges(arrays: readonly GlobalArray[]): (name: string) => Range | undefined {
  const known = new Map<string, Range>();
  for (const array of arrays) {
    if (array.element !== "integer" || array.data === undefined || array.data.length === 0) continue;
    known.set(array.name, rangeOf(array.data));
  }
  return (name) => known.get(name);
}

const contexts = new WeakMap<readonly GlobalArray[], string>();

/** All that `constantRanges` and the names that are taken depend on, as a text. */
export function namesAndRanges(arrays: readonly GlobalArray[]): string {
  const before = contexts.get(arrays);
  if (before !== undefined) return before;
  const ofArray = constantRanges(arrays);
  const context = arrays
    .map(({ name }) => {
      const range = ofArray(name);
      return range === undefined ? name : `${name} ${range.low} ${range.high}`;
    })
    .sort()
    .join("\n");
  contexts.set(arrays, context);
  return context;
}

/** Ranges of lists of numbers, which are asked for again with every pass over a function. */
const rangesOfData = new WeakMap<readonly number[], Range>();

function rangeOf(data: readonly number[]): Range {
  const before = rangesOfData.get(data);
  if (before !== undefined) return before;
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const range = { low, high };
  rangesOfData.set(data, range);
  return range;
}

/** Ranges of the integer parameters of a function. */
export const rangesOf =
  (fn: Fn) =>
  (name: string): Range | undefined => {
    const parameter = fn.parameters.find((one) => one.name === name);
    return parameter?.kind === "integer" ? parameter.range : undefined;
  };

export function collectSites(
  block: Block,
  ofArray: (name: string) => Range | undefined,
  ofParameter: (name: string) => Range | undefined = () => undefined,
): Sites {
  const all: Site[] = [];
  const indexRanges = new Map<string, Range>();
  const ranges: Ranges = { index: (name) => indexRanges.get(name) ?? ofParameter(name), array: ofArray };
  const lifetimes = new Map<string, number>();
  let order = 0;

  let reader: { statement: Statement; loops: readonly Around[]; order: number };
  const note = (expr: Expr): void => {
    if (expr.kind !== "read") return;
    const { statement, loops, order } = reader;
    all.push({ statement, access: "read", array: expr.array, at: expr.at, loops, order });
  };
  const readsOf = (statement: Statement, loops: readonly Around[], order: number): void => {
    if (statement.kind === "let" && (statement.value.kind === "name" || statement.value.kind === "number"))
      return;
    reader = { statement, loops, order };
    forEachExprOf(statement, note);
  };
  const visit = (statements: Block, loops: readonly Around[]): void => {
    for (const statement of statements) {
      const here = order++;
      readsOf(statement, loops, here);
      switch (statement.kind) {
        case "alloc":
          lifetimes.set(statement.array, loops.length);
          if (statement.zero) {
            const { array } = statement;
            all.push({ statement, access: "clear", array, at: [], loops, order: here });
          }
          break;
        case "store":
        case "accumulate":
          // A statement reads before it writes.
          all.push({
            statement,
            access: statement.kind,
            array: statement.array,
            at: statement.at,
            loops,
            order: here + 0.5,
          });
          break;
        case "for": {
          const low = affine.range(statement.from, ranges.index, ranges.array).low;
          const high = affine.range(statement.to, ranges.index, ranges.array).high - 1;
          indexRanges.set(statement.index, { low, high });
          const { index, from, to, down } = statement;
          visit(statement.body, [...loops, { statement, index, from, to, down }]);
          break;
        }
        case "while": {
          indexRanges.set(statement.counter, { low: 0, high: statement.limit - 1 });
          const around: Around = {
            statement,
            index: statement.counter,
            from: affine.integer(0),
            to: affine.integer(statement.limit),
            down: false,
          };
          const inside = [...loops, around];
          visit(statement.body, inside);
          // The test is asked again behind each trip.
          const behind = order++;
          readsOf(statement, inside, behind);
          break;
        }
        case "if":
          visit(statement.then, loops);
          visit(statement.else, loops);
          break;
        case "call":
          for (const arg of statement.args) {
            if (arg.kind !== "array") continue;
            const { array, prefix: at } = arg.view;
            all.push({ statement, access: "read", array, at, loops, order: here });
            all.push({ statement, access: "store", array, at, loops, order: here + 0.5 });
          }
          break;
        case "contract": {
          let inside = loops;
          for (const { index, from, to } of statement.over) {
            const low = affine.range(from, ranges.index, ranges.array).low;
            const high = affine.range(to, ranges.index, ranges.array).high - 1;
            indexRanges.set(index, { low, high });
            inside = [...inside, { statement, index, from, to, down: false }];
          }
          const { factors, to } = statement;
          for (const { array, at } of factors)
            all.push({ statement, access: "read", array, at, loops: inside, order: here });
          all.push({
            statement,
            access: "accumulate",
            array: to.array,
            at: to.at,
            loops: inside,
            order: here + 0.5,
          });
          break;
        }
        case "let":
        case "return":
        case "comment":
          break;
        default:
          statement satisfies never;
      }
    }
  };
  visit(block, []);
  let byArray: ReadonlyMap<string, readonly Site[]> | undefined;
  return {
    all,
    get ofArray() {
      byArray ??= groupedByArray(all);
      return byArray;
    },
    lifetimes,
    ranges,
  };
}

function groupedByArray(all: readonly Site[]): ReadonlyMap<string, readonly Site[]> {
  const byArray = new Map<string, Site[]>();
  for (const site of all) {
    const list = byArray.get(site.array);
    if (list) list.push(site);
    else byArray.set(site.array, [site]);
  }
  return byArray;
}

export const isWrite = (site: Site): boolean => site.access !== "read";

/**
 * May `second` touch an entry at a later time than `first` touched the same entry? Both are of one array. An array
 * that is made anew in each iteration of its outermost `lifetime` loops is only met within one such iteration.
 */
export function mayFollow(first: Site, second: Site, ranges: Ranges, lifetime = 0): boolean {
  const common = commonLoops(first, second);
  if (second.order > first.order && mayMeet(first, second, common, undefined, ranges)) return true;
  for (let level = lifetime; level < common; level++) {
    if (mayMeet(first, second, level, "later", ranges)) return true;
  }
  return false;
}

/** May two sites touch the same entry in different iterations of `loop`, which is around both? */
export function mayMeetAcross(first: Site, second: Site, loop: Statement, ranges: Ranges): boolean {
  const level = first.loops.findIndex((around) => around.statement === loop);
  return mayMeet(first, second, level, "later", ranges) || mayMeet(first, second, level, "earlier", ranges);
}

function commonLoops(first: Site, second: Site): number {
  let common = 0;
  while (
    common < first.loops.length &&
    common < second.loops.length &&
    first.loops[common]!.statement === second.loops[common]!.statement
  ) {
    common++;
  }
  return common;
}

/**
 * May the two meet when the outermost `equal` loops stand at the same iteration and, with `distance`, the loop after
 * them at a later or earlier one in the second site? Deeper loops are free.
 */
function mayMeet(
  first: Site,
  second: Site,
  equal: number,
  distance: "later" | "earlier" | undefined,
  ranges: Ranges,
): boolean {
  const apart = distance === undefined ? undefined : second.loops[equal]!;
  let gap: Range | undefined;
  if (apart !== undefined) {
    const own = ranges.index(apart.index)!;
    const trips = own.high - own.low;
    if (trips < 1) return false;
    const forwards = (distance === "later") !== apart.down;
    gap = forwards ? { low: 1, high: trips } : { low: -trips, high: -1 };
  }
  const dimensions = Math.min(first.at.length, second.at.length);
  if (dimensions === 0) return true;
  const free = new Map<string, string>();
  for (let level = equal; level < second.loops.length; level++) {
    const { index } = second.loops[level]!;
    free.set(index, `${index}'`);
  }
  const move = (name: string): Affine | undefined => {
    if (name === apart?.index) return affine.add(affine.index(name), affine.index("'gap"));
    const other = free.get(name);
    return other === undefined ? undefined : affine.index(other);
  };
  const ofIndex = (name: string): Range | undefined => {
    if (name === "'gap") return gap;
    return ranges.index(name.endsWith("'") ? name.slice(0, -1) : name);
  };
  for (let axis = 0; axis < dimensions; axis++) {
    const moved = free.size === 0 ? second.at[axis]! : affine.substitute(second.at[axis]!, move);
    const difference = affine.subtract(moved, first.at[axis]!);
    const { low, high } = affine.range(difference, ofIndex, ranges.array);
    if (low > 0 || high < 0) return false;
  }
  return true;
}
