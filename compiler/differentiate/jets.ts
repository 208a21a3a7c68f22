/**
 * Taylor mode: the function that pushes jets along many directions at once through a function, with the sum over the
 * directions pulled inside. In: a function, the name of its point (an array parameter), and what is asked of the
 * directions. Out: a function with the same inputs, then the directions, and for each result its coefficient of the
 * highest order, along each direction or summed over all.
 *
 * Coefficients are unscaled, v_k = v^(k)/k!. The point moves along x + t·v_r, with t^K·top beside it where a top is
 * given. Orders below K are kept for each direction, order K enters every operation linearly, so that its sum over
 * directions is one more value beside the function's own (Dangel et al. 2025, "Collapsing Taylor mode"):
 *
 *     1 + (K - 1)·R + 1 vectors instead of 1 + K·R.
 *
 * A straight run of statements gets one loop over the directions: first the function itself, then the loop with the
 * lower orders and what they contribute to the sums, then the sums. Values that unit directions have not yet mixed
 * (`single`) have one direction alone and stand outside of the loop: a first layer's jet is a row of its matrix.
 */

import { argumentsOf, resultsOf } from "../analysis/activity.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type { Block, Call, Expr, Fn, Let, Parameter, Rule, Shape, Statement } from "../ir/nodes.ts";
import { forEachExpr, forEachStatement, formsOf } from "../ir/walk.ts";
import { type Coefficients, constantSeries, Operation } from "./coefficients.ts";
import { type Context, normalise } from "./normalise.ts";
import { Orders } from "./orders.ts";

/** What is asked of the directions. */
export interface Bundle {
  /** K: the order of the coefficient that is asked for, from 1 to 6. */
  readonly order: number;
  /**
   * The unit vectors of the point's entries in row-major order, or this many that are given: a parameter in the shape
   * of the point with one more axis, the last, for the direction.
   */
  readonly directions: "unit" | number;
  /** One sum over the directions, or the coefficients along each: results then have one more axis, the last. */
  readonly collapsed: boolean;
  /** Whether a weight is given for each direction; then a parameter after the directions. Collapsed bundles alone. */
  readonly weighted?: boolean;
  /** Whether the point's own coefficient of order K is given, summed over directions; the parameter after the weights. */
  readonly top?: boolean;
}

export function jets(fn: Fn, point: string, bundle: Bundle, context: Context): Fn {
  return new Jets(fn, point, bundle, context).result();
}

/**
 * The coefficient of an order along a curve. In: a function and the arrays that move, each with the orders of its
 * coefficients that are given. Out: a function with the same inputs, then for each array its coefficients in rising
 * order, and for each result its coefficient; all with one more axis of extent 1, the last.
 */
export function alongCurve(
  fn: Fn,
  curve: ReadonlyMap<string, readonly number[]>,
  order: number,
  context: Context,
): Fn {
  const [point] = curve.keys();
  return new Jets(fn, point!, { order, directions: 1, collapsed: false }, context, curve).result();
}

/** Statements that stand one after the other, in the parts of a run. */
interface Run {
  /** The function itself, and what all directions share. */
  readonly head: Statement[];
  /** What is done for each direction. */
  readonly each: Statement[];
  /** The sums over directions. */
  readonly tail: Statement[];
  readonly index: Affine;
  readonly known: Map<string, Coefficients>;
  weight: Expr | undefined;
}

/** A product for each direction as what all directions share, which is multiplied once behind the sum, and their own part. */
function factored(product: Expr, run: Run): { readonly shared: Expr; readonly own: Expr } {
  const values = new Map<string, Expr>();
  for (const each of run.each) if (each.kind === "let") values.set(each.name, each.value);
  const isOwn = (expr: Expr): boolean => {
    let found = false;
    forEachExpr(expr, (part) => {
      found ||= part.kind === "name" && values.has(part.name);
      found ||= part.kind === "read" || part.kind === "integer";
    });
    return found;
  };
  const split = (expr: Expr): { readonly shared: Expr; readonly own: Expr } => {
    if (!isOwn(expr)) return { shared: expr, own: build.one };
    if (expr.kind === "name") {
      const inside = split(values.get(expr.name)!);
      return inside.shared === build.one ? { shared: build.one, own: expr } : inside;
    }
    if (expr.kind === "primitive" && expr.op === "neg") {
      const { shared, own } = split(expr.args[0]!);
      return { shared: build.neg(shared), own };
    }
    if (expr.kind === "primitive" && expr.op === "mul") {
      const [left, right] = [split(expr.args[0]!), split(expr.args[1]!)];
      if (left.shared === build.one && right.shared === build.one) return { shared: build.one, own: expr };
      return { shared: build.mul(left.shared, right.shared), own: build.mul(left.own, right.own) };
    }
    return { shared: build.one, own: expr };
  };
  return split(product);
}

class Jets {
  readonly #fn: Fn;
  readonly #point: string;
  readonly #shape: Shape;
  readonly #bundle: Bundle;
  readonly #count: number;
  readonly #body: readonly Statement[];
  readonly #names: Names;
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #orders: Orders;
  /** Orders kept for each direction. */
  readonly #lower: number;
  /** Arrays of the coefficients: of an array at an order; `top` for the sum. */
  readonly #arrays = new Map<string, string>();
  /** Coefficients of scalars that other runs read: arrays by direction. */
  readonly #spills = new Map<string, string>();
  readonly #tops = new Map<string, Expr>();
  readonly #singles = new Map<string, { readonly direction: Affine; readonly of: Coefficients }>();
  readonly #indexArrays = new Set<string>();
  readonly #crossing: ReadonlySet<string>;
  readonly #weights: string | undefined;
  readonly #curve: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(
    fn: Fn,
    point: string,
    bundle: Bundle,
    context: Context,
    curve?: ReadonlyMap<string, readonly number[]>,
  ) {
    const { body, names, rules } = normalise(fn, context);
    this.#fn = fn;
    this.#point = point;
    this.#bundle = bundle;
    this.#body = body;
    this.#names = names;
    this.#rules = rules;
    this.#shape = shapeOf(fn, point);
    this.#count = bundle.directions === "unit" ? sizeOf(this.#shape) : bundle.directions;
    this.#lower = bundle.collapsed ? bundle.order - 1 : bundle.order;
    const seeded = bundle.top === true ? [1, bundle.order] : [1];
    this.#curve = curve;
    this.#orders = new Orders(
      body,
      curve ?? new Map([[point, seeded]]),
      new Set(outsOf(fn).map((out) => out.name)),
      bundle.order,
    );
    forEachStatement(body, (statement) => {
      for (const form of formsOf(statement)) affine.forEachAtom(form, (atom) => this.#note(atom));
    });
    this.#crossing = this.#crossings();
    this.#weights = bundle.weighted === true ? names.fresh("weights") : undefined;
  }

  #note(atom: affine.Atom): void {
    if (atom.kind === "gather") this.#indexArrays.add(atom.array);
  }

  result(): Fn {
    const { order, collapsed, directions } = this.#bundle;
    const seeds: Parameter[] = [];
    const array = (name: string, shape: Shape, access: "in" | "out"): Parameter => ({
      kind: "array",
      name,
      element: "real",
      shape,
      access,
    });
    if (this.#curve !== undefined) {
      for (const [moved, given] of this.#curve)
        for (const k of given) {
          const name = this.#names.fresh(`${moved}_${k}`);
          this.#arrays.set(keyOf(moved, k), name);
          seeds.push(array(name, [...shapeOf(this.#fn, moved), 1], "in"));
        }
    } else if (directions !== "unit") {
      const name = this.#names.fresh(`${this.#point}_1`);
      // Of a collapsed bundle of order 1 the directions would be summed before they are pushed: the top is all there is.
      if (this.#lower >= 1) this.#arrays.set(keyOf(this.#point, 1), name);
      seeds.push(array(name, [...this.#shape, this.#count], "in"));
    }
    if (this.#weights !== undefined) seeds.push(array(this.#weights, [this.#count], "in"));
    if (this.#bundle.top === true) {
      const name = this.#names.fresh(`${this.#point}_top`);
      this.#arrays.set(keyOf(this.#point, "top"), name);
      seeds.push(array(name, this.#shape, "in"));
    }
    const outs = outsOf(this.#fn);
    const opening: Statement[] = [];
    const results: Parameter[] = [];
    for (const out of outs) {
      opening.push(build.alloc(out.name, out.shape, { zero: false }));
      const shape = collapsed ? out.shape : [...out.shape, this.#count];
      const name = this.#names.fresh(`${out.name}_${collapsed ? "top" : order}`);
      results.push(array(name, shape, "out"));
      const isActive = this.#orders.ofArray(out.name, order);
      if (isActive) this.#arrays.set(keyOf(out.name, collapsed ? "top" : order), name);
      else opening.push(...clear(name, shape, this.#names));
      for (let k = 1; k <= this.#lower && k < order; k++) {
        if (!this.#orders.ofArray(out.name, k)) continue;
        const lower = this.#arrayOf(out.name, k);
        opening.push(build.alloc(lower, [...out.shape, this.#count], { zero: false }));
      }
    }
    return {
      name: `${this.#fn.name}_jet`,
      parameters: [
        ...this.#fn.parameters.filter((one) => !outs.includes(one as never)),
        ...seeds,
        ...results,
      ],
      body: [...opening, ...this.#block(this.#body)],
      doc: `Taylor coefficients of ${this.#fn.name}, order ${order}, ${this.#count} directions.`,
    };
  }

  #arrayOf(array: string, order: number | "top"): string {
    const key = keyOf(array, order);
    let name = this.#arrays.get(key);
    if (name === undefined) {
      name = this.#names.fresh(`${stemOf(array)}_${order}`);
      this.#arrays.set(key, name);
    }
    return name;
  }

  /** Simple statements come together in runs; the others stand between them. */
  #block(block: Block): Statement[] {
    const out: Statement[] = [];
    for (const part of this.#runsOf(block)) {
      if (Array.isArray(part)) {
        out.push(...this.#run(part));
        continue;
      }
      const statement = part as Exclude<Statement, readonly Statement[]>;
      switch (statement.kind) {
        case "for":
        case "while":
          out.push({ ...statement, body: this.#block(statement.body) });
          break;
        case "if":
          out.push({ ...statement, then: this.#block(statement.then), else: this.#block(statement.else) });
          break;
        case "call":
          out.push(...this.#call(statement));
          break;
        default:
          throw new Error(`${statement.kind} is not in normal form`);
      }
    }
    return out;
  }

  #runsOf(block: Block): (Statement[] | Statement)[] {
    const parts: (Statement[] | Statement)[] = [];
    let run: Statement[] | undefined;
    for (const statement of block) {
      switch (statement.kind) {
        case "let":
        case "alloc":
        case "comment":
        case "store":
        case "accumulate": {
          // Subscripts are read when the directions are gone through, after all of the run's own stores.
          const moves =
            statement.kind !== "let" && "array" in statement && this.#indexArrays.has(statement.array);
          if (run === undefined || moves) {
            run = [];
            parts.push(run);
          }
          run.push(statement);
          if (moves) run = undefined;
          break;
        }
        default:
          run = undefined;
          parts.push(statement);
      }
    }
    return parts;
  }

  /** Active scalars that are read in another run than their own. */
  #crossings(): ReadonlySet<string> {
    const homes = new Map<string, object>();
    const crossing = new Set<string>();
    const visit = (block: Block): void => {
      for (const part of this.#runsOf(block)) {
        const home = {};
        for (const statement of Array.isArray(part) ? part : [part as Statement]) {
          for (const name of namesIn(statement)) {
            if (homes.has(name) && homes.get(name) !== home) crossing.add(name);
          }
          if (statement.kind === "let") homes.set(statement.name, home);
          if (statement.kind === "for" || statement.kind === "while") visit(statement.body);
          if (statement.kind === "if") [statement.then, statement.else].forEach(visit);
        }
      }
    };
    visit(this.#body);
    return crossing;
  }

  #run(statements: readonly Statement[]): Statement[] {
    const name = this.#count === 1 ? undefined : this.#names.fresh("r");
    const index = name === undefined ? affine.integer(0) : affine.index(name);
    const run: Run = { head: [], each: [], tail: [], index, known: new Map(), weight: undefined };
    for (const statement of statements) this.#statement(statement, run, statements);
    const { head, each, tail } = run;
    const loop =
      name === undefined || each.length === 0
        ? each
        : [build.loop(name, affine.integer(0), affine.integer(this.#count), each)];
    return [...head, ...loop, ...tail];
  }

  #statement(statement: Statement, run: Run, all: readonly Statement[]): void {
    run.head.push(statement);
    switch (statement.kind) {
      case "comment":
        return;
      case "alloc": {
        for (let k = 1; k <= this.#lower; k++) {
          if (!this.#orders.ofArray(statement.array, k)) continue;
          const shape = [...statement.shape, this.#count];
          run.head.push({ ...statement, array: this.#arrayOf(statement.array, k), shape });
        }
        if (this.#hasTop(statement.array))
          run.head.push({ ...statement, array: this.#arrayOf(statement.array, "top") });
        return;
      }
      case "let":
        this.#let(statement, run);
        return;
      case "store":
      case "accumulate": {
        const value = this.#coefficients(statement.value, run);
        const alone = this.#singleOf(statement.value);
        for (let k = 1; k <= this.#lower; k++) {
          if (!this.#orders.ofArray(statement.array, k)) continue;
          const array = this.#arrayOf(statement.array, k);
          if (alone !== undefined && statement.kind === "accumulate" && isOnlyUse(statement.array, all)) {
            const coefficient = alone.of.at(k);
            if (!build.isZero(coefficient))
              run.tail.push({
                ...statement,
                array,
                at: [...statement.at, alone.direction],
                value: coefficient,
              });
            continue;
          }
          const coefficient = value.at(k);
          if (statement.kind === "accumulate" && build.isZero(coefficient)) continue;
          run.each.push({ ...statement, array, at: [...statement.at, run.index], value: coefficient });
        }
        if (this.#hasTop(statement.array)) {
          const top = this.#topOf(statement.value);
          if (statement.kind === "store" || !build.isZero(top))
            run.tail.push({ ...statement, array: this.#arrayOf(statement.array, "top"), value: top });
        }
        return;
      }
      default:
        throw new Error(`${statement.kind} is no simple statement`);
    }
  }

  #hasTop(array: string): boolean {
    return this.#bundle.collapsed && this.#orders.ofArray(array, this.#bundle.order);
  }

  #let({ name, value, span }: Let, run: Run): void {
    if (!this.#orders.isActive(name)) return;
    const { order, collapsed } = this.#bundle;
    const wantsTop = collapsed && this.#orders.ofScalar(name, order);
    const stem = stemOf(name);
    const bindIn = (sink: Statement[], wish: string) => (expr: Expr) => {
      if (build.isLeaf(expr)) return expr;
      const bound = this.#names.fresh(wish);
      sink.push(build.bind(bound, expr, span));
      return build.name(bound);
    };
    if (value.kind === "read") {
      const direction = this.#unitDirection(value.array, value.at);
      if (direction !== undefined) {
        this.#singles.set(name, { direction, of: constantSeries([build.name(name), build.one]) });
      } else {
        const found = [build.name(name)];
        for (let k = 1; k <= this.#lower; k++) {
          const has = this.#orders.ofArray(value.array, k) && this.#orders.ofScalar(name, k);
          const at = [...value.at, run.index];
          found[k] = has
            ? bindIn(run.each, `${stem}_${k}`)(build.read(this.#arrayOf(value.array, k), at))
            : build.zero;
        }
        this.#keep(name, constantSeries(found), run);
      }
      if (wantsTop && (value.array !== this.#point || this.#bundle.top === true)) {
        const top = build.read(this.#arrayOf(value.array, "top"), value.at);
        this.#tops.set(name, bindIn(run.tail, `${stem}_top`)(top));
      }
      return;
    }
    const direction = this.#commonDirection(value);
    const sink = direction === undefined ? run.each : run.head;
    const operand = (atom: Expr): Coefficients =>
      direction === undefined
        ? this.#coefficients(atom, run)
        : (this.#singleOf(atom)?.of ?? constantSeries([atom]));
    const place = {
      shared: bindIn(run.head, stem),
      each: bindIn(sink, stem),
    };
    const own = new Operation(value, operand, build.name(name), place);
    if (direction === undefined) this.#keep(name, own, run);
    else {
      for (let k = 1; k <= this.#lower; k++) own.at(k);
      this.#singles.set(name, { direction, of: own });
    }
    if (!wantsTop) return;
    const linear = own.top((atom) => this.#topOf(atom));
    const rest = order > 1 ? own.rest(order) : build.zero;
    let top = linear;
    if (!build.isZero(rest)) {
      if (direction !== undefined) {
        top = build.add(linear, rest);
      } else {
        const sum = this.#names.fresh(`${stem}_sum`);
        const { shared, own } = factored(rest, run);
        run.head.push(build.alloc(sum, []));
        run.each.push(build.accumulate(sum, [], build.mul(this.#weight(run), own), span));
        top = build.add(linear, build.mul(shared, build.read(sum)));
      }
    }
    this.#tops.set(name, bindIn(run.tail, `${stem}_top`)(top));
  }

  #weight(run: Run): Expr {
    if (this.#weights === undefined) return build.one;
    if (run.weight === undefined) {
      const name = this.#names.fresh("weight");
      run.each.unshift(build.bind(name, build.read(this.#weights, [run.index])));
      run.weight = build.name(name);
    }
    return run.weight;
  }

  /** Coefficients along the direction of the run's loop, for this run and those that read them later. */
  #keep(name: string, own: Coefficients, run: Run): void {
    run.known.set(name, own);
    if (!this.#crossing.has(name)) return;
    for (let k = 1; k <= this.#lower; k++) {
      if (!this.#orders.ofScalar(name, k)) continue;
      const array = this.#names.fresh(`${stemOf(name)}_${k}`);
      this.#spills.set(keyOf(name, k), array);
      run.head.push(build.alloc(array, [this.#count], { zero: false }));
      run.each.push(build.store(array, [run.index], own.at(k)));
    }
  }

  #coefficients(atom: Expr, run: Run): Coefficients {
    if (atom.kind !== "name") return constantSeries([atom]);
    const known = run.known.get(atom.name);
    if (known !== undefined) return known;
    const alone = this.#singles.get(atom.name);
    const found: Expr[] = [atom];
    const bound = (k: number, expr: Expr): Expr => {
      const name = this.#names.fresh(`${stemOf(atom.name)}_${k}`);
      run.each.push(build.bind(name, expr));
      return build.name(name);
    };
    const own: Coefficients = {
      at: (k) => {
        if (found[k] !== undefined) return found[k];
        const spill = this.#spills.get(keyOf(atom.name, k));
        if (alone !== undefined) {
          const here = build.compare(
            "eq",
            build.integerValue(run.index),
            build.integerValue(alone.direction),
          );
          const value = alone.of.at(k);
          found[k] = build.isZero(value) ? build.zero : bound(k, build.select(here, value, build.zero));
        } else {
          found[k] = spill === undefined ? build.zero : bound(k, build.read(spill, [run.index]));
        }
        return found[k];
      },
    };
    run.known.set(atom.name, own);
    return own;
  }

  #topOf(atom: Expr): Expr {
    return atom.kind === "name" ? (this.#tops.get(atom.name) ?? build.zero) : build.zero;
  }

  #singleOf(atom: Expr) {
    return atom.kind === "name" ? this.#singles.get(atom.name) : undefined;
  }

  /** The direction in which an entry of the point alone moves. */
  #unitDirection(array: string, at: readonly Affine[]): Affine | undefined {
    if (array !== this.#point || this.#bundle.directions !== "unit") return undefined;
    return at.reduce(
      (sum, form, axis) => affine.add(affine.scale(sum, this.#shape[axis]!), form),
      affine.integer(0),
    );
  }

  /** The one direction that everything moves in of which a value is made. */
  #commonDirection(value: Expr): Affine | undefined {
    let common: Affine | undefined;
    for (const atom of atomsOf(value)) {
      if (!this.#orders.isActive(atom)) continue;
      const alone = this.#singles.get(atom)?.direction;
      if (alone === undefined || (common !== undefined && !affine.equal(common, alone))) return undefined;
      common = alone;
    }
    return common;
  }

  /** A function with a rule of its own says what its tangent is, and nothing of higher orders. */
  #call(call: Call): Statement[] {
    const args = argumentsOf(call);
    const outs = resultsOf(call);
    const isActive = outs.some((array) => this.#orders.isActiveArray(array));
    if (!isActive) return [call];
    if (this.#bundle.order > 1) throw new Error(`${call.callee} has a rule for the first order alone`);
    const rule = this.#rules.get(call.callee)!;
    const name = this.#count === 1 || this.#bundle.collapsed ? undefined : this.#names.fresh("r");
    const index = name === undefined ? affine.integer(0) : affine.index(name);
    const run: Run = { head: [], each: [], tail: [], index, known: new Map(), weight: undefined };
    const tangents = args.map((atom) =>
      this.#bundle.collapsed ? this.#topOf(atom) : this.#coefficients(atom, run).at(1),
    );
    const views = outs.map((array) =>
      this.#bundle.collapsed
        ? { array: this.#arrayOf(array, "top"), prefix: [] }
        : { array: this.#arrayOf(array, 1), prefix: [index] },
    );
    const tangent: Statement = {
      kind: "call",
      callee: rule.tangent,
      args: [
        ...[...args, ...tangents].map((value) => ({ kind: "real" as const, value })),
        ...views.map((view) => ({ kind: "array" as const, view })),
      ],
      span: call.span,
    };
    const each = [...run.each, tangent];
    return [
      call,
      ...(name === undefined
        ? each
        : [build.loop(name, affine.integer(0), affine.integer(this.#count), each)]),
    ];
  }
}

const keyOf = (name: string, order: number | "top"): string => `${order} ${name}`;

const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

type ArrayParameter = Extract<Parameter, { kind: "array" }>;

export const outsOf = (fn: Fn): ArrayParameter[] =>
  fn.parameters.filter((one): one is ArrayParameter => one.kind === "array" && one.access === "out");

export function shapeOf(fn: Fn, name: string): Shape {
  const found = fn.parameters.find((one) => one.name === name);
  if (found?.kind !== "array") throw new Error(`${fn.name} has no array ${name}`);
  return found.shape;
}

const clear = (array: string, shape: Shape, names: Names): Statement[] =>
  build.forEachEntry(shape, names.fresh, (at) => [build.store(array, at, build.zero)]);

/** Names of the scalars a value is made of; tests do not move. */
function atomsOf(value: Expr): string[] {
  switch (value.kind) {
    case "name":
      return [value.name];
    case "primitive":
      return value.args.flatMap(atomsOf);
    case "select":
      return [...atomsOf(value.then), ...atomsOf(value.else)];
    default:
      return [];
  }
}

function namesIn(statement: Statement): string[] {
  switch (statement.kind) {
    case "let":
    case "store":
    case "accumulate":
      return atomsOf(statement.value);
    case "call":
      return argumentsOf(statement).flatMap(atomsOf);
    default:
      return [];
  }
}

/** Whether nothing else in a run reads or writes the array. */
const isOnlyUse = (array: string, run: readonly Statement[]): boolean =>
  run.filter(
    (statement) =>
      ((statement.kind === "store" || statement.kind === "accumulate" || statement.kind === "alloc") &&
        statement.array === array) ||
      (statement.kind === "let" && statement.value.kind === "read" && statement.value.array === array),
  ).length === 1;
