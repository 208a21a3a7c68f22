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
import { bindersOf, forEachExprOf, forEachStatement } from "../ir/walk.ts";
import { mentions } from "./contractions.ts";
import {
  type Line,
  type Nest,
  type Over,
  type Touch,
  touchesOf,
  touchesOfNest,
  touchesOfTest,
  writesIn,
} from "./nest.ts";
import { collectSites, constantRanges, type Ranges, rangesOf } from "./sites.ts";
import { Clears, countsOf, isScratch, withoutDeadZeros } from "./used-up.ts";

export interface Nests {
  readonly body: readonly Nest[];
  /** Extents of an array as the nests subscript it; undefined where an axis has no fixed one. */
  readonly shapeOf: (array: string) => readonly (number | undefined)[] | undefined;
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

const isPlace = (value: Expr, { array, at }: Access): boolean =>
  value.kind === "read" &&
  value.array === array &&
  value.at.every((form, axis) => affine.equal(form, at[axis]!));

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
