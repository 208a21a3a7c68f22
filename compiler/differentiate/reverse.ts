/**
 * Reverse mode: the function that maps cotangents of the results to cotangents of chosen inputs (a vjp). In: a
 * function, the names of its differentiated array parameters. Out: a function with the same inputs, a seed `y_bar` for
 * each result, and for each differentiated input an `x_bar` into which it accumulates.
 *
 * Forward sweep: the function itself, with tapes where `analysis/recorded` asks for them. Reverse sweep: one rule per
 * kind of statement, in reverse order. What the forward sweep computes and nobody reads is left to `optimise/dead`.
 */

import { activity, argumentsOf, resultsOf } from "../analysis/activity.ts";
import { type Recorded, recorded } from "../analysis/recorded.ts";
import {
  type Around,
  collectSites,
  constantRanges,
  isWrite,
  mayFollow,
  mayMeetAcross,
  type Sites,
} from "../analysis/sites.ts";
import type { Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type {
  Accumulate,
  Alloc,
  Block,
  Call,
  Expr,
  Fn,
  For,
  Let,
  Parameter,
  Rule,
  Shape,
  Statement,
  Store,
  While,
} from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { rewriteBlock, rewriteExpr, rewriteTest } from "../ir/rewrite.ts";
import { forEachExprIn, forEachStatement } from "../ir/walk.ts";
import { partialsOf, scaled } from "./forward.ts";
import { type Context, normalise } from "./normalise.ts";
import { outward } from "./outward.ts";
import { Tapes } from "./tape.ts";

/** What the reverse mode of a function starts from: its normal form, and what is known of it. */
export function prepare(fn: Fn, wrt: ReadonlySet<string>, context: Context) {
  const { body, names, rules } = normalise(fn, context);
  const outs = fn.parameters.filter((parameter) => parameter.kind === "array" && parameter.access === "out");
  const results = new Set(outs.map((out) => out.name));
  const parameterRanges = new Map<string, Range>();
  for (const parameter of fn.parameters) {
    if (parameter.kind === "integer" && parameter.range) parameterRanges.set(parameter.name, parameter.range);
  }
  const known = (block: Block) => {
    const active = activity(block, wrt, results);
    const sites = collectSites(block, constantRanges(context.arrays), (name) => parameterRanges.get(name));
    return { body: block, active, sites, facts: recorded(block, active, sites, partialsOf) };
  };
  const first = known(body);
  const moved = outward(body, (name) => first.facts.sources.get(name)?.kind === "tape");
  return { names, rules, outs, ...(moved === body ? first : known(moved)) };
}

/** The parts of a vjp, before they are put together. */
export interface Parts {
  /** Parameters of the function that come in, and its results. */
  readonly inputs: readonly Parameter[];
  readonly outs: readonly Parameter[];
  readonly seeds: readonly Parameter[];
  readonly bars: readonly Parameter[];
  readonly tapes: readonly Alloc[];
  /** The function itself, with what it keeps for the reverse sweep. */
  readonly forward: readonly Statement[];
  readonly reverse: readonly Statement[];
  readonly names: Names;
}

export function vjp(fn: Fn, wrt: ReadonlySet<string>, context: Context): Fn {
  const { inputs, outs, seeds, bars, tapes, forward, reverse } = parts(fn, wrt, context);
  const results = outs.map((out) => build.alloc(out.name, shapeOf(out), { zero: false }));
  return {
    name: `${fn.name}_vjp`,
    parameters: [...inputs, ...seeds, ...bars],
    body: [...results, ...tapes, ...forward, ...reverse],
    doc: `Cotangent of ${fn.name}: adds its transposed Jacobian times the vector of the *_bar seeds.`,
  };
}

export const shapeOf = (parameter: Parameter): Shape => (parameter.kind === "array" ? parameter.shape : []);

export function parts(fn: Fn, wrt: ReadonlySet<string>, context: Context): Parts {
  const { body, names, rules, outs, active, sites, facts } = prepare(fn, wrt, context);
  const seeds: Parameter[] = [];
  const results: Parameter[] = [];
  const bars = new Map<string, string>();
  const reverseOpening: Statement[] = [];
  for (const parameter of fn.parameters) {
    if (parameter.kind !== "array") continue;
    if (parameter.access === "inout") throw new Error(`${fn.name}: ${parameter.name} is updated in place`);
    if (parameter.access === "out") {
      const seed = names.fresh(`${parameter.name}_bar`);
      seeds.push({ ...parameter, name: seed, access: "in" });
      if (!active.arrays.has(parameter.name)) continue;
      const isRead = sites.ofArray.get(parameter.name)?.some((site) => site.access === "read") ?? false;
      if (isRead || needsReset(parameter.name, sites)) {
        // Reads of the result add to its cotangent and stores clear it; the caller's seed stays as it is.
        const own = names.fresh(`${parameter.name}_bar`);
        reverseOpening.push(build.alloc(own, parameter.shape, { zero: false }));
        reverseOpening.push(
          ...build.forEachEntry(parameter.shape, names.fresh, (at) => [
            build.store(own, at, build.read(seed, at)),
          ]),
        );
        bars.set(parameter.name, own);
      } else {
        bars.set(parameter.name, seed);
      }
    } else if (wrt.has(parameter.name)) {
      const bar = names.fresh(`${parameter.name}_bar`);
      results.push({ ...parameter, name: bar, access: "inout" });
      bars.set(parameter.name, bar);
    }
  }
  for (const array of active.arrays) if (!bars.has(array)) bars.set(array, names.fresh(barName(array)));

  const tapes = new Tapes(facts, names, sites.ranges);
  const sweep = new ReverseSweep(names, bars, active.scalars, active.arrays, sites, facts, tapes, rules);
  const forward = tapes.forwardSweep(body);
  const reverse = withFreshIndices(sweep.body(body), names);
  return {
    inputs: fn.parameters.filter((parameter) => !outs.includes(parameter)),
    outs,
    seeds,
    bars: results,
    tapes: tapes.allocations(),
    forward,
    reverse: [...reverseOpening, ...reverse],
    names,
  };
}

/** The reverse sweep runs over the same loops again; its indices get names of their own. */
function withFreshIndices(block: Block, names: Names): Statement[] {
  const renamed = new Map<string, string>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "for") renamed.set(statement.index, names.fresh(statement.index));
  });
  return rewriteBlock(block, {
    index: (name) => {
      const own = renamed.get(name);
      return own === undefined ? undefined : affine.index(own);
    },
    binder: (name) => renamed.get(name) ?? name,
  });
}

/** A store whose entry something touched before must clear the cotangent, which then belongs to the older value. */
function needsReset(array: string, sites: Sites, write?: Statement): boolean {
  const ofArray = sites.ofArray.get(array) ?? [];
  const lifetime = sites.lifetimes.get(array);
  return ofArray.some(
    (later) =>
      later.access === "store" &&
      (write === undefined || later.statement === write) &&
      ofArray.some(
        (earlier) => earlier.access !== "clear" && mayFollow(earlier, later, sites.ranges, lifetime),
      ),
  );
}

/** Terms of a sum in one expression. */
const longest = 32;

/** x_bar, whatever number the name x carries. */
const barName = (name: string): string => `${stemOf(name)}_bar`;

/** The cotangent of one scalar while it is collected: terms of its own block, and a sum filled from inner blocks. */
interface Bar {
  readonly block: Statement[];
  readonly terms: Expr[];
  sum?: string;
}

class ReverseSweep {
  readonly #names: Names;
  readonly #bars: ReadonlyMap<string, string>;
  readonly #activeScalars: ReadonlySet<string>;
  readonly #activeArrays: ReadonlySet<string>;
  readonly #sites: Sites;
  readonly #facts: Recorded;
  readonly #tapes: Tapes;
  readonly #rules: ReadonlyMap<string, Rule>;
  /** How often each scalar is used. */
  readonly #uses = new Map<string, number>();
  readonly #collected = new Map<string, Bar>();
  /** The reverse blocks being written, outermost first, each with what it has made available and what it defines. */
  readonly #blocks: {
    readonly out: Statement[];
    readonly again: Map<string, Expr>;
    readonly defines: Set<string>;
  }[] = [];

  constructor(
    names: Names,
    bars: ReadonlyMap<string, string>,
    activeScalars: ReadonlySet<string>,
    activeArrays: ReadonlySet<string>,
    sites: Sites,
    facts: Recorded,
    tapes: Tapes,
    rules: ReadonlyMap<string, Rule>,
  ) {
    this.#names = names;
    this.#bars = bars;
    this.#activeScalars = activeScalars;
    this.#activeArrays = activeArrays;
    this.#sites = sites;
    this.#facts = facts;
    this.#tapes = tapes;
    this.#rules = rules;
  }

  /** The reverse of a whole function body. */
  body(statements: Block): Statement[] {
    forEachExprIn(statements, (expr) => {
      if (expr.kind === "name") this.#uses.set(expr.name, (this.#uses.get(expr.name) ?? 0) + 1);
    });
    return this.block(statements);
  }

  /** The reverse of a block, in a block of its own. */
  block(statements: Block): Statement[] {
    const out: Statement[] = [];
    const defines = new Set<string>();
    for (const statement of statements) {
      if (statement.kind === "let") defines.add(statement.name);
      if (statement.kind === "alloc" && this.#activeArrays.has(statement.array)) {
        out.push({ ...statement, array: this.#bars.get(statement.array)!, zero: true, role: "local" });
      }
    }
    this.#blocks.push({ out, again: new Map(), defines });
    for (const statement of statements.toReversed()) this.#statement(statement);
    this.#blocks.pop();
    return out;
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.#let(statement);
        return;
      case "store":
        this.#store(statement);
        return;
      case "accumulate":
        this.#accumulate(statement);
        return;
      case "for":
        this.#for(statement);
        return;
      case "while":
        this.#while(statement);
        return;
      case "if": {
        const then = this.block(statement.then);
        const otherwise = this.block(statement.else);
        if (then.length + otherwise.length === 0) return;
        const test = rewriteTest(statement.test, { name: (name) => this.#primal(name) });
        this.#emit(build.branch(test, then, otherwise, statement.span));
        return;
      }
      case "call":
        this.#call(statement);
        return;
      case "alloc":
      case "comment":
        return;
      case "contract":
      case "return":
        throw new Error(`${statement.kind} is not in normal form`);
      default:
        statement satisfies never;
    }
  }

  #let(statement: Let): void {
    const bar = this.#collected.get(statement.name);
    if (bar === undefined) return;
    const terms = bar.sum === undefined ? bar.terms : [build.read(bar.sum), ...bar.terms];
    // Long sums are bound in between, so that no expression grows deep.
    const total = terms.reduce<Expr>(
      (sum, term, i) =>
        build.add(i % longest === longest - 1 ? this.#bound(barName(statement.name), sum) : sum, term),
      build.zero,
    );
    if (build.isZero(total)) return;
    const { value } = statement;
    switch (value.kind) {
      case "read":
        this.#emit(build.accumulate(this.#bars.get(value.array)!, value.at, total, statement.span));
        return;
      case "name":
        this.#contribute(value, total);
        return;
      case "select": {
        const seed = this.#bound(barName(statement.name), total, statement);
        const test = rewriteTest(value.test, { name: (name) => this.#primal(name) });
        this.#contribute(value.then, build.select(test, seed, build.zero));
        this.#contribute(value.else, build.select(test, build.zero, seed));
        return;
      }
      case "primitive": {
        const seed = this.#bound(barName(statement.name), total, statement);
        const partials = partialsOf(value, build.name(statement.name));
        value.args.forEach((arg, position) => {
          if (arg.kind !== "name" || !this.#activeScalars.has(arg.name)) return;
          const factors = value.op === "mul" ? this.#ownFactors(arg.name) : undefined;
          if (factors !== undefined) {
            // (a·b)·c: to a goes the cotangent times b·c, which the chain of cotangents does not wait for.
            const other = value.args[1 - position]!;
            const [a, b] = factors;
            this.#contribute(a, build.mul(seed, build.mul(b, other)));
            this.#contribute(b, build.mul(seed, build.mul(a, other)));
            return;
          }
          const partial = rewriteExpr(partials[position]!, { name: (name) => this.#primal(name) });
          this.#contribute(arg, scaled(seed, partial, primitives[value.op].singular[position]!));
        });
        return;
      }
      case "number":
      case "integer":
        return;
      default:
        value satisfies never;
    }
  }

  /**
   * The factors of a scalar that is a product, made in straight-line code for one other product alone. There the time
   * of a gradient is the length of its longest chain; in loops it is the number of operations, and b·c would be one more.
   */
  #ownFactors(name: string): readonly [Expr, Expr] | undefined {
    const definition = this.#facts.definitions.get(name);
    if (definition === undefined || definition.depth > 0 || this.#blocks.length > 1) return undefined;
    const { value } = definition.statement;
    if (value.kind !== "primitive" || value.op !== "mul" || this.#uses.get(name) !== 1) return undefined;
    return [value.args[0]!, value.args[1]!];
  }

  /** The cotangents of the arguments of a function with a rule are what the rule says. */
  #call(call: Call): void {
    const results = resultsOf(call);
    if (!results.some((array) => this.#activeArrays.has(array))) return;
    const seeds = results.map((array): Expr => {
      const bar = this.#activeArrays.has(array) ? this.#bars.get(array) : undefined;
      if (bar === undefined) return build.zero;
      const seed = this.#names.fresh(bar);
      this.#emit(build.bind(seed, build.read(bar), call.span));
      this.#emit(build.store(bar, [], build.zero, call.span));
      return build.name(seed);
    });
    const args = argumentsOf(call);
    const bars = args.map((arg) => {
      const bar = this.#names.fresh(arg.kind === "name" ? barName(arg.name) : "unused_bar");
      this.#emit(build.alloc(bar, [], { zero: false }));
      return bar;
    });
    const primals = args.map((arg) => rewriteExpr(arg, { name: (name) => this.#primal(name) }));
    this.#emit({
      kind: "call",
      callee: this.#rules.get(call.callee)!.cotangent,
      args: [
        ...[...primals, ...seeds].map((value) => ({ kind: "real" as const, value })),
        ...bars.map((array) => ({ kind: "array" as const, view: { array, prefix: [] } })),
      ],
      span: call.span,
    });
    args.forEach((arg, position) => {
      if (arg.kind !== "name" || !this.#activeScalars.has(arg.name)) return;
      this.#contribute(arg, this.#bound(barName(arg.name), build.read(bars[position]!)));
    });
  }

  #store(statement: Store): void {
    const bar = this.#bars.get(statement.array);
    if (bar === undefined || !this.#activeArrays.has(statement.array)) return;
    const isActive = statement.value.kind === "name" && this.#activeScalars.has(statement.value.name);
    if (isActive) this.#takeBar(bar, statement);
    if (needsReset(statement.array, this.#sites, statement)) {
      this.#emit(build.store(bar, statement.at, build.zero, statement.span));
    }
  }

  #accumulate(statement: Accumulate): void {
    const bar = this.#bars.get(statement.array);
    if (bar === undefined || !this.#activeArrays.has(statement.array)) return;
    if (statement.value.kind === "name" && this.#activeScalars.has(statement.value.name)) {
      this.#takeBar(bar, statement);
    }
  }

  /** The stored value's cotangent is what has been collected for the entry: read it now, before it changes. */
  #takeBar(bar: string, statement: Store | Accumulate): void {
    const value = statement.value as Expr & { kind: "name" };
    const taken = this.#names.fresh(barName(value.name));
    this.#emit(build.bind(taken, build.read(bar, statement.at), statement.span));
    this.#contribute(value, build.name(taken));
  }

  #for(statement: For): void {
    const body = this.block(statement.body);
    if (body.length === 0) return;
    const down = this.#carries(statement) ? !statement.down : statement.down;
    this.#emit({ ...statement, down, body });
  }

  #while(statement: While): void {
    const body = this.block(statement.body);
    if (body.length === 0) return;
    const trips = this.#tapes.trips(statement);
    this.#emit(
      build.loop(statement.counter, affine.integer(0), affine.gather(trips.array, trips.at), body, {
        down: true,
        span: statement.span,
      }),
    );
  }

  /** Do iterations of the loop touch what others wrote? Then they are reversed; else their order is free. */
  #carries(loop: Statement): boolean {
    const inside = this.#sites.all.filter(
      (site) =>
        this.#activeArrays.has(site.array) && site.loops.some((around: Around) => around.statement === loop),
    );
    const privateArrays = new Set<string>();
    collectPrivate(loop, privateArrays);
    return inside.some((first) =>
      inside.some(
        (second) =>
          first.array === second.array &&
          !privateArrays.has(first.array) &&
          (isWrite(first) || isWrite(second)) &&
          !(first.access === "accumulate" && second.access === "accumulate") &&
          mayMeetAcross(first, second, loop, this.#sites.ranges),
      ),
    );
  }

  #contribute(to: Expr, amount: Expr): void {
    if (to.kind !== "name" || !this.#activeScalars.has(to.name) || build.isZero(amount)) return;
    const home = this.#blocks.find((block) => block.defines.has(to.name));
    if (home === undefined) throw new Error(`cotangent of ${to.name} is collected outside its block`);
    let bar = this.#collected.get(to.name);
    if (bar === undefined) {
      bar = { block: home.out, terms: [] };
      this.#collected.set(to.name, bar);
    }
    if (home === this.#blocks.at(-1)) {
      bar.terms.push(build.isLeaf(amount) ? amount : this.#bound(barName(to.name), amount));
      return;
    }
    if (bar.sum === undefined) {
      bar.sum = this.#names.fresh(barName(to.name));
      home.out.push(build.alloc(bar.sum, []));
    }
    this.#emit(build.accumulate(bar.sum, [], amount));
  }

  /** The value a primal scalar had in the forward sweep, made available in the block that defined it. */
  #primal(name: string): Expr | undefined {
    const source = this.#facts.sources.get(name);
    if (source === undefined || source.kind === "scope") return undefined;
    const home = this.#blocks.find((block) => block.defines.has(name));
    if (home === undefined) throw new Error(`${name} is needed outside its block`);
    const before = home.again.get(name);
    if (before !== undefined) return before;
    const value =
      source.kind === "again"
        ? rewriteExpr(source.value, { name: (inner) => this.#primal(inner) })
        : this.#tapes.read(name);
    if (build.isLeaf(value)) {
      home.again.set(name, value);
      return value;
    }
    const again = this.#names.fresh(name);
    home.out.push(build.bind(again, value, this.#facts.definitions.get(name)?.statement.span));
    home.again.set(name, build.name(again));
    return build.name(again);
  }

  #bound(wish: string, value: Expr, from?: Statement & { kind: "let" }): Expr {
    if (build.isLeaf(value)) return value;
    const name = this.#names.fresh(wish);
    this.#emit(build.bind(name, value, from?.span));
    return build.name(name);
  }

  #emit(statement: Statement): void {
    this.#blocks.at(-1)!.out.push(statement);
  }
}

/** Arrays that live inside one iteration of a loop. */
function collectPrivate(loop: Statement, into: Set<string>): void {
  const scan = (block: Block): void => {
    for (const statement of block) {
      if (statement.kind === "alloc") into.add(statement.array);
      if (statement.kind === "for" || statement.kind === "while") scan(statement.body);
      if (statement.kind === "if") {
        scan(statement.then);
        scan(statement.else);
      }
    }
  };
  if (loop.kind === "for" || loop.kind === "while") scan(loop.body);
}
