/**
 * Zeros in arrays that a function uses again and again, as reverse sweeps leave them behind in what they have used up. In: the body
 * of a function. Out: the same, with zeros where the trip begins that needs them, and without those that nothing sees.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Fn, For, GlobalArray, Statement } from "../ir/nodes.ts";
import { forEachStatement, usesArray, withBlocks } from "../ir/walk.ts";
import { touchesOfStatement } from "./nest.ts";
import { collectSites, constantRanges, isWrite, mayFollow, rangesOf } from "./sites.ts";

/** Arrays of the program that hold what one call of a function computes on the way, and no result. */
export const isScratch = (fn: Fn, { role, home }: GlobalArray): boolean =>
  home === undefined &&
  (role === "workspace" || role === "tape") &&
  // A kernel has no parameters for results: they are among these.
  fn.parameters.some((one) => one.kind === "array" && one.access !== "in");

/**
 * Arrays that a loop uses in every trip, and clears for the next, are cleared at the head of each trip instead: so that trips
 * are seen to have nothing to do with each other.
 */
export class Clears {
  readonly #fn: Fn;
  readonly #arrays: readonly GlobalArray[];
  readonly #shapes: ReadonlyMap<string, readonly (number | undefined)[]>;

  constructor(
    fn: Fn,
    arrays: readonly GlobalArray[],
    shapes: ReadonlyMap<string, readonly (number | undefined)[]>,
  ) {
    this.#fn = fn;
    this.#arrays = arrays;
    this.#shapes = shapes;
  }

  first(body: Block): Block {
    const counts = countsOf(body);
    const inBlock = (block: Block): Block => {
      let out = [...block];
      for (const loop of block) {
        if (loop.kind !== "for") continue;
        let now = loop;
        for (const [array, inside] of countsOf(loop.body)) {
          const before = out.slice(0, out.indexOf(now));
          const clear = before.find((one) => this.#clearedBy(one) === array);
          if (clear === undefined || inside + 1 !== counts.get(array)) continue;
          const moved = this.#atHead(now, array);
          if (moved === undefined) continue;
          out = out.filter((one) => one !== clear).map((one) => (one === now ? moved : one));
          now = moved;
        }
      }
      return out.map((statement) => withBlocks(statement, inBlock));
    };
    return inBlock(body);
  }

  /** The loop with the array cleared before anything else touches it in a trip, where it is cleared first or last. */
  #atHead(loop: For, array: string): For | undefined {
    const users = loop.body.filter((statement) => usesArray(statement, array));
    const [head] = users;
    const last = users.at(-1);
    if (head === undefined || last === undefined) return undefined;
    if (this.#clearedBy(head) === array) return loop;
    if (this.#clearedBy(last) !== array) return undefined;
    const body = loop.body.flatMap((statement) =>
      statement === head ? [last, statement] : statement === last ? [] : [statement],
    );
    return { ...loop, body };
  }

  /** The local array of which the statement sets every entry to 0. */
  #clearedBy(statement: Statement): string | undefined {
    const loops: For[] = [];
    let inner: Statement = statement;
    while (inner.kind === "for" && inner.body.length === 1) {
      loops.push(inner);
      inner = inner.body[0]!;
    }
    if (inner.kind !== "store" || !build.isZero(inner.value) || inner.at.length !== loops.length) return;
    const { array, at } = inner;
    if (this.#fn.parameters.some(({ name }) => name === array)) return;
    const known = this.#arrays.find(({ name }) => name === array);
    if (known !== undefined && !isScratch(this.#fn, known)) return;
    const shape = this.#shapes.get(array);
    const isWhole = at.every((form, axis) => {
      const loop = loops.find(({ index }) => affine.equal(form, affine.index(index)));
      return (
        loop !== undefined &&
        affine.constantOf(loop.from) === 0 &&
        affine.constantOf(loop.to) === shape?.[axis]
      );
    });
    return isWhole ? array : undefined;
  }
}

/** How often each array is touched. */
export function countsOf(block: Block): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  forEachStatement(block, (statement) => {
    for (const { array } of touchesOfStatement(statement)) counts.set(array, (counts.get(array) ?? 0) + 1);
  });
  return counts;
}

/** The body without zeros that nothing sees, which a reverse sweep leaves behind in what it has used up. */
export function withoutDeadZeros(fn: Fn, arrays: readonly GlobalArray[]): Block {
  const { ofArray, lifetimes, ranges } = collectSites(fn.body, constantRanges(arrays), rangesOf(fn));
  const parameters = new Set(fn.parameters.map(({ name }) => name));
  const branches = branchesOf(fn.body);
  const global = new Map(arrays.map((array) => [array.name, array]));
  const isSeen = (statement: Statement, array: string): boolean => {
    const sites = ofArray.get(array) ?? [];
    const writes = sites.filter((site) => site.statement === statement && isWrite(site));
    return writes.some((write) =>
      sites.some((site) => {
        if (site.access === "store" && site.statement.kind !== "call") return false;
        if (site.access === "clear") return false;
        // Of two sides of a branch, one trip goes through one.
        const isApart = areApart(branches.get(statement), branches.get(site.statement));
        const first = isApart ? { ...write, order: Infinity } : write;
        return mayFollow(first, site, ranges, lifetimes.get(array) ?? 0);
      }),
    );
  };
  const isDead = (statement: Statement): boolean => {
    if (statement.kind !== "store" || !build.isZero(statement.value)) return false;
    if (parameters.has(statement.array)) return false;
    const known = global.get(statement.array);
    if (known === undefined ? !lifetimes.has(statement.array) : !isScratch(fn, known)) return false;
    return !isSeen(statement, statement.array);
  };
  const without = (block: Block): Block =>
    block.filter((statement) => !isDead(statement)).map((statement) => withBlocks(statement, without));
  return without(fn.body);
}

type Sides = ReadonlyMap<Statement, "then" | "else">;

/** On which sides of which branches each statement stands. */
function branchesOf(body: Block): ReadonlyMap<Statement, Sides> {
  const found = new Map<Statement, Sides>();
  const visit = (block: Block, sides: Sides): void => {
    for (const statement of block) {
      found.set(statement, sides);
      if (statement.kind === "if") {
        visit(statement.then, new Map([...sides, [statement, "then"]]));
        visit(statement.else, new Map([...sides, [statement, "else"]]));
      } else if (statement.kind === "for" || statement.kind === "while") visit(statement.body, sides);
    }
  };
  visit(body, new Map());
  return found;
}

const areApart = (one: Sides | undefined, other: Sides | undefined): boolean =>
  [...(one ?? [])].some(([branch, side]) => other?.has(branch) === true && other.get(branch) !== side);
