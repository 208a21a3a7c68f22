/**
 * Packs the parts of a jet that a linear layer treats alike. Sums over j of w[j] h[j], w[j] h_1[j, r] and w[j] h_top[j],
 * for one coefficient w[j], become one sum over a row of one array that holds h, h_1 and h_top side by side: one loop of
 * all vectors that a vectoriser takes whole, where there was one of a few trips for each part. In: a program bound to its
 * arrays. Out: the same values to the bit: every entry is summed as before, and is in another place.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, Fn, For, GlobalArray, Let, Program, Statement } from "../ir/nodes.ts";
import { instantiate, rewriteBlock } from "../ir/rewrite.ts";
import { arraysOf, bindersOf, forEachExpr, forEachExprIn, forEachStatement, withBlocks } from "../ir/walk.ts";
import { sizeOf } from "../model.ts";
import { writes } from "./reuse.ts";

/** A sum and what it sums, a row of the one for an entry of the other. */
interface Part {
  readonly sum: string;
  readonly source: string;
  readonly extents: readonly number[];
}

/** A loop over j with nothing but sums of one coefficient times parts of rows. */
interface Product {
  readonly loop: For;
  /** The coefficient's `let` where the loop has one of its own. */
  readonly coefficient: { readonly own: Let | undefined; readonly name: string };
  readonly parts: readonly Part[];
}

/** Where the entries of an array are now. */
interface Packed {
  readonly array: string;
  readonly first: number;
  /** Subscripts in front of the part's own. */
  readonly outer: number;
  readonly extents: readonly number[];
}

/** Words of a row up to which its parts are as fast in loops of their own, which are unrolled and kept in registers. */
const fewest = 4;
/** Words of a row that compilers unroll altogether: what fills it, two rows at once, decides whether they see vectors. */
export const wordsOfShortRow = 16;
/** Share of a row from which on one part fills the vectors, whatever becomes of the others. */
const wide = 3 / 4;
/** Words of a row are filled up to a multiple of this, the longest vector of doubles; what is left over would be done one by one. */
export const lanes = 8;

/** Words of a first-level cache. Rows that do not fit are better read for several sums at once. */
export const wordsOfCache = 4096;

/** `most`: words of a row from which on it stays in parts. */
export function packed(program: Program, most: number): Program {
  const packer = new Packer(program, most);
  const functions = program.functions.map((fn) => packer.fn(fn));
  return packer.program(functions);
}

/** What has become of a block: the product, and the array of its sums. */
interface Jet {
  readonly loop: For;
  readonly own: string;
  readonly words: number;
}

class Packer {
  readonly #program: Program;
  readonly #most: number;
  readonly #names: Names;
  /** Working arrays that nothing is known of that forbids to move them. */
  readonly #free: Map<string, GlobalArray>;
  readonly #sources = new Map<string, Packed>();
  readonly #arrays: GlobalArray[] = [];
  readonly #gone = new Set<string>();
  readonly #jets = new WeakMap<Block, Jet>();
  #fn: Fn | undefined;
  /** Sets what rows are filled up with, which is multiplied and added but never looked at. */
  #unused: Statement[] = [];

  constructor(program: Program, most: number) {
    this.#program = program;
    this.#most = most;
    this.#names = new Names([
      ...program.arrays.map((array) => array.name),
      ...program.functions.flatMap((fn) => bindersOf(fn)),
    ]);
    this.#free = new Map(program.arrays.filter(isWork).map((array) => [array.name, array]));
    for (const name of handedOver(program)) this.#free.delete(name);
  }

  fn(fn: Fn): Fn {
    this.#fn = fn;
    this.#unused = [];
    const body = this.#block(fn.body);
    return { ...fn, body: [...this.#unused, ...body] };
  }

  /** The program of functions that were packed, those that look at rows in other ways included. */
  program(functions: readonly Fn[]): Program {
    if (this.#sources.size === 0) return this.#program;
    return {
      arrays: [...this.#program.arrays.filter(({ name }) => !this.#gone.has(name)), ...this.#arrays],
      functions: functions.map((fn) => ({ ...fn, body: moved(fn.body, this.#sources) })),
    };
  }

  #block(block: Block): Statement[] {
    const body = block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "for": {
          const inner = this.#block(statement.body);
          const jet = this.#jets.get(inner);
          const whole: For = { ...statement, body: inner };
          return (jet && this.#apart(whole, jet)) ?? [whole];
        }
        default:
          return [withBlocks(statement, (inner) => this.#block(inner))];
      }
    });
    for (const statement of body) {
      const product = statement.kind === "for" ? productOf(statement) : undefined;
      const placed = product && this.#together(body, product);
      if (placed !== undefined) return placed;
    }
    return body;
  }

  /** The block with the product's sums in one array of its own; nothing where that is not right, or not worth it. */
  #together(block: readonly Statement[], product: Product): Statement[] | undefined {
    const { parts } = product;
    const words = parts.reduce((sum, { extents }) => sum + sizeOf(extents), 0);
    const filled = Math.ceil(words / lanes) * lanes;
    const largest = Math.max(...parts.map(({ extents }) => sizeOf(extents)));
    if (words <= fewest || words > this.#most) return undefined;
    if (filled > wordsOfShortRow && largest > wide * words) return undefined;
    if (!parts.every((part) => this.#isFree(part))) return undefined;
    if (!parts.every(({ sum, extents }) => this.#isOwn(block, sum, extents))) return undefined;
    const rows = new Set(parts.map(({ source }) => this.#free.get(source)!.shape[0]!));
    if (rows.size > 1) return undefined;

    const [row] = [...rows] as [number];
    const [{ sum, source }] = parts as [Part];
    const home = this.#names.fresh(`${source}_jet`);
    const own = this.#names.fresh(`${sum}_jet`);
    this.#arrays.push({ ...this.#free.get(source)!, name: home, shape: [row, filled], doc: undefined });
    const sums = new Map<string, Packed>();
    let at = 0;
    for (const { sum, source, extents } of parts) {
      sums.set(sum, { array: own, first: at, outer: 0, extents });
      this.#sources.set(source, { array: home, first: at, outer: 1, extents });
      for (const name of [sum, source]) {
        this.#gone.add(name);
        this.#free.delete(name);
      }
      at += sizeOf(extents);
    }
    const loop = merged(product, home, own, filled, this.#names);
    const first = block.findIndex((statement) => parts.some((part) => touches(statement, part.sum)));
    const placed = block.flatMap((statement): Statement[] => {
      if (statement === product.loop) return [loop];
      if (statement.kind !== "alloc" || !sums.has(statement.array)) return moved([statement], sums);
      return statement.zero ? cleared(sums.get(statement.array)!, this.#names) : [];
    });
    const rest = { first: words, extents: [filled - words] };
    const fill = filled > words ? cleared({ array: own, outer: 0, ...rest }, this.#names) : [];
    if (filled > words)
      this.#unused.push(...clearedRows({ array: home, outer: 1, ...rest }, row, this.#names));
    placed.splice(first, 0, build.alloc(own, [filled], { zero: false }), ...fill);
    this.#jets.set(placed, { loop, own, words: filled });
    return placed;
  }

  /**
   * The loop over rows in two, the product of all rows and what is made of it, so that rows of the product may be done
   * together; nothing where what it reads is written in between, or fits a cache.
   */
  #apart(rows: For, { loop, own, words }: Jet): Statement[] | undefined {
    const [from, to] = [affine.constantOf(rows.from), affine.constantOf(rows.to)];
    if (
      from !== 0 ||
      to === undefined ||
      rows.down ||
      (words > wordsOfShortRow && to * words <= wordsOfCache)
    )
      return undefined;
    const at = rows.body.indexOf(loop);
    const before = rows.body.slice(0, at);
    const starts = before.filter((statement) => touches(statement, own));
    const needed = freeNames([...starts, loop]);
    const lets = before.filter((statement): statement is Let => statement.kind === "let").reverse();
    for (const { name, value } of lets) if (needed.has(name)) forEachName(value, (used) => needed.add(used));
    const head = before.filter(
      (statement) => starts.includes(statement) || (statement.kind === "let" && needed.has(statement.name)),
    );
    const others = before.filter((statement) => !starts.includes(statement));
    const tail = [...others, ...rows.body.slice(at + 1)];
    const used = freeNames(tail);
    const rest = tail.filter((statement) => statement.kind !== "let" || used.has(statement.name));

    const written = new Set([...writesOf(rest), ...allocsOf(rest)]);
    const read = arraysOf({ name: "", parameters: [], body: [...head, loop] });
    if ([...read].some((array) => array !== own && written.has(array))) return undefined;
    if (writesOf(head).some((array) => array !== own)) return undefined;

    const all = this.#names.fresh(own);
    const [column, entry] = [this.#names.fresh("c"), this.#names.fresh("sum")];
    const [i, c] = [affine.index(rows.index), affine.index(column)];
    this.#arrays.push({ name: all, element: "real", shape: [to, words], role: "workspace" });
    const kept = build.loop(column, affine.integer(0), affine.integer(words), [
      build.bind(entry, build.read(own, [c])),
      build.store(all, [i, c], build.name(entry)),
    ]);
    const inAll = rewriteBlock(rest, {
      array: (array) => (array === own ? { array: all, prefix: [i] } : undefined),
    });
    return [
      { ...rows, body: [...head, loop, kept] },
      ...instantiate([{ ...rows, body: inAll }], this.#names.fresh),
    ];
  }

  #isFree({ source, extents }: Part): boolean {
    const shape = this.#free.get(source)?.shape;
    return shape?.length === extents.length + 1 && extents.every((extent, d) => extent === shape[d + 1]);
  }

  /** Whether an array is the block's own: declared in it, or set in it before anything else, and used nowhere else. */
  #isOwn(block: Block, array: string, extents: readonly number[]): boolean {
    const declared = block.find((statement) => statement.kind === "alloc" && statement.array === array);
    if (declared?.kind === "alloc") return declared.shape.join() === extents.join();
    const shape = this.#free.get(array)?.shape;
    if (shape === undefined || shape.join() !== extents.join()) return false;
    const users = this.#program.functions.filter((one) => arraysOf(one).has(array));
    const first = block.find((statement) => touches(statement, array));
    return (
      users.length === 1 &&
      users[0] === this.#fn &&
      mentionsOf(users[0]!.body, array) === mentionsOf(block, array) &&
      setsAll(first!, array, extents)
    );
  }
}

/** Scalars that a block uses. */
function freeNames(block: Block): Set<string> {
  const found = new Set<string>();
  forEachExprIn(block, (expr) => {
    if (expr.kind === "name") found.add(expr.name);
  });
  return found;
}

function forEachName(value: Expr, visit: (name: string) => void): void {
  forEachExpr(value, (expr) => {
    if (expr.kind === "name") visit(expr.name);
  });
}

function writesOf(block: Block): string[] {
  const found: string[] = [];
  forEachStatement(block, (statement) => {
    found.push(...writes(statement));
  });
  return found;
}

const allocsOf = (block: Block): string[] =>
  block.flatMap((statement) => (statement.kind === "alloc" ? [statement.array] : []));

const isWork = ({ role, home, element }: GlobalArray): boolean =>
  role === "workspace" && home === undefined && element === "real";

/** Arrays that functions or contractions get as a whole. */
function handedOver(program: Program): Set<string> {
  const found = new Set<string>();
  for (const fn of program.functions)
    forEachStatement(fn.body, (statement) => {
      if (statement.kind === "call") {
        for (const arg of statement.args) if (arg.kind === "array") found.add(arg.view.array);
      }
      if (statement.kind === "contract")
        for (const { array } of [statement.to, ...statement.factors]) found.add(array);
    });
  return found;
}

const touches = (statement: Statement, array: string): boolean =>
  (statement.kind === "alloc" && statement.array === array) ||
  arraysOf({ name: "", parameters: [], body: [statement] }).has(array);

/** How many statements that are no loops or branches refer to an array. */
function mentionsOf(block: Block, array: string): number {
  let count = 0;
  forEachStatement(block, (statement) => {
    if (statement.kind === "for" || statement.kind === "while" || statement.kind === "if") return;
    if (touches(statement, array)) count++;
  });
  return count;
}

/** Whether a statement stores a number to every entry of an array, and has nothing else to do with it. */
function setsAll(statement: Statement, array: string, extents: readonly number[]): boolean {
  if (mentionsOf([statement], array) !== 1) return false;
  const find = (inner: Statement, around: readonly For[]): boolean => {
    if (inner.kind === "for") return inner.body.some((each) => find(each, [...around, inner]));
    if (inner.kind !== "store" || inner.array !== array || inner.value.kind !== "number") return false;
    const loops = around.filter(({ index }) => inner.at.some((form) => isIndex(form, index)));
    return (
      loops.length === around.length &&
      inner.at.length === extents.length &&
      inner.at.every((form, d) =>
        loops.some((loop) => isIndex(form, loop.index) && isWhole(loop, extents[d]!)),
      )
    );
  };
  return find(statement, []);
}

const isIndex = (form: Affine, index: string): boolean =>
  affine.key(form) === affine.key(affine.index(index));

const isWhole = ({ from, to }: For, extent: number): boolean =>
  affine.constantOf(from) === 0 && affine.constantOf(to) === extent;

/** The loop as a product; nothing where it is none. */
function productOf(loop: For): Product | undefined {
  const parts: Part[] = [];
  const lets = new Map<string, Let>();
  const coefficients = new Set<string>();
  const resolved = (expr: Expr): Expr => (expr.kind === "name" && lets.get(expr.name)?.value) || expr;
  const isPart = (statement: Statement, around: readonly For[]): boolean => {
    if (statement.kind === "let") {
      lets.set(statement.name, statement);
      return true;
    }
    if (statement.kind === "for")
      return !statement.down && statement.body.every((each) => isPart(each, [...around, statement]));
    if (statement.kind !== "accumulate") return false;
    const value = resolved(statement.value);
    if (value.kind !== "primitive" || value.op !== "mul") return false;
    const [coefficient, entry] = value.args as [Expr, Expr];
    const source = resolved(entry);
    if (coefficient.kind !== "name" || source.kind !== "read") return false;
    const extents = around.map(({ from, to }) => affine.constantOf(affine.subtract(to, from)) ?? 0);
    const places = around.map(({ index }) => index);
    const isWholePart =
      around.every((each, d) => isWhole(each, extents[d]!)) &&
      statement.at.length === places.length &&
      statement.at.every((form, d) => isIndex(form, places[d]!)) &&
      source.at.length === places.length + 1 &&
      isIndex(source.at[0]!, loop.index) &&
      source.at.slice(1).every((form, d) => isIndex(form, places[d]!));
    if (!isWholePart || parts.some(({ sum }) => sum === statement.array)) return false;
    coefficients.add(coefficient.name);
    parts.push({ sum: statement.array, source: source.array, extents });
    return true;
  };
  if (loop.down || !loop.body.every((statement) => isPart(statement, []))) return undefined;
  const [name] = coefficients;
  const sources = new Set(parts.map(({ source }) => source));
  const isJet = parts.length > 1 && parts.some(({ extents }) => extents.length > 0);
  if (!isJet || coefficients.size !== 1 || sources.size < parts.length) return undefined;
  if (parts.some(({ sum }) => sources.has(sum))) return undefined;
  const own = lets.get(name!);
  if (own !== undefined && own.value.kind !== "read") return undefined;
  if (
    own?.value.kind === "read" &&
    (sources.has(own.value.array) || parts.some(({ sum }) => sum === (own.value as { array: string }).array))
  )
    return undefined;
  return { loop, coefficient: { own, name: name! }, parts };
}

/** All parts in one loop. */
function merged({ loop, coefficient }: Product, home: string, own: string, words: number, names: Names): For {
  const word = names.fresh("c");
  const at = affine.index(word);
  const [entry, product] = [names.fresh("part"), names.fresh("product")];
  return {
    ...loop,
    body: [
      ...(coefficient.own === undefined ? [] : [coefficient.own]),
      build.loop(word, affine.integer(0), affine.integer(words), [
        build.bind(entry, build.read(home, [affine.index(loop.index), at])),
        build.bind(product, build.mul(build.name(coefficient.name), build.name(entry))),
        build.accumulate(own, [at], build.name(product)),
      ]),
    ],
  };
}

/** Sets a part to 0. */
function cleared({ array, first, extents }: Packed, names: Names): Statement[] {
  const index = names.fresh("c");
  const place = affine.offset(affine.index(index), first);
  return [
    build.loop(index, affine.integer(0), affine.integer(sizeOf(extents)), [
      build.store(array, [place], build.zero),
    ]),
  ];
}

/** Sets a part of every row to 0. */
function clearedRows({ array, first, extents }: Packed, rows: number, names: Names): Statement[] {
  const [row, index] = [names.fresh("i"), names.fresh("c")];
  const place = affine.offset(affine.index(index), first);
  return [
    build.loop(row, affine.integer(0), affine.integer(rows), [
      build.loop(index, affine.integer(0), affine.integer(sizeOf(extents)), [
        build.store(array, [affine.index(row), place], build.zero),
      ]),
    ]),
  ];
}

/** The block with entries of arrays at their new places. */
function moved(block: Block, places: ReadonlyMap<string, Packed>): Statement[] {
  const placeOf = (array: string, at: readonly Affine[]) => {
    const found = places.get(array);
    if (found === undefined) return undefined;
    const { first, outer, extents } = found;
    const within = at
      .slice(outer)
      .reduce((sum, form, d) => affine.add(affine.scale(sum, extents[d]!), form), affine.integer(0));
    return { array: found.array, at: [...at.slice(0, outer), affine.offset(within, first)] };
  };
  const targets = (statement: Statement): Statement => {
    switch (statement.kind) {
      case "store":
      case "accumulate":
        return { ...statement, ...placeOf(statement.array, statement.at) };
      case "for":
      case "while":
        return { ...statement, body: statement.body.map(targets) };
      case "if":
        return { ...statement, then: statement.then.map(targets), else: statement.else.map(targets) };
      default:
        return statement;
    }
  };
  return rewriteBlock(block, {}, (expr) => {
    const place = expr.kind === "read" ? placeOf(expr.array, expr.at) : undefined;
    return place === undefined ? expr : { kind: "read", ...place };
  }).map(targets);
}
