/**
 * A function as nests of loops with one assignment each, for those who read it as formulas. In: a function. Out: its
 * assignments in order, each under loops of its own, with every scalar that has a name put in its place.
 *
 * A loop is taken apart only where no trip sees what another has left, so that carrying out one assignment for all trips
 * and then the next is the same. What is local to a trip gets the trip's index in front of its subscripts. A loop with
 * such a dependence stays a loop around several assignments.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names, stemOf } from "../ir/names.ts";
import type {
  Access,
  Block,
  Contract,
  Expr,
  Fn,
  For,
  GlobalArray,
  Let,
  Shape,
  Statement,
  Test,
  While,
} from "../ir/nodes.ts";
import {
  type Rewriter,
  rewriteAccess,
  rewriteBlock,
  rewriteExpr,
  rewriteForm,
  rewriteStatement,
  rewriteTest,
} from "../ir/rewrite.ts";
import {
  bindersOf,
  forEachExpr,
  forEachExprOf,
  forEachForm,
  forEachStatement,
  usesArray,
  withBlocks,
} from "../ir/walk.ts";
import { mentions } from "./contractions.ts";
import { collectSites, constantRanges, isWrite, mayFollow, type Ranges, rangesOf } from "./sites.ts";

/** An index with its interval, from ≤ index < to. */
export interface Over {
  readonly index: string;
  readonly from: affine.Affine;
  readonly to: affine.Affine;
}

/** One assignment for all indices of its loops, the first outermost, where all of its tests hold. */
export interface Line {
  readonly kind: "line";
  readonly to: Access;
  /** Whether it adds to what is there. */
  readonly adds: boolean;
  readonly value: Expr;
  readonly over: readonly Over[];
  readonly when: readonly Test[];
  readonly statement: Statement;
}

/** A loop whose trips depend on those before. */
export interface Sequence {
  readonly kind: "sequence";
  readonly loop: For | While;
  readonly when: readonly Test[];
  readonly body: readonly Nest[];
}

/** What is no assignment: a call. */
export interface Opaque {
  readonly kind: "opaque";
  readonly when: readonly Test[];
  readonly over: readonly Over[];
  readonly statement: Statement;
}

export type Nest = Line | Sequence | Opaque;

export interface Nests {
  readonly body: readonly Nest[];
  /** Extents of an array as the nests subscript it; undefined where an axis has no fixed one. */
  readonly shapeOf: (array: string) => readonly (number | undefined)[] | undefined;
}

interface Touch {
  readonly access: "read" | "store" | "accumulate";
  readonly array: string;
  readonly at: readonly affine.Affine[];
}

export function nestsOf(fn: Fn, arrays: readonly GlobalArray[]): Nests {
  return new Distribution(fn, arrays).nests();
}

class Distribution {
  readonly #fn: Fn;
  readonly #arrays: readonly GlobalArray[];
  readonly #names: Names;
  readonly #ranges: Ranges;
  /** Intervals of indices that are made here. */
  readonly #made = new Map<string, affine.Range>();
  readonly #shapes = new Map<string, readonly (number | undefined)[]>();
  /** What arrays are called, numbers left out. */
  readonly #stems: ReadonlySet<string>;
  readonly #body: Block;

  constructor(fn: Fn, arrays: readonly GlobalArray[]) {
    this.#fn = fn;
    this.#arrays = arrays;
    this.#names = new Names([...bindersOf(fn), ...arrays.map(({ name }) => name)]);
    for (const { name, shape } of arrays) this.#shapes.set(name, shape);
    for (const parameter of fn.parameters)
      if (parameter.kind === "array") this.#shapes.set(parameter.name, parameter.shape);
    forEachStatement(fn.body, (statement) => {
      if (statement.kind === "alloc") this.#shapes.set(statement.array, statement.shape);
    });
    this.#stems = new Set(Array.from(this.#shapes.keys(), stemOf));
    this.#body = new Clears(fn, arrays, this.#shapes).first(withoutDeadZeros(fn, arrays));
    this.#ranges = collectSites(fn.body, constantRanges(arrays), rangesOf(fn)).ranges;
  }

  nests(): Nests {
    const body = this.#nests(this.#inlined(this.#body, {}), []);
    return { body, shapeOf: (array) => this.#shapes.get(array) };
  }

  // Scalars with names.

  /** The block without `let`: values stand where they are used, or in a local scalar where what they read changes before. */
  #inlined(block: Block, outer: Record<string, Expr>): Block {
    const out: Statement[] = [];
    const known = { ...outer };
    const rewriter: Rewriter = { name: (name) => known[name] };
    block.forEach((statement, position) => {
      switch (statement.kind) {
        case "let": {
          const value = rewriteExpr(statement.value, rewriter);
          if (this.#stays(statement, value, block.slice(position + 1))) known[statement.name] = value;
          else {
            // A number of its own would shift those of the arrays that it is read from.
            const stem = stemOf(statement.name);
            const isCopy = value.kind === "read" || this.#stems.has(stem);
            const array = this.#names.fresh(isCopy ? `${stem}_before` : statement.name);
            out.push(scalar(array), build.store(array, [], value, statement.span));
            this.#shapes.set(array, []);
            known[statement.name] = build.read(array);
          }
          break;
        }
        case "for":
          out.push({ ...statement, body: this.#inlined(statement.body, known) });
          break;
        case "while":
          out.push({
            ...statement,
            test: rewriteTest(statement.test, rewriter),
            body: this.#inlined(statement.body, known),
          });
          break;
        case "if": {
          const then = this.#inlined(statement.then, known);
          const otherwise = this.#inlined(statement.else, known);
          let test = rewriteTest(statement.test, rewriter);
          // The test is written beside every assignment of the branches: it must be the same for all.
          if (this.#meets(touchesOfTest(test), writesIn([...then, ...otherwise]))) {
            const array = this.#names.fresh("holds");
            out.push(
              scalar(array),
              build.store(array, [], build.select(test, build.one, build.zero), statement.span),
            );
            this.#shapes.set(array, []);
            test = build.compare("eq", build.read(array), build.one);
          }
          out.push({ ...statement, test, then, else: otherwise });
          break;
        }
        default:
          out.push(rewriteStatement(statement, rewriter));
      }
    });
    return out;
  }

  /** Does nothing that the value reads change before its last use? */
  #stays({ name }: Let, value: Expr, rest: Block): boolean {
    let last = -1;
    rest.forEach((statement, i) => {
      if (mentionsName(statement, name)) last = i;
    });
    if (last < 0) return true;
    const end = rest[last]!;
    // An assignment reads before it writes; in a loop, the next trip reads behind it.
    const until = isAssignment(end) ? rest.slice(0, last) : rest.slice(0, last + 1);
    return !this.#meets(touchesOf(value), writesIn(until));
  }

  #meets(reads: readonly Touch[], writes: readonly Touch[]): boolean {
    return reads.some((read) =>
      writes.some((write) => write.array === read.array && this.#mayBeSame(write.at, read.at)),
    );
  }

  #range = (form: affine.Affine, gap?: affine.Range): affine.Range =>
    affine.range(
      form,
      (name) => {
        if (name === "'gap") return gap;
        const own = name.endsWith("'") ? name.slice(0, -1) : name;
        return this.#made.get(own) ?? this.#ranges.index(own);
      },
      this.#ranges.array,
    );

  #mayBeSame(one: readonly affine.Affine[], other: readonly affine.Affine[], gap?: affine.Range): boolean {
    for (let axis = 0; axis < Math.min(one.length, other.length); axis++) {
      const { low, high } = this.#range(affine.subtract(one[axis]!, other[axis]!), gap);
      if (low > 0 || high < 0) return false;
    }
    return true;
  }

  // Loops.

  #nests(block: Block, outer: readonly string[]): Nest[] {
    return block.flatMap((statement): Nest[] => {
      switch (statement.kind) {
        case "alloc":
          return statement.zero ? [this.#cleared(statement.array, statement.shape, statement)] : [];
        case "store":
        case "accumulate": {
          const { array, at, value } = statement;
          const adds = statement.kind === "accumulate";
          if (!adds && isPlace(value, { array, at })) return [];
          return [{ kind: "line", to: { array, at }, adds, value, over: [], when: [], statement }];
        }
        case "contract":
          return [productLine(statement)];
        case "for":
          return this.#distributed(statement, outer);
        case "while": {
          const body = this.#nests(statement.body, [...outer, statement.counter]);
          return [{ kind: "sequence", loop: statement, when: [], body }];
        }
        case "if": {
          const under = (nests: readonly Nest[], test: Test): Nest[] =>
            nests.map((nest) => ({ ...nest, when: [test, ...nest.when] }));
          return [
            ...under(this.#nests(statement.then, outer), statement.test),
            // Not folded, so that readers see it is the same test.
            ...under(this.#nests(statement.else, outer), { kind: "not", of: statement.test }),
          ];
        }
        case "call":
          return [{ kind: "opaque", when: [], over: [], statement }];
        default:
          return [];
      }
    });
  }

  /** An array filled with 0. */
  #cleared(array: string, shape: Shape, statement: Statement): Line {
    const over = shape.map((extent): Over => {
      const index = this.#names.fresh("i");
      this.#made.set(index, { low: 0, high: extent - 1 });
      return { index, from: affine.integer(0), to: affine.integer(extent) };
    });
    const at = over.map(({ index }) => affine.index(index));
    return { kind: "line", to: { array, at }, adds: false, value: build.zero, over, when: [], statement };
  }

  #distributed(loop: For, outer: readonly string[]): Nest[] {
    const once = this.#once(loop);
    if (once !== undefined) return this.#nests(once, outer);
    const items = this.#nests(loop.body, [...outer, loop.index]);
    const own = this.#ownOf(loop, items);
    const touches = items.map((item) => touchesOfNest(item).filter(({ array }) => !own.has(array)));
    // Groups of neighbours: of two in one, a later trip of the first may meet what an earlier one of the second did.
    const groupOf = items.map((_, i) => i);
    const isCarried = items.map(() => false);
    for (let first = 0; first < items.length; first++)
      for (let second = first; second < items.length; second++) {
        if (!this.#isCarried(touches[second]!, touches[first]!, loop, outer)) continue;
        isCarried[first] = true;
        const [low, high] = [groupOf[first]!, groupOf[second]!];
        for (let i = 0; i < items.length; i++)
          if (groupOf[i]! >= low && groupOf[i]! <= high) groupOf[i] = low;
      }
    const groups = new Map<number, number[]>();
    for (const [i, group] of groupOf.entries()) groups.set(group, [...(groups.get(group) ?? []), i]);
    const isSequence = (members: readonly number[]): boolean =>
      members.length > 1 || isCarried[members[0]!]! || items[members[0]!]!.kind === "sequence";
    // What a trip has for itself, where one group leaves it for another or all trips are one assignment.
    const users = new Map<string, Set<number>>();
    items.forEach((item, i) => {
      for (const { array } of touchesOfNest(item))
        users.set(array, (users.get(array) ?? new Set()).add(groupOf[i]!));
    });
    const spread = [...own].filter((array) => {
      const of = [...(users.get(array) ?? [])];
      return of.length > 1 || of.some((group) => !isSequence(groups.get(group)!));
    });
    const to = affine.constantOf(loop.to);
    for (const array of spread) this.#shapes.set(array, [to, ...(this.#shapes.get(array) ?? [])]);
    const rewriter: Rewriter = {
      array: (array) => (spread.includes(array) ? { array, prefix: [affine.index(loop.index)] } : undefined),
    };
    const over: Over = { index: loop.index, from: loop.from, to: loop.to };
    return [...groups.values()].map((members): Nest => {
      const body = members.map((member) => rewritten(items[member]!, rewriter));
      const [nest] = body as [Nest];
      if (isSequence(members) || nest.kind === "sequence") return { kind: "sequence", loop, when: [], body };
      return { ...nest, over: [over, ...nest.over] };
    });
  }

  /** What a loop of at most one trip is, where it sets what its index does not tell apart. */
  #once(loop: For): Block | undefined {
    const [from, to] = [affine.constantOf(loop.from), affine.constantOf(loop.to)];
    if (from === undefined || to === undefined || to - from > 1) return undefined;
    if (to <= from) return [];
    let isPlain = true;
    forEachStatement(loop.body, (statement) => {
      if (statement.kind === "store") isPlain &&= statement.at.some((form) => mentions(form, loop.index));
    });
    if (isPlain) return undefined;
    return rewriteBlock(loop.body, {
      index: (name) => (name === loop.index ? affine.integer(from) : undefined),
    });
  }

  /** Arrays that each trip has for itself: made in it, or set in it before it reads them and nowhere else seen. */
  #ownOf(loop: For, items: readonly Nest[]): ReadonlySet<string> {
    const own = new Set<string>();
    forEachStatement(loop.body, (statement) => {
      if (statement.kind === "alloc") own.add(statement.array);
    });
    const parameters = new Set(this.#fn.parameters.map(({ name }) => name));
    const met = new Set<string>();
    for (const item of items) {
      for (const { array } of touchesOfNest(item)) {
        if (met.has(array)) continue;
        met.add(array);
        if (own.has(array) || parameters.has(array) || !this.#isLocal(array)) continue;
        if (item.kind !== "line" || item.adds || item.when.length > 0 || item.to.array !== array) continue;
        if (this.#isWithin(array, loop) && this.#covers(item, items)) own.add(array);
      }
    }
    return own;
  }

  /** Is it an array that only the function itself sees? */
  #isLocal(array: string): boolean {
    const known = this.#arrays.find(({ name }) => name === array);
    return known === undefined || isScratch(this.#fn, known);
  }

  /** Does nothing outside the loop touch it? */
  #isWithin(array: string, loop: For): boolean {
    const count = (block: Block): number => countsOf(block).get(array) ?? 0;
    // Of the bodies as they came in, so that both are counted alike.
    let inside: Block = [];
    forEachStatement(this.#body, (statement) => {
      if (statement.kind === "for" && statement.index === loop.index) inside = statement.body;
    });
    return count(inside) === count(this.#body);
  }

  /** Does the line set, in each trip, every entry that the trip reads? */
  #covers(line: Line, items: readonly Nest[]): boolean {
    if (touchesOfNest(line).some(({ access, array }) => access === "read" && array === line.to.array))
      return false;
    const axes = line.to.at.map((form) =>
      line.over.find(({ index }) => affine.equal(form, affine.index(index))),
    );
    if (new Set(axes).size < axes.length || axes.length < line.over.length) return false;
    return items.every((item) =>
      touchesOfNest(item).every(
        ({ array, at }) =>
          array !== line.to.array ||
          (at.length === axes.length &&
            at.every((form, axis) => {
              const [from, to] = [axes[axis]?.from, axes[axis]?.to].map((bound) =>
                bound === undefined ? undefined : affine.constantOf(bound),
              );
              const { low, high } = this.#range(form);
              return from !== undefined && to !== undefined && low >= from && high < to;
            })),
      ),
    );
  }

  /** May a trip of the loop meet in `second` what an earlier trip did in `first`, where the order matters? */
  #isCarried(
    first: readonly Touch[],
    second: readonly Touch[],
    loop: For,
    outer: readonly string[],
  ): boolean {
    const { low, high } = this.#ranges.index(loop.index)!;
    const trips = Math.max(1, high - low);
    const gap = loop.down ? { low: -trips, high: -1 } : { low: 1, high: trips };
    const move = (name: string): affine.Affine | undefined => {
      if (name === loop.index) return affine.add(affine.index(name), affine.index("'gap"));
      return outer.includes(name) || this.#isParameter(name) ? undefined : affine.index(`${name}'`);
    };
    return second.some((later) => {
      const at = later.at.map((form) => affine.substitute(form, move));
      return first.some(
        (earlier) =>
          earlier.array === later.array &&
          !(earlier.access === "read" && later.access === "read") &&
          !(earlier.access === "accumulate" && later.access === "accumulate") &&
          this.#mayBeSame(at, earlier.at, gap),
      );
    });
  }

  #isParameter(name: string): boolean {
    return this.#fn.parameters.some((parameter) => parameter.name === name);
  }
}

/** A local scalar, set where it is made. */
const scalar = (array: string): Statement => ({ ...build.alloc(array, []), zero: false });

/** Arrays of the program that hold what one call of a function computes on the way, and no result. */
const isScratch = (fn: Fn, { role, home }: GlobalArray): boolean =>
  home === undefined &&
  (role === "workspace" || role === "tape") &&
  // A kernel has no parameters for results: they are among these.
  fn.parameters.some((one) => one.kind === "array" && one.access !== "in");

/**
 * Arrays that a loop uses in every trip, and clears for the next, are cleared at the head of each trip instead: so that trips
 * are seen to have nothing to do with each other.
 */
class Clears {
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
function countsOf(block: Block): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  forEachStatement(block, (statement) => {
    for (const { array } of touchesOfStatement(statement)) counts.set(array, (counts.get(array) ?? 0) + 1);
  });
  return counts;
}

const isPlace = (value: Expr, { array, at }: Access): boolean =>
  value.kind === "read" &&
  value.array === array &&
  value.at.every((form, axis) => affine.equal(form, at[axis]!));

/** The body without zeros that nothing sees, which a reverse sweep leaves behind in what it has used up. */
function withoutDeadZeros(fn: Fn, arrays: readonly GlobalArray[]): Block {
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
    block
      .filter((statement) => !isDead(statement))
      .map((statement) => {
        if (statement.kind === "if")
          return { ...statement, then: without(statement.then), else: without(statement.else) };
        if (statement.kind === "for" || statement.kind === "while")
          return { ...statement, body: without(statement.body) };
        return statement;
      });
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

function productLine(statement: Contract): Line {
  const { to, factors, over } = statement;
  const value = factors
    .map(({ array, at }): Expr => build.read(array, at))
    .reduce((left, right): Expr => ({ kind: "primitive", op: "mul", args: [left, right] }));
  return { kind: "line", to, adds: true, value, over, when: [], statement };
}

function rewritten(nest: Nest, rewriter: Rewriter): Nest {
  const when = nest.when.map((test) => rewriteTest(test, rewriter));
  const bounds = (over: readonly Over[]): Over[] =>
    over.map(({ index, from, to }) => ({
      index,
      from: rewriteForm(from, rewriter),
      to: rewriteForm(to, rewriter),
    }));
  switch (nest.kind) {
    case "line":
      return {
        ...nest,
        when,
        to: rewriteAccess(nest.to, rewriter),
        value: rewriteExpr(nest.value, rewriter),
        over: bounds(nest.over),
      };
    case "sequence": {
      const { loop } = nest;
      const head: For | While =
        loop.kind === "while"
          ? { ...loop, test: rewriteTest(loop.test, rewriter) }
          : { ...loop, from: rewriteForm(loop.from, rewriter), to: rewriteForm(loop.to, rewriter) };
      return { ...nest, when, loop: head, body: nest.body.map((inner) => rewritten(inner, rewriter)) };
    }
    case "opaque":
      return {
        ...nest,
        when,
        over: bounds(nest.over),
        statement: rewriteStatement(nest.statement, rewriter),
      };
    default:
      return nest satisfies never;
  }
}

// What is touched.

const gathersOf = (forms: readonly affine.Affine[]): Touch[] => {
  const found: Touch[] = [];
  for (const form of forms)
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "gather") found.push({ access: "read", array: atom.array, at: atom.at });
    });
  return found;
};

function touchesOf(expr: Expr): Touch[] {
  const found: Touch[] = [];
  forEachExpr(expr, (inner) => {
    if (inner.kind === "read")
      found.push({ access: "read", array: inner.array, at: inner.at }, ...gathersOf(inner.at));
    if (inner.kind === "integer") found.push(...gathersOf([inner.value]));
  });
  return found;
}

const touchesOfTest = (test: Test): Touch[] => touchesOf(build.select(test, build.one, build.zero));

/** What a statement itself touches, those of inner blocks left out. */
function touchesOfStatement(statement: Statement): Touch[] {
  const found: Touch[] = [];
  forEachExprOf(statement, (inner) => {
    if (inner.kind === "read") found.push({ access: "read", array: inner.array, at: inner.at });
  });
  forEachForm(statement, (form) => found.push(...gathersOf([form])));
  switch (statement.kind) {
    case "store":
    case "accumulate":
      found.push({ access: statement.kind, array: statement.array, at: statement.at });
      break;
    case "contract":
      found.push(...statement.factors.map((factor): Touch => ({ access: "read", ...factor })));
      found.push({ access: "accumulate", ...statement.to });
      break;
    case "alloc":
      if (statement.zero) found.push({ access: "store", array: statement.array, at: [] });
      break;
    case "call":
      for (const arg of statement.args) {
        if (arg.kind !== "array") continue;
        const { array, prefix: at } = arg.view;
        found.push({ access: "read", array, at }, { access: "store", array, at });
      }
      break;
    default:
      break;
  }
  return found;
}

function writesIn(block: Block): Touch[] {
  const found: Touch[] = [];
  forEachStatement(block, (statement) => {
    found.push(...touchesOfStatement(statement).filter(({ access }) => access !== "read"));
  });
  return found;
}

/** All that a nest touches, whatever its loops. */
export function touchesOfNest(nest: Nest): readonly Touch[] {
  const before = touchesMet.get(nest);
  if (before !== undefined) return before;
  const touches = touchesIn(nest);
  touchesMet.set(nest, touches);
  return touches;
}

/** Touches are asked for again with every nest that another is compared with. */
const touchesMet = new WeakMap<Nest, readonly Touch[]>();

function touchesIn(nest: Nest): Touch[] {
  const tests = nest.when.flatMap(touchesOfTest);
  switch (nest.kind) {
    case "line":
      return [
        ...tests,
        ...gathersOf(nest.over.flatMap(({ from, to }) => [from, to])),
        ...touchesOf(nest.value),
        ...gathersOf(nest.to.at),
        { access: nest.adds ? "accumulate" : "store", array: nest.to.array, at: nest.to.at },
      ];
    case "sequence":
      return [
        ...tests,
        ...(nest.loop.kind === "while"
          ? touchesOfTest(nest.loop.test)
          : gathersOf([nest.loop.from, nest.loop.to])),
        ...nest.body.flatMap(touchesOfNest),
      ];
    case "opaque":
      return [
        ...tests,
        ...gathersOf(nest.over.flatMap(({ from, to }) => [from, to])),
        ...touchesOfStatement(nest.statement),
      ];
    default:
      return nest satisfies never;
  }
}

const isAssignment = ({ kind }: Statement): boolean =>
  kind === "store" || kind === "accumulate" || kind === "let" || kind === "contract";

/** Names that a statement mentions, blocks inside it included; asked for with every `let` in front of it. */
const namesIn = new WeakMap<Statement, ReadonlySet<string>>();

function mentionsName(statement: Statement, name: string): boolean {
  let names = namesIn.get(statement);
  if (names === undefined) {
    const found = new Set<string>();
    forEachStatement([statement], (inner) =>
      forEachExprOf(inner, (expr) => {
        if (expr.kind === "name") found.add(expr.name);
      }),
    );
    names = found;
    namesIn.set(statement, names);
  }
  return names.has(name);
}
