/**
 * Lets working arrays share memory whose contents are never needed at one time. In: a program whose kernels are bound to
 * its arrays, with the calls of a step still written out one by one; `overlay` looks at it, and its answer is applied
 * to the program in its last form. Out: the arrays in fewer words, every access in its new place.
 *
 * Liveness goes backwards over the entry functions, through calls. Places are whole arrays, or their rows where every
 * access says which row it means. A row is set anew by loops that store all of its entries.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, Fn, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import { rewriteStatement } from "../ir/rewrite.ts";
import { arraysOf, bindersOf, blocksOf, expressionsOf, forEachExpr } from "../ir/walk.ts";
import { sizeOf } from "../model.ts";

/** Which arrays must not share memory, and the most words of arrays that hold something needed at one time. */
export interface Overlay {
  readonly conflicts: ReadonlyMap<string, ReadonlySet<string>>;
  readonly mostWords: number;
}

/** What the entries of a program need when. */
export function overlay(program: Program, entries: readonly string[]): Overlay {
  return new Liveness(program, entries).result();
}

const isWork = (array: GlobalArray): boolean =>
  array.home === undefined && array.role !== "constant" && array.element === "real";

type Env = ReadonlyMap<string, Affine>;

class Liveness {
  readonly #arrays: ReadonlyMap<string, GlobalArray>;
  readonly #functions: ReadonlyMap<string, Fn>;
  readonly #entries: readonly string[];
  readonly #whole = new Set<string>();
  readonly #conflicts = new Map<string, Set<string>>();
  /** Where accesses are only looked at, nothing is noted. */
  #isNoting = true;
  #most = 0;

  constructor(program: Program, entries: readonly string[]) {
    this.#arrays = new Map(program.arrays.filter(isWork).map((array) => [array.name, array]));
    this.#functions = new Map(program.functions.map((fn) => [fn.name, fn]));
    this.#entries = entries;
  }

  result(): Overlay {
    for (const entry of this.#entries) this.#findWhole(this.#functions.get(entry)!.body, new Map());
    for (const name of this.#arrays.keys()) this.#conflicts.set(name, new Set());
    for (const entry of this.#entries) this.#block(this.#functions.get(entry)!.body, new Set(), new Map());
    return { conflicts: this.#conflicts, mostWords: this.#most };
  }

  /** Arrays of which some access does not say the row: they are one place. */
  #findWhole(block: Block, env: Env): void {
    const look = (array: string, at: readonly Affine[]): void => {
      if (this.#arrays.has(array) && (at.length === 0 || rowOf(at, env) === undefined))
        this.#whole.add(array);
    };
    for (const statement of block) {
      for (const top of expressionsOf(statement))
        forEachExpr(top, (expr) => {
          if (expr.kind === "read") look(expr.array, expr.at);
        });
      if (statement.kind === "store" || statement.kind === "accumulate") look(statement.array, statement.at);
      for (const inner of blocksOf(statement)) this.#findWhole(inner, env);
      if (statement.kind === "call")
        this.#inCallee(statement, env, (body, own) => this.#findWhole(body, own));
    }
  }

  #inCallee<T>(call: Statement & { kind: "call" }, env: Env, act: (body: Block, env: Env) => T): T {
    const fn = this.#functions.get(call.callee)!;
    const own = new Map<string, Affine>();
    fn.parameters.forEach((parameter, i) => {
      const argument = call.args[i]!;
      if (argument.kind === "array") throw new Error(`${fn.name} is not bound to arrays of the program`);
      if (argument.kind === "integer")
        own.set(
          parameter.name,
          affine.substitute(argument.value, (name) => env.get(name)),
        );
    });
    return act(fn.body, own);
  }

  #placeOf(array: string, at: readonly Affine[], env: Env): string | undefined {
    if (!this.#arrays.has(array)) return undefined;
    return this.#whole.has(array) ? array : `${array}[${rowOf(at, env)}`;
  }

  /** What is needed in front of a block, from what is needed behind it. */
  #block(block: Block, behind: ReadonlySet<string>, env: Env): Set<string> {
    let live = new Set(behind);
    for (const statement of block.toReversed()) live = this.#statement(statement, live, env);
    return live;
  }

  #statement(statement: Statement, live: Set<string>, env: Env): Set<string> {
    switch (statement.kind) {
      case "store":
      case "accumulate": {
        const place = this.#placeOf(statement.array, statement.at, env);
        if (place !== undefined) {
          this.#note(place, live);
          const isAll = statement.at.length === (this.#whole.has(statement.array) ? 0 : 1);
          if (statement.kind === "accumulate") live.add(place);
          else if (isAll) live.delete(place);
        }
        return this.#readsOf(statement, live, env);
      }
      case "for":
        return this.#loop(statement, live, env);
      case "while":
        return this.#readsOf(statement, this.#around(statement.body, live, env), env);
      case "if": {
        const then = this.#block(statement.then, live, env);
        for (const place of this.#block(statement.else, live, env)) then.add(place);
        return this.#readsOf(statement, then, env);
      }
      case "call": {
        const before = this.#inCallee(statement, env, (body, own) => this.#block(body, live, own));
        return this.#readsOf(statement, before, env);
      }
      case "return":
        return new Set();
      default:
        return this.#readsOf(statement, live, env);
    }
  }

  #readsOf(statement: Statement, live: Set<string>, env: Env): Set<string> {
    for (const top of expressionsOf(statement))
      forEachExpr(top, (expr) => {
        const place = expr.kind === "read" ? this.#placeOf(expr.array, expr.at, env) : undefined;
        if (place !== undefined) live.add(place);
      });
    return live;
  }

  /** A body that is gone through any number of times. */
  #around(body: Block, behind: ReadonlySet<string>, env: Env): Set<string> {
    let live = new Set(behind);
    for (;;) {
      const before = this.#block(body, live, env);
      const size = live.size;
      for (const place of before) live.add(place);
      if (live.size === size) return live;
      live = new Set(live);
    }
  }

  #loop(statement: Statement & { kind: "for" }, behind: Set<string>, env: Env): Set<string> {
    const live = this.#around(statement.body, behind, env);
    const set = this.#setBy(statement, env, []);
    if (set.size === 0) return live;
    // What one trip asks for before it sets it comes from somewhere else.
    const isNoting = this.#isNoting;
    this.#isNoting = false;
    const asked = this.#block(statement.body, new Set(), env);
    this.#isNoting = isNoting;
    for (const place of set) if (!asked.has(place)) live.delete(place);
    return live;
  }

  /** Places of which a nest of full loops stores every entry. */
  #setBy(
    statement: Statement & { kind: "for" },
    env: Env,
    around: readonly { readonly index: string; readonly extent: number }[],
  ): Set<string> {
    const set = new Set<string>();
    const extent = affine.constantOf(statement.to);
    if (affine.constantOf(statement.from) !== 0 || extent === undefined || extent < 1) return set;
    const loops = [...around, { index: statement.index, extent }];
    for (const inner of statement.body) {
      if (inner.kind === "for") for (const place of this.#setBy(inner, env, loops)) set.add(place);
      if (inner.kind !== "store" || !this.#arrays.has(inner.array)) continue;
      const skipped = this.#whole.has(inner.array) ? 0 : 1;
      const extents = this.#arrays.get(inner.array)!.shape.slice(skipped);
      const used = inner.at
        .slice(skipped)
        .map((form, axis) =>
          loops.find((loop) => loop.extent === extents[axis] && affine.equal(form, affine.index(loop.index))),
        );
      if (used.every((loop) => loop !== undefined) && new Set(used).size === used.length)
        set.add(this.#placeOf(inner.array, inner.at, env)!);
    }
    return set;
  }

  /** A place is written while others are needed. */
  #note(place: string, live: ReadonlySet<string>): void {
    if (!this.#isNoting) return;
    const array = arrayOf(place);
    const needed = new Set([array]);
    for (const other of live) {
      const name = arrayOf(other);
      needed.add(name);
      if (name === array) continue;
      this.#conflicts.get(array)!.add(name);
      this.#conflicts.get(name)!.add(array);
    }
    let words = 0;
    for (const name of needed) words += sizeOf(this.#arrays.get(name)!.shape);
    this.#most = Math.max(this.#most, words);
  }
}

const arrayOf = (place: string): string => place.split("[")[0]!;

/** The row that an access means, where that is known. */
const rowOf = ([first]: readonly Affine[], env: Env): number | undefined =>
  first === undefined ? undefined : affine.constantOf(affine.substitute(first, (name) => env.get(name)));

interface Put {
  readonly array: GlobalArray;
  readonly at: number;
}

const endOf = ({ array, at }: Put): number => at + sizeOf(array.shape);

/** The program with arrays that may share memory in one place. Arrays that `overlay` has not seen stay alone. */
export function applied(program: Program, { conflicts }: Overlay): Program {
  const used = new Set(program.functions.flatMap((fn) => [...arraysOf(fn)]));
  const work = program.arrays.filter(
    (array) => isWork(array) && used.has(array.name) && conflicts.has(array.name),
  );
  const clusters = clustersOf(placed(work, conflicts));
  const names = new Names([
    ...program.arrays.map(({ name }) => name),
    ...program.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  const homes = new Map<string, { readonly pool: string; readonly put: Put; readonly from: number }>();
  const pools: GlobalArray[] = [];
  for (const cluster of clusters) {
    const from = Math.min(...cluster.map(({ at }) => at));
    const pool = names.fresh("shared_words");
    for (const put of cluster) homes.set(put.array.name, { pool, put, from });
    const [first] = cluster as [Put];
    pools.push({
      name: pool,
      element: "real",
      shape: [Math.max(...cluster.map(endOf)) - from],
      role: "workspace",
      home: undefined,
      doc: `${cluster.map(({ array, at }) => `${array.name}${array.shape.map((n) => `[${n}]`).join("")} at ${at - from}`).join(", ")}: never needed at one time`,
      taped: first.array.taped,
    });
  }
  if (pools.length === 0) return program;
  const moved = (
    array: string,
    at: readonly Affine[],
  ): { array: string; at: readonly Affine[] } | undefined => {
    const home = homes.get(array);
    if (home === undefined) return undefined;
    const { shape } = home.put.array;
    const word = at.reduce(
      (sum, form, axis) => affine.add(affine.scale(sum, shape[axis]!), form),
      affine.integer(0),
    );
    return { array: home.pool, at: [affine.offset(word, home.put.at - home.from)] };
  };
  const inExpr = (expr: Expr): Expr => {
    const place = expr.kind === "read" ? moved(expr.array, expr.at) : undefined;
    return place === undefined ? expr : { kind: "read", ...place };
  };
  const inBlock = (block: Block): Statement[] =>
    block.map((statement): Statement => {
      switch (statement.kind) {
        case "for":
          return { ...statement, body: inBlock(statement.body) };
        case "while":
        case "if": {
          const empty =
            statement.kind === "if" ? { ...statement, then: [], else: [] } : { ...statement, body: [] };
          const header = rewriteStatement(empty, {}, inExpr);
          return header.kind === "if" && statement.kind === "if"
            ? { ...header, then: inBlock(statement.then), else: inBlock(statement.else) }
            : header.kind === "while" && statement.kind === "while"
              ? { ...header, body: inBlock(statement.body) }
              : statement;
        }
        case "store":
        case "accumulate": {
          const inside = rewriteStatement(statement, {}, inExpr) as typeof statement;
          return { ...inside, ...moved(statement.array, statement.at) };
        }
        default:
          return rewriteStatement(statement, {}, inExpr);
      }
    });
  return {
    arrays: [...program.arrays.filter(({ name }) => !homes.has(name)), ...pools],
    functions: program.functions.map((fn) => ({ ...fn, body: inBlock(fn.body) })),
  };
}

/** Large arrays first, each in the lowest place that none of those it must not meet has. */
function placed(arrays: readonly GlobalArray[], conflicts: ReadonlyMap<string, ReadonlySet<string>>): Put[] {
  const puts: Put[] = [];
  for (const array of arrays.toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape))) {
    const hindering = puts
      .filter((put) => conflicts.get(array.name)!.has(put.array.name))
      .sort((a, b) => a.at - b.at);
    let at = 0;
    for (const put of hindering) {
      if (at + sizeOf(array.shape) <= put.at) break;
      at = Math.max(at, endOf(put));
    }
    puts.push({ array, at });
  }
  return puts;
}

/** Arrays that share words with one another, in groups of two or more. */
function clustersOf(puts: readonly Put[]): Put[][] {
  const clusters: Put[][] = [];
  for (const put of puts.toSorted((a, b) => a.at - b.at)) {
    const last = clusters.at(-1);
    if (last !== undefined && put.at < Math.max(...last.map(endOf))) last.push(put);
    else clusters.push([put]);
  }
  return clusters.filter((cluster) => cluster.length > 1);
}

/** Words of the working arrays of a program. */
export function wordsOfWork(program: Program): number {
  const used = new Set<string>();
  for (const fn of program.functions) for (const array of arraysOf(fn)) used.add(array);
  return program.arrays
    .filter((array) => isWork(array) && used.has(array.name))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
