/**
 * Reads printed formulas back, as their reader does: from the text alone, the extents of arrays, and the order of the
 * axes. In: formulas and numbers by name. Out: the numbers after the formulas are carried out, one behind the other.
 *
 * A formula without subscripts is arithmetic of matrices: a vector is a column, `x y` a product (of matrices, unless one
 * side is a number), `∘` entry by entry, where a row or column goes along the other axis. One with subscripts is carried
 * out entry by entry; an index without a range runs through the axis that it subscripts alone.
 */

import type { Formula } from "../../compiler/analysis/formulas.ts";
import { primitives } from "../../compiler/ir/primitives.ts";

/** Entries by their subscripts; an extent is undefined where it is not fixed. */
export interface Stored {
  readonly shape: readonly (number | undefined)[];
  readonly entries: Map<string, number>;
}

export type Numbers = Map<string, Stored>;

type Node =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string; readonly at: readonly Node[] }
  | { readonly kind: "transpose" | "square" | "negative"; readonly of: Node }
  | { readonly kind: "binary"; readonly op: Operator; readonly left: Node; readonly right: Node }
  | { readonly kind: "call"; readonly op: string; readonly args: readonly Node[] }
  | { readonly kind: "sum"; readonly over: readonly string[]; readonly of: Node };
type Operator = "+" | "−" | "∘" | " " | "/" | "div" | "mod" | Relation | "and" | "or";
type Relation = "<" | "≤" | ">" | "≥" | "=" | "≠";

interface Interval {
  readonly index: string;
  readonly from: Node;
  readonly to: Node;
}

interface Token {
  readonly text: string;
  readonly isName: boolean;
  /** Whether it follows what is in front without a space. */
  readonly isClose: boolean;
}

const wordPattern = /[A-Za-z_$][\w$₀-₉]*/y;
const numberPattern = /\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity|NaN/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    while (text[at] === " ") at++;
    if (at === text.length) break;
    const isClose = at === start;
    const match = (pattern: RegExp): string | undefined => {
      pattern.lastIndex = at;
      return pattern.exec(text)?.[0];
    };
    const number = match(numberPattern);
    const word = number === undefined ? match(wordPattern) : undefined;
    const found = number ?? word ?? text[at]!;
    tokens.push({ text: found, isName: word !== undefined, isClose });
    at += found.length;
  }
  return tokens;
}

const relations = ["<", "≤", ">", "≥", "=", "≠"];
const words = ["and", "or", "div", "mod"];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  all<T>(part: (parser: Parser) => T): T {
    const found = part(this);
    if (this.#at < this.#tokens.length) throw new Error(`what is ${this.#rest()}?`);
    return found;
  }

  #rest(): string {
    return this.#tokens
      .slice(this.#at)
      .map(({ text }) => text)
      .join(" ");
  }

  #is(text: string): boolean {
    return this.#tokens[this.#at]?.text === text;
  }

  #skip(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw new Error(`no ${text} before ${this.#rest()}`);
  }

  sum = (): Node => {
    let left = this.#term();
    for (;;) {
      const op = this.#is("+") ? "+" : this.#is("−") || this.#is("-") ? "−" : undefined;
      if (op === undefined) return left;
      this.#at++;
      left = { kind: "binary", op, left, right: this.#term() };
    }
  };

  #term(): Node {
    if (this.#skip("−") || this.#skip("-")) return { kind: "negative", of: this.#term() };
    const over: string[] = [];
    while (this.#skip("Σ")) over.push(this.#tokens[this.#at++]!.text);
    if (over.length > 0) return { kind: "sum", over, of: this.#term() };
    let left = this.#product();
    while (this.#skip("∘")) left = { kind: "binary", op: "∘", left, right: this.#product() };
    return left;
  }

  /** What stands side by side belongs together more closely than by `∘`. */
  #product(): Node {
    let left = this.#factor();
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined) return left;
      let op: Operator = " ";
      if (["/", "div", "mod"].includes(token.text)) {
        op = token.text as Operator;
        this.#at++;
      } else if (!this.#skip("*") && (token.isClose || !this.#starts(token))) return left;
      left = { kind: "binary", op, left, right: this.#factor() };
    }
  }

  #starts({ text, isName }: Token): boolean {
    return (isName && !words.includes(text)) || /^[\d([]/.test(text) || text === "Infinity";
  }

  #factor(): Node {
    let of = this.#atom();
    for (;;) {
      if (this.#skip("²")) of = { kind: "square", of };
      else if (this.#skip("ᵀ")) of = { kind: "transpose", of };
      else return of;
    }
  }

  #atom(): Node {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error("the formula ends");
    if (token.text === "(") {
      const inside = this.sum();
      this.#expect(")");
      return inside;
    }
    if (token.text === "[") {
      const test = this.test();
      this.#expect("]");
      return test;
    }
    if (!token.isName) return { kind: "number", value: Number(token.text) };
    const next = this.#tokens[this.#at];
    if (next?.isClose === true && this.#skip("(")) {
      const args = [token.text === "where" ? this.test() : this.sum()];
      while (this.#skip(",")) args.push(this.sum());
      this.#expect(")");
      return { kind: "call", op: token.text, args };
    }
    const at: Node[] = [];
    if (next?.isClose === true && this.#skip("[")) {
      do at.push(this.sum());
      while (this.#skip(","));
      this.#expect("]");
    }
    return { kind: "name", name: token.text, at };
  }

  test = (): Node => {
    let left = this.#condition();
    for (;;) {
      const op = this.#is("and") ? "and" : this.#is("or") ? "or" : undefined;
      if (op === undefined) return left;
      this.#at++;
      left = { kind: "binary", op, left, right: this.#condition() };
    }
  };

  #condition(): Node {
    if (this.#skip("true")) return { kind: "number", value: 1 };
    if (this.#skip("false")) return { kind: "number", value: 0 };
    if (this.#skip("not")) {
      this.#expect("(");
      const of = this.test();
      this.#expect(")");
      return { kind: "call", op: "not", args: [of] };
    }
    // A bracket opens an expression or a test of tests.
    const start = this.#at;
    try {
      const left = this.sum();
      const op = this.#tokens[this.#at]?.text;
      if (op === undefined || !relations.includes(op)) throw new Error(`no relation before ${this.#rest()}`);
      this.#at++;
      return { kind: "binary", op: op as Relation, left, right: this.sum() };
    } catch (error) {
      this.#at = start;
      if (!this.#skip("(")) throw error;
      const inside = this.test();
      this.#expect(")");
      return inside;
    }
  }

  ranges = (): Interval[] => {
    const ranges: Interval[] = [];
    do {
      const index = this.#tokens[this.#at++]!.text;
      this.#expect("=");
      const from = this.sum();
      this.#expect("…");
      ranges.push({ index, from, to: this.sum() });
    } while (this.#skip(","));
    return ranges;
  };
}

const sumOf = (text: string): Node => new Parser(text).all((parser) => parser.sum());
const testOf = (text: string): Node => new Parser(text).all((parser) => parser.test());
const rangesOf = (text: string): Interval[] => new Parser(text).all((parser) => parser.ranges());

/** What is exactly 0 makes a product 0, as a branch that is not taken and a gated cotangent do. */
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

function calculated(op: Operator, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "−":
      return a - b;
    case "∘":
    case " ":
      return times(a, b);
    case "/":
      return a / b;
    case "div":
      return Math.floor(a / b);
    case "mod":
      return a % b;
    case "<":
      return Number(a < b);
    case "≤":
      return Number(a <= b);
    case ">":
      return Number(a > b);
    case "≥":
      return Number(a >= b);
    case "=":
      return Number(a === b);
    case "≠":
      return Number(a !== b);
    case "and":
      return Number(a !== 0 && b !== 0);
    case "or":
      return Number(a !== 0 || b !== 0);
    default:
      return op satisfies never;
  }
}

function called(op: string, args: readonly number[]): number {
  if (op === "not") return Number(args[0] === 0);
  if (op === "where") return args[0] === 0 ? args[2]! : args[1]!;
  const { value } = primitives[op as keyof typeof primitives] as { value: (...args: number[]) => number };
  return value(...args);
}

/** Rows of numbers. */
type Matrix = readonly (readonly number[])[];
const column = (values: readonly number[]): Matrix => values.map((value) => [value]);
const transposed = (of: Matrix): Matrix => of[0]!.map((_, j) => of.map((row) => row[j]!));
const isScalar = (of: Matrix): boolean => of.length === 1 && of[0]!.length === 1;

function mapped(parts: readonly Matrix[], of: (...entries: number[]) => number): Matrix {
  const extent = (counts: readonly number[]): number => {
    const wide = new Set(counts.filter((count) => count !== 1));
    if (wide.size > 1) throw new Error(`extents ${[...wide].join(" and ")} meet`);
    return [...wide][0] ?? 1;
  };
  const rows = extent(parts.map((part) => part.length));
  const columns = extent(parts.map((part) => part[0]!.length));
  const entry = (part: Matrix, i: number, j: number): number => {
    const row = part[part.length === 1 ? 0 : i]!;
    return row[row.length === 1 ? 0 : j]!;
  };
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => of(...parts.map((part) => entry(part, i, j)))),
  );
}

function multiplied(left: Matrix, right: Matrix): Matrix {
  if (isScalar(left) || isScalar(right)) return mapped([left, right], times);
  if (left[0]!.length !== right.length) throw new Error("matrices do not fit");
  return left.map((row) =>
    right[0]!.map((_, j) => row.reduce((sum, x, k) => sum + times(x, right[k]![j]!), 0)),
  );
}

function forEachNode(node: Node, visit: (node: Node) => void): void {
  visit(node);
  if (node.kind === "name") for (const at of node.at) forEachNode(at, visit);
  if (node.kind === "transpose" || node.kind === "square" || node.kind === "negative" || node.kind === "sum")
    forEachNode(node.of, visit);
  if (node.kind === "binary") {
    forEachNode(node.left, visit);
    forEachNode(node.right, visit);
  }
  if (node.kind === "call") for (const arg of node.args) forEachNode(arg, visit);
}

const mentions = (node: Node, index: string): boolean => {
  let found = false;
  forEachNode(node, (inner) => {
    found ||= inner.kind === "name" && inner.name === index;
  });
  return found;
};

type Indices = ReadonlyMap<string, number>;

interface Line {
  readonly to: Node & { kind: "name" };
  readonly isTransposed: boolean;
  readonly adds: boolean;
  readonly value: Node;
  readonly tests: readonly Node[];
  readonly ranges: readonly Interval[];
  readonly axes: readonly string[];
}

function lineOf({ text, axes }: Formula): Line {
  const [body, ...behind] = text.trim().split(/ {2}(?=where |elsewhere \(|for )/);
  const [, target, op, value] = /^(.*?) (\+?=) (.*)$/.exec(body!) ?? [];
  if (target === undefined) throw new Error(`no formula: ${text}`);
  const to = sumOf(target);
  const place = to.kind === "transpose" ? to.of : to;
  if (place.kind !== "name") throw new Error(`nothing to set: ${text}`);
  const tests = behind.flatMap((part): Node[] => {
    if (part.startsWith("where ")) return [testOf(part.slice("where ".length))];
    const [, of] = /^elsewhere \((.*)\)$/.exec(part) ?? [];
    return of === undefined ? [] : [{ kind: "call", op: "not", args: [testOf(of)] }];
  });
  const ranges = behind.filter((part) => part.startsWith("for ")).flatMap((part) => rangesOf(part.slice(4)));
  return {
    to: place,
    isTransposed: to.kind === "transpose",
    adds: op === "+=",
    value: sumOf(value!),
    tests,
    ranges,
    axes,
  };
}

/** Carries out formulas; `integers` are the arrays that may subscript others. */
export function carryOut(
  formulas: readonly Formula[],
  numbers: Numbers,
  integers: ReadonlySet<string>,
): void {
  new Reader(numbers, integers).block(formulas, new Map());
}

class Reader {
  readonly #numbers: Numbers;
  readonly #integers: ReadonlySet<string>;

  constructor(numbers: Numbers, integers: ReadonlySet<string>) {
    this.#numbers = numbers;
    this.#integers = integers;
  }

  block(formulas: readonly Formula[], indices: Indices): void {
    const depthOf = ({ text }: Formula): number => text.length - text.trimStart().length;
    for (let i = 0; i < formulas.length; i++) {
      const formula = formulas[i]!;
      const text = formula.text.trim();
      if (!text.startsWith("for ")) {
        try {
          this.#line(lineOf(formula), indices);
        } catch (error) {
          throw new Error(`${text}: ${(error as Error).message}`);
        }
        continue;
      }
      let end = i + 1;
      while (end < formulas.length && depthOf(formulas[end]!) > depthOf(formula)) end++;
      this.#loop(text, formulas.slice(i + 1, end), indices);
      i = end - 1;
    }
  }

  #loop(text: string, body: readonly Formula[], indices: Indices): void {
    const [head, ...behind] = text.split(/ {2}(?=where |elsewhere \()/);
    for (const part of behind) {
      const [, of] = /^elsewhere \((.*)\)$/.exec(part) ?? [];
      const holds = this.#entry(testOf(of ?? part.slice("where ".length)), indices) !== 0;
      if (holds === (of !== undefined)) return;
    }
    const [, index, first, how, rest] = /^for (\S+) = (.*?) (…|down to) (.*)$/.exec(head!) ?? [];
    const [last, test] = rest!.split(" while ");
    const [from, to] = [first!, last!].map((part) => this.#entry(sumOf(part), indices)) as [number, number];
    const trips = how === "…" ? to - from + 1 : from - to + 1;
    for (let trip = 0; trip < trips; trip++) {
      if (test !== undefined && this.#entry(testOf(test), indices) === 0) return;
      this.block(body, new Map([...indices, [index!, how === "…" ? from + trip : from - trip]]));
    }
  }

  #line(line: Line, indices: Indices): void {
    const { to, value, tests, ranges, axes } = line;
    let subscripted = to.at.some((at) => axes.some((axis) => mentions(at, axis))) || ranges.length > 0;
    let isDeep = this.#rank(to) > 2;
    for (const node of [value, ...tests])
      forEachNode(node, (inner) => {
        if (inner.kind !== "name" || axes.length < 2) return;
        if (axes.includes(inner.name)) subscripted = true;
        else if (this.#rank(inner) > 2) isDeep = true;
      });
    if (subscripted || isDeep) this.#byEntry(line, indices, isDeep && !subscripted);
    else this.#asMatrices(line, indices);
  }

  /** The rank of what a name with its subscripts stands for. */
  #rank({ name, at }: Node & { kind: "name" }): number {
    const stored = this.#numbers.get(name);
    return stored === undefined ? 0 : stored.shape.length - at.length;
  }

  #stored(name: string): Stored {
    const stored = this.#numbers.get(name);
    if (stored === undefined) throw new Error(`what is ${name}?`);
    return stored;
  }

  #set(name: string, at: readonly number[], value: number, adds: boolean): void {
    const { entries, shape } = this.#stored(name);
    if (at.length !== shape.length) throw new Error(`${name} has ${shape.length} subscripts`);
    at.forEach((i, axis) => {
      if (i < 0 || i >= (shape[axis] ?? Infinity)) throw new Error(`${name}[${at.join()}] is outside`);
    });
    const key = at.join();
    entries.set(key, adds ? (entries.get(key) ?? Number.NaN) + value : value);
  }

  // Entry by entry.

  #byEntry(line: Line, indices: Indices, isDeep: boolean): void {
    const { to, adds, value, tests, axes } = line;
    const summed = value.kind === "sum" ? value.over : [];
    const of = value.kind === "sum" ? value.of : value;
    const kept = axes.filter((axis) => !summed.includes(axis));
    const order = isDeep ? axes : undefined;
    const set: { at: readonly number[]; value: number }[] = [];
    this.#walk(kept, line, indices, (point) => {
      const at = isDeep
        ? // Fixed subscripts stand in front of the axes that the name runs along.
          [...to.at.map((node) => this.#entry(node, point)), ...axes.map((axis) => point.get(axis)!)]
        : to.at.map((node) => this.#entry(node, point, order));
      const holds = (where: Indices): boolean => tests.every((test) => this.#entry(test, where, order) !== 0);
      if (value.kind !== "sum") {
        if (holds(point)) set.push({ at, value: this.#entry(of, point, order) });
        return;
      }
      let sum = 0;
      this.#walk(summed, line, point, (inner) => {
        if (holds(inner)) sum += this.#entry(of, inner, order);
      });
      set.push({ at, value: sum });
    });
    for (const { at, value } of set) this.#set(to.name, at, value, adds);
  }

  #walk(axes: readonly string[], line: Line, indices: Indices, visit: (point: Indices) => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) {
      visit(indices);
      return;
    }
    const range = line.ranges.find(({ index }) => index === axis);
    const from = range === undefined ? 0 : this.#entry(range.from, indices);
    const to = range === undefined ? this.#extent(axis, line) - 1 : this.#entry(range.to, indices);
    for (let i = from; i <= to; i++) this.#walk(rest, line, new Map([...indices, [axis, i]]), visit);
  }

  /** What an index without a range runs through: an axis of what is set, or else of the values, or else of integers. */
  #extent(axis: string, { to, value, tests, axes }: Line): number {
    const own: (number | undefined)[] = [];
    const values: (number | undefined)[] = [];
    const others: (number | undefined)[] = [];
    const look = (node: Node, list: (number | undefined)[]): void => {
      if (node.kind !== "name") return;
      const { shape } = this.#numbers.get(node.name) ?? { shape: [] };
      const isWhole = shape.length - node.at.length === axes.length;
      if (isWhole && !axes.some((one) => node.at.some((at) => mentions(at, one))))
        list.push(shape[node.at.length + axes.indexOf(axis)]);
      node.at.forEach((at, position) => {
        if (at.kind === "name" && at.name === axis && at.at.length === 0) list.push(shape[position]);
      });
    };
    look(to, own);
    for (const node of [value, ...tests])
      forEachNode(node, (inner) => {
        if (inner.kind === "name") look(inner, this.#integers.has(inner.name) ? others : values);
      });
    const found = new Set([own, values, others].find((list) => list.length > 0));
    const [extent] = found;
    if (found.size !== 1 || extent === undefined) throw new Error(`what does ${axis} run through?`);
    return extent;
  }

  /** The value of a node at one point; `order`: axes that a name alone runs along. */
  #entry(node: Node, point: Indices, order?: readonly string[]): number {
    const entry = (inner: Node): number => this.#entry(inner, point, order);
    switch (node.kind) {
      case "number":
        return node.value;
      case "name": {
        const index = point.get(node.name);
        if (index !== undefined && node.at.length === 0) return index;
        const { entries, shape } = this.#stored(node.name);
        const fixed = node.at.map(entry);
        const isWhole = order !== undefined && shape.length - fixed.length === order.length;
        const at = isWhole ? [...fixed, ...order.map((axis) => point.get(axis)!)] : fixed;
        if (at.length !== shape.length) throw new Error(`${node.name} has ${shape.length} subscripts`);
        return entries.get(at.join()) ?? Number.NaN;
      }
      case "transpose":
        throw new Error("a transpose among entries");
      case "square":
        return times(entry(node.of), entry(node.of));
      case "negative":
        return -entry(node.of);
      case "binary":
        // What is not reached is not read.
        if (node.op === "and" && entry(node.left) === 0) return 0;
        if (node.op === "or" && entry(node.left) !== 0) return 1;
        if ((node.op === " " || node.op === "∘") && entry(node.left) === 0) return 0;
        return calculated(node.op, entry(node.left), entry(node.right));
      case "call":
        if (node.op === "where")
          return entry(node.args[0]!) === 0 ? entry(node.args[2]!) : entry(node.args[1]!);
        return called(node.op, node.args.map(entry));
      case "sum":
        throw new Error("a sum inside a value");
      default:
        return node satisfies never;
    }
  }

  // Matrices.

  #asMatrices(line: Line, indices: Indices): void {
    const { to, isTransposed, adds, value, tests } = line;
    const mask = tests.map((test) => this.#matrix(test, line, indices));
    const masked = (of: Matrix): Matrix =>
      mapped([of, ...mask], (x, ...holds) => (holds.every((each) => each !== 0) ? x : 0));
    const result =
      value.kind === "sum" && mask.length > 0
        ? this.#summed(masked(this.#matrix(value.of, line, indices)), value.over, line)
        : this.#matrix(value, line, indices);
    const lead = to.at.map((node) => this.#entry(node, indices));
    const extents = this.#stored(to.name).shape.slice(lead.length);
    const own = column(extents.length === 0 ? [0] : Array.from({ length: extents[0]! }, () => 0));
    const upright = extents.length < 2 ? own : own.map(() => Array.from({ length: extents[1]! }, () => 0));
    const frame = isTransposed ? transposed(upright) : upright;
    const wide = mapped([frame, result], (_, x) => x);
    const holds = value.kind === "sum" ? [] : mask;
    const all = mapped([frame, ...holds], (_, ...each) => Number(each.every((one) => one !== 0)));
    if (wide.length !== frame.length || wide[0]!.length !== frame[0]!.length)
      throw new Error(`the value does not fit ${to.name}`);
    wide.forEach((row, i) => {
      row.forEach((x, j) => {
        const at =
          extents.length === 0
            ? []
            : extents.length === 1
              ? [Math.max(i, j)]
              : isTransposed
                ? [j, i]
                : [i, j];
        if (all[i]![j] !== 0) this.#set(to.name, [...lead, ...at], x, adds);
      });
    });
  }

  #summed(of: Matrix, over: readonly string[], { axes }: Line): Matrix {
    if (over.length === axes.length) return [[of.flat().reduce((sum, x) => sum + x, 0)]];
    const total = (row: readonly number[]): number => row.reduce((sum, x) => sum + x, 0);
    // What is left is a vector.
    return column((over[0] === axes[0] ? transposed(of) : of).map(total));
  }

  #matrix(node: Node, line: Line, indices: Indices): Matrix {
    const matrix = (inner: Node): Matrix => this.#matrix(inner, line, indices);
    switch (node.kind) {
      case "number":
        return [[node.value]];
      case "name": {
        const free = line.axes.filter((axis) => mentions(node, axis));
        if (free.length > 0) {
          const [axis] = free as [string];
          const values: number[] = [];
          this.#walk([axis], line, indices, (point) => values.push(this.#entry(node, point)));
          return column(values);
        }
        const index = indices.get(node.name);
        if (index !== undefined && node.at.length === 0) return [[index]];
        const { entries, shape } = this.#stored(node.name);
        const lead = node.at.map((at) => this.#entry(at, indices));
        const [rows = 1, columns = 1] = shape.slice(lead.length);
        const rank = shape.length - lead.length;
        return Array.from({ length: rows }, (_, i) =>
          Array.from(
            { length: columns },
            (_, j) => entries.get([...lead, ...[i, j].slice(0, rank)].join()) ?? Number.NaN,
          ),
        );
      }
      case "transpose":
        return transposed(matrix(node.of));
      case "square":
        return mapped([matrix(node.of)], (x) => times(x, x));
      case "negative":
        return mapped([matrix(node.of)], (x) => -x);
      case "binary": {
        const [left, right] = [matrix(node.left), matrix(node.right)];
        if (node.op === " ") return multiplied(left, right);
        return mapped([left, right], (a, b) => calculated(node.op, a, b));
      }
      case "call":
        return mapped(node.args.map(matrix), (...args) => called(node.op, args));
      case "sum":
        return this.#summed(matrix(node.of), node.over, line);
      default:
        return node satisfies never;
    }
  }
}
