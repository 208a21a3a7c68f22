/**
 * A function of loops as formulas of matrices and vectors, for those who compare it with a derivation on paper. In: a
 * function whose products are contractions. Out: a formula for each statement with an effect, beside the statement.
 *
 * Each formula is one assignment for all indices of its loops (`nests`). Indices become axes: what they run through as a
 * whole and in their order goes by its name, in the opposite order by its transpose; a vector along the second of two axes
 * is a row. What is local to a loop has the loop's axis too. `∘` multiplies entry by entry, `Σ` sums over an axis. Where
 * that would not say exactly which entries meet, entries keep their subscripts, and an index that does not run through a
 * whole axis has its range behind the formula. Loops whose trips depend on each other stay loops, their statements
 * indented. Arrays of one name are told apart by numbers, `C` and `C₂`, which stand in no name of a model.
 */

import * as affine from "../ir/affine.ts";
import { stemOf } from "../ir/names.ts";
import type { Access, Argument, Expr, Fn, GlobalArray, Statement, Test } from "../ir/nodes.ts";
import { forEachExpr, forEachExprOf } from "../ir/walk.ts";
import { mentions } from "./contractions.ts";
import { type Entry, isRendered, joined, type Mode, type Rendered } from "./formula-sums.ts";
import { factor, primitiveText, type Text } from "./formula-text.ts";
import { type Line, type Nest, type Over, type Sequence, touchesOfNest } from "./nest.ts";
import { type Nests, nestsOf } from "./nests.ts";

export interface Formula {
  /** Indented by two spaces for each loop that it stays in. */
  readonly text: string;
  /** The statement that it stands for, of a loop its head. */
  readonly statement: Statement;
  /** Indices of its axes, as `Σ` and subscripts call them: the first runs along the rows. */
  readonly axes: readonly string[];
  /** What every array of the function is called in the formulas. */
  readonly names: ReadonlyMap<string, string>;
}

/** A formula before it is known what its arrays are called, and what copies of it need to know. */
interface Written {
  readonly text: string;
  readonly statement: Statement;
  readonly axes: readonly string[];
  /** What it sets as a whole, to what, and from which arrays. */
  readonly sets?: { readonly array: string; readonly value: string; readonly from: ReadonlySet<string> };
}

/** `arrays`: those of the program, of which a function may use some without having them as parameters. */
export function formulasOf(fn: Fn, arrays: readonly GlobalArray[]): Formula[] {
  const nests = nestsOf(fn, arrays);
  const writer = new Writer(nests);
  writer.block(nests.body, new Map());
  return readable(withoutCopies(writer.written, nests, fn), fn);
}

/** Formulas with the names that readers see in the place of those of the loops. */
function readable(formulas: readonly Written[], fn: Fn): Formula[] {
  const met = formulas.flatMap(({ text }) => Array.from(text.matchAll(marked), ([, name]) => name!));
  const arrays = [...new Set([...fn.parameters.map(({ name }) => name), ...met])].filter((name) =>
    met.includes(name),
  );
  const alike = new Map<string, string[]>();
  for (const name of arrays) alike.set(shortOf(name), [...(alike.get(shortOf(name)) ?? []), name]);
  const shown = new Map<string, string>();
  for (const [short, group] of alike) {
    const [, own = short] = /^(.+)_bar$/.exec(short) ?? [];
    const isBar = own !== short;
    // Cotangents come in the opposite order; they are numbered as what they belong to is.
    const ordered = isBar ? group.toSorted((a, b) => numberOf(a) - numberOf(b)) : group;
    const isPaired = isBar && alike.get(own)?.length === group.length;
    ordered.forEach((name, i) => {
      const number = i === 0 ? "" : numbered(i + 1);
      shown.set(name, isPaired ? `${own}${number}_bar` : `${short}${number}`);
    });
  }
  return formulas.map(({ text, statement, axes }) => ({
    text: text.replace(marked, (_, name: string) => shown.get(name)!),
    statement,
    axes,
    names: shown,
  }));
}

/** What is set once, as a whole, and to the same as another is, is that other. */
function withoutCopies(written: readonly Written[], { body, shapeOf }: Nests, fn: Fn): Written[] {
  const keyOf = (array: string, value: string): string =>
    `${shortOf(array)}[${shapeOf(array)?.join()}] = ${value}`;
  const writes = new Map<string, number>();
  for (const { sets } of written) if (sets) writes.set(sets.array, 1);
  const counted = new Map<string, number>();
  const count = (nest: Nest): void => {
    for (const { access, array } of touchesOfNest(nest))
      if (access !== "read") counted.set(array, (counted.get(array) ?? 0) + 1);
  };
  body.forEach(count);
  const parameters = new Map(fn.parameters.map((parameter) => [parameter.name, parameter]));
  // A formula that sets an array as a whole may stand for two statements: a value, and what is added to it.
  const formulas = new Map<string, number>();
  for (const { text } of written) {
    const [, name] = /^ *«([^»]*)»/.exec(text) ?? [];
    if (name !== undefined) formulas.set(name, (formulas.get(name) ?? 0) + 1);
  }
  const isFixed = (array: string): boolean =>
    (counted.get(array) ?? 0) === 0 || (writes.has(array) && formulas.get(array) === 1);
  const firsts = new Map<string, string>();
  const same = new Map<string, string>();
  const renamed = (text: string): string =>
    text.replace(marked, (mark, each: string) => same.get(each) ?? mark);
  return written.map((formula) => {
    const { text, sets } = formula;
    const now = { ...formula, text: renamed(text) };
    if (sets === undefined || !isFixed(sets.array) || ![...sets.from].every(isFixed)) return now;
    // A result keeps its name.
    if (parameters.has(sets.array)) {
      firsts.set(keyOf(sets.array, renamed(sets.value)), sets.array);
      return now;
    }
    const key = keyOf(sets.array, renamed(sets.value));
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, sets.array);
    else same.set(sets.array, nameOf(first));
    return first === undefined ? now : { ...now, text: renamed(text) };
  });
}

interface Context {
  readonly over: readonly Over[];
  readonly mode: Mode;
  /** What indices are called, those of loops around the line too. */
  readonly indices: ReadonlyMap<string, string>;
  /** Axes that the rows and the columns run along. */
  readonly axes: readonly string[];
}

class Writer {
  readonly written: Written[] = [];
  readonly #nests: Nests;
  /** Names that are arrays', so that no index goes by them. */
  readonly #taken = new Set<string>();

  constructor(nests: Nests) {
    this.#nests = nests;
    for (const nest of nests.body)
      for (const { array } of touchesOfNest(nest)) this.#taken.add(shortOf(array));
  }

  block(nests: readonly Nest[], indices: ReadonlyMap<string, string>): void {
    const indent = "  ".repeat(indices.size);
    const entries = nests.map((nest): Entry => (nest.kind === "line" ? this.#line(nest, indices) : nest));
    for (const entry of joined(entries, this.#nests.shapeOf)) {
      if (isRendered(entry)) {
        const { line, to, value, adds, behind, axes, whole, reads } = entry;
        const text = `${indent}${to} ${adds ? "+=" : "="} ${value}${behind}`;
        const setsWhole = !adds && whole !== undefined && behind === "" && to === nameOf(line.to.array);
        this.written.push({
          text,
          statement: line.statement,
          axes,
          ...(setsWhole && indices.size === 0 ? { sets: { array: line.to.array, value, from: reads } } : {}),
        });
      } else if (entry.kind === "sequence") this.#sequence(entry, indices, indent);
      else {
        const inside = this.#named(entry.over, indices);
        const context: Context = { over: entry.over, mode: "subscripts", indices: inside, axes: [] };
        const text = `${indent}${this.#callText(entry.statement, context)}${this.#whens(entry.when, context)}${this.#ranges(entry.over, context)}`;
        this.written.push({ text, statement: entry.statement, axes: [] });
      }
    }
  }

  #sequence({ loop, when, body }: Sequence, indices: ReadonlyMap<string, string>, indent: string): void {
    const index = loop.kind === "for" ? loop.index : loop.counter;
    const inside = this.#named([{ index }], indices);
    const outside: Context = { over: [], mode: "names", indices, axes: [] };
    const name = inside.get(index)!;
    const form = (of: affine.Affine): string => this.#form(of, outside);
    const last = (to: affine.Affine): string => form(affine.offset(to, -1));
    const head =
      loop.kind === "while"
        ? `for ${name} = 0 … ${loop.limit - 1} while ${this.#test(loop.test, outside)}`
        : loop.down
          ? `for ${name} = ${last(loop.to)} down to ${form(loop.from)}`
          : `for ${name} = ${form(loop.from)} … ${last(loop.to)}`;
    const statement = { ...loop, body: [] };
    this.written.push({ text: `${indent}${head}${this.#whens(when, outside)}`, statement, axes: [] });
    this.block(body, inside);
  }

  /** What indices are called, each by a name of its own. */
  #named(
    over: readonly { readonly index: string }[],
    around: ReadonlyMap<string, string>,
  ): ReadonlyMap<string, string> {
    const names = new Map(around);
    const taken = new Set([...around.values(), ...this.#taken]);
    for (const { index } of over) {
      const stem = stemOf(index);
      let name = stem;
      for (let count = 2; taken.has(name); count++) name = `${stem}${numbered(count)}`;
      taken.add(name);
      names.set(index, name);
    }
    return names;
  }

  #line(line: Line, around: ReadonlyMap<string, string>): Rendered {
    const { over, to } = line;
    const indices = this.#named(over, around);
    const kept = keptOf(line);
    const summed = over.filter(({ index }) => !kept.has(index));
    const target = this.#placed(to, over);
    const base = {
      line,
      reads: readsOf(line),
      isZero: isNumber(line.value, 0),
      adds: line.adds,
      isSum: false,
    };
    const called = over.map(({ index }) => indices.get(index)!);
    const whole =
      target === undefined
        ? undefined
        : to.at
            .map((form) => (target.axes.some((axis) => mentions(form, axis)) ? "*" : affine.key(form)))
            .join();
    const product = target && this.#product(line, target.axes, summed, indices);
    if (product !== undefined) {
      const context: Context = { over, mode: "names", indices, axes: target!.axes };
      const text = this.#access(to, context).text;
      return { ...base, to: text, value: product, behind: "", axes: called, mode: "names", whole };
    }
    const mode = this.#modeOf(line, target?.axes, summed);
    const context: Context = { over, mode, indices, axes: over.map(({ index }) => index) };
    const value = this.#expr(line.value, context);
    const sums = summed.map(({ index }) => `Σ${indices.get(index)} `).join("");
    // The target of a sum lies along what is left of its axes.
    const place: Context = summed.length > 0 ? { ...context, axes: target?.axes ?? [] } : context;
    const unclear = mode === "subscripts" ? over.filter((one) => !this.#isClear(one, line)) : [];
    return {
      ...base,
      to: this.#access(to, place).text,
      value: `${sums}${sums !== "" && value.level === "sum" ? `(${value.text})` : value.text}`,
      behind: `${this.#whens(line.when, context)}${this.#ranges(unclear, context)}`,
      axes: called,
      mode,
      whole,
    };
  }

  /** Subscripts go where names alone say which entries meet. */
  #modeOf(line: Line, target: readonly string[] | undefined, summed: readonly Over[]): Mode {
    const { over } = line;
    if (target === undefined) return "subscripts";
    const order = over.map(({ index }) => index);
    if (order.length > 2 && (summed.length > 0 || target.join() !== order.join())) return "subscripts";
    let hasSubscripts = false;
    const seen = new Set(target);
    forEachValue(line, (expr) => {
      if (expr.kind === "integer") hasSubscripts ||= order.some((axis) => mentions(expr.value, axis));
      if (expr.kind !== "read") return;
      const placed = this.#placed(expr, over);
      if (placed === undefined) {
        hasSubscripts = true;
        return;
      }
      if (order.length > 2 && placed.axes.length > 0 && placed.axes.join() !== order.join())
        hasSubscripts = true;
      for (const axis of placed.axes) seen.add(axis);
    });
    if (!hasSubscripts && order.every((axis) => seen.has(axis))) return "names";
    // Behind subscripts that are fixed, the index is not seen in what is set.
    const isSeen = target.length === 0 || target.length === line.to.at.length;
    const isMixed = order.length === 1 && isSeen && over.every((one) => this.#isClear(one, line));
    return isMixed ? "mixed" : "subscripts";
  }

  /**
   * Is it clear without a range what the index runs through? The whole of an axis of what is set, or else of all values
   * that have it for a subscript, or else of all integers.
   */
  #isClear({ index, from, to }: Over, line: Line): boolean {
    const last = affine.constantOf(to);
    if (affine.constantOf(from) !== 0 || last === undefined) return false;
    const extents = ({ array, at }: Access): (number | undefined)[] =>
      at.flatMap((form, axis) => (isIndex(form, index) ? [this.#nests.shapeOf(array)?.[axis]] : []));
    const own = extents(line.to);
    const values: (number | undefined)[] = [];
    forEachValue(line, (expr) => {
      if (expr.kind === "read") values.push(...extents(expr));
    });
    const met = [own, values, touchesOfNest(line).flatMap(extents)].find((list) => list.length > 0) ?? [];
    return met.length > 0 && met.every((extent) => extent === last);
  }

  /** The axes that a place runs through as a whole, one behind the other and behind what is fixed; undefined for all else. */
  #placed({ array, at }: Access, over: readonly Over[]): { readonly axes: readonly string[] } | undefined {
    const isFixed = (form: affine.Affine): boolean => !over.some(({ index }) => mentions(form, index));
    const firstFree = at.findIndex((form) => !isFixed(form));
    if (firstFree < 0) return { axes: [] };
    const shape = this.#nests.shapeOf(array);
    const axes: string[] = [];
    for (let axis = firstFree; axis < at.length; axis++) {
      const one = over.find(({ index }) => isIndex(at[axis]!, index));
      if (one === undefined || axes.includes(one.index)) return undefined;
      if (affine.constantOf(one.from) !== 0) return undefined;
      const last = affine.constantOf(one.to);
      if (last === undefined || shape?.[axis] !== last) return undefined;
      axes.push(one.index);
    }
    return { axes };
  }

  /** An entry, or an array along the axes of the context. */
  #access(place: Access, context: Context): Text {
    const { over, mode, axes } = context;
    const { array, at } = place;
    const placed = mode === "subscripts" ? undefined : this.#placed(place, over);
    const isArray =
      mode !== "subscripts" && at.some((form) => over.some(({ index }) => mentions(form, index)));
    const lead = placed === undefined ? at : at.slice(0, at.length - placed.axes.length);
    const part = `${nameOf(array)}${lead.length === 0 ? "" : `[${lead.map((form) => this.#form(form, context)).join(", ")}]`}`;
    const isTransposed = placed !== undefined && axes.length === 2 && placed.axes[0] === axes[1];
    return { text: isTransposed ? `${part}ᵀ` : part, level: "atom", isArray };
  }

  #ranges(over: readonly Over[], context: Context): string {
    const ranges = over.map(
      ({ index, from, to }) =>
        `${context.indices.get(index)} = ${this.#form(from, context)} … ${this.#form(affine.offset(to, -1), context)}`,
    );
    return ranges.length === 0 ? "" : `  for ${ranges.join(", ")}`;
  }

  /** The innermost condition first. */
  #whens(tests: readonly Test[], context: Context): string {
    return tests
      .toReversed()
      .map((test) =>
        test.kind === "not"
          ? `  elsewhere (${this.#test(test.of, context)})`
          : `  where ${this.#test(test, context)}`,
      )
      .join("");
  }

  /** A sum of products as a product of matrices or vectors, where it is one. */
  #product(
    line: Line,
    target: readonly string[],
    summed: readonly Over[],
    indices: ReadonlyMap<string, string>,
  ): string | undefined {
    const { over, when, statement } = line;
    const isContraction = statement.kind === "contract";
    // Of two axes alone, entry by entry is as short.
    if (when.length > 0 || !line.adds || summed.length > 1 || !(isContraction || over.length === 3)) return;
    const { isNegative, factors } = factorsOf(line.value);
    const spanned = factors.map((factor) => this.#span(factor, over));
    if (spanned.includes(undefined)) return;
    const isScalar = (i: number): boolean => spanned[i]!.length === 0;
    const scalars = factors.filter((_, i) => isScalar(i));
    const arrays = factors.map((factor, i) => ({ factor, span: spanned[i]! })).filter((_, i) => !isScalar(i));
    const group = (of: readonly string[]): Expr[] =>
      arrays
        .filter(({ span }) => span.length === of.length && of.every((axis) => span.includes(axis)))
        .map(({ factor }) => factor);
    const written = (of: readonly Expr[], axes: readonly string[]): string => {
      const context: Context = { over, mode: "names", indices, axes };
      const texts = of.map((each) => this.#expr(each, context));
      // Of several transposes, the one of all.
      if (
        axes.length > 1 &&
        texts
          .map(({ text }) => text)
          .join()
          .split("ᵀ").length > 2
      )
        return `${written(of, axes.toReversed())}ᵀ`;
      if (texts.length === 1) return texts[0]!.level === "atom" ? texts[0]!.text : `(${texts[0]!.text})`;
      return `(${texts.map(factor).join(" ∘ ")})`;
    };
    const context: Context = { over, mode: "names", indices, axes: [] };
    const front = `${isNegative ? "−" : ""}${scalars.map((each) => `${factor(this.#expr(each, context))} `).join("")}`;
    const pair = (left: readonly string[], right: readonly string[], stroke = ""): string | undefined => {
      const [one, other] = [group(left), group(right)];
      if (one.length === 0 || other.length === 0 || one.length + other.length < arrays.length) return;
      return `${front}${written(one, left)} ${written(other, right)}${stroke}`;
    };
    const [a, b] = target;
    const k = summed[0]?.index;
    if (over.length !== target.length + summed.length) return;
    if (k === undefined) return target.length === 2 ? pair([a!], [b!], "ᵀ") : undefined;
    if (a === undefined) {
      const all = group([k]);
      if (all.length < 2 || all.length < arrays.length) return;
      return `${front}${written(all.slice(0, -1), [k])}ᵀ ${written(all.slice(-1), [k])}`;
    }
    if (b === undefined) return pair([a, k], [k]);
    return target.length === 2 ? pair([a, k], [k, b]) : undefined;
  }

  /** The axes of a factor, where each array in it is a number or runs through all of them. */
  #span(factor: Expr, over: readonly Over[]): readonly string[] | undefined {
    let span: readonly string[] | undefined = [];
    forEachExpr(factor, (expr) => {
      if (expr.kind === "integer" && over.some(({ index }) => mentions(expr.value, index))) span = undefined;
      if (expr.kind !== "read" || span === undefined) return;
      const placed = this.#placed(expr, over);
      if (placed === undefined) span = undefined;
      else if (span.length === 0) span = placed.axes;
      else if (
        placed.axes.length > 0 &&
        (placed.axes.length !== span.length || !span.every((axis) => placed.axes.includes(axis)))
      )
        span = undefined;
    });
    return span;
  }

  #expr(expr: Expr, context: Context): Text {
    switch (expr.kind) {
      case "number":
        return expr.value < 0
          ? { text: `−${-expr.value}`, level: "sum", isArray: false, isNegative: true }
          : { text: String(Math.abs(expr.value)), level: "atom", isArray: false };
      case "name":
        return { text: nameOf(expr.name), level: "atom", isArray: false };
      case "read":
        return this.#access(expr, context);
      case "integer":
        return this.#integer(expr.value, context);
      case "select": {
        const [then, otherwise] = [this.#expr(expr.then, context), this.#expr(expr.else, context)];
        const test = this.#test(expr.test, context);
        const isArray = context.mode !== "subscripts" && context.over.length > 0;
        const isOne = then.text === "1" && otherwise.text === "0";
        if (isOne) return { text: `[${test}]`, level: "atom", isArray };
        if (otherwise.text === "0")
          return { text: `[${test}]${isArray ? " ∘ " : " "}${factor(then)}`, level: "product", isArray };
        return { text: `where(${test}, ${then.text}, ${otherwise.text})`, level: "atom", isArray };
      }
      case "primitive":
        return primitiveText(
          expr.op,
          expr.args.map((arg) => this.#expr(arg, context)),
        );
      default:
        return expr satisfies never;
    }
  }

  #test(test: Test, context: Context): string {
    switch (test.kind) {
      case "compare": {
        const sign = { lt: "<", le: "≤", gt: ">", ge: "≥", eq: "=", ne: "≠" }[test.relation];
        return `${this.#expr(test.left, context).text} ${sign} ${this.#expr(test.right, context).text}`;
      }
      case "not":
        return `not (${this.#test(test.of, context)})`;
      case "constant":
        return String(test.value);
      default: {
        const side = (of: Test): string => {
          const text = this.#test(of, context);
          return (of.kind === "and" || of.kind === "or") && of.kind !== test.kind ? `(${text})` : text;
        };
        return `${side(test.left)} ${test.kind} ${side(test.right)}`;
      }
    }
  }

  #callText(statement: Statement, context: Context): string {
    if (statement.kind !== "call") return statement.kind;
    const argument = (arg: Argument): string => {
      if (arg.kind === "real") return this.#expr(arg.value, context).text;
      if (arg.kind === "integer") return this.#form(arg.value, context);
      return this.#access({ array: arg.view.array, at: arg.view.prefix }, context).text;
    };
    return `${statement.callee}(${statement.args.map(argument).join(", ")})`;
  }

  // Integers.

  #form({ constant, terms }: affine.Affine, context: Context): string {
    const parts = terms.map(({ coefficient, atom }) => {
      const text = this.#atom(atom, context);
      return coefficient === 1 ? text : `${coefficient}*${text}`;
    });
    if (constant !== 0 || parts.length === 0) parts.push(String(constant));
    return parts.join(" + ").replaceAll("+ -", "- ");
  }

  #atom(atom: affine.Atom, context: Context): string {
    switch (atom.kind) {
      case "index":
        return context.indices.get(atom.name) ?? nameOf(atom.name);
      case "gather": {
        const at = atom.at.map((form) => this.#form(form, context)).join(", ");
        return at === "" ? nameOf(atom.array) : `${nameOf(atom.array)}[${at}]`;
      }
      case "quotient":
        return `((${this.#form(atom.of, context)}) div (${this.#form(atom.by, context)}))`;
      case "remainder":
        return `((${this.#form(atom.of, context)}) mod (${this.#form(atom.by, context)}))`;
      default:
        return atom satisfies never;
    }
  }

  /** An integer as a formula has it: what is added in front of what is taken away. */
  #integer({ constant, terms }: affine.Affine, context: Context): Text {
    const parts = [...terms]
      .sort((a, b) => b.coefficient - a.coefficient)
      .map(({ coefficient, atom }) => {
        const text = this.#atom(atom, context);
        const size = Math.abs(coefficient);
        return { isTaken: coefficient < 0, text: size === 1 ? text : `${size} ${text}` };
      });
    if (constant !== 0 || parts.length === 0)
      parts.push({ isTaken: constant < 0, text: String(Math.abs(constant)) });
    const text = parts
      .map(({ isTaken, text }, i) =>
        i === 0 ? `${isTaken ? "−" : ""}${text}` : ` ${isTaken ? "−" : "+"} ${text}`,
      )
      .join("");
    const isSum = parts.length > 1 || parts[0]!.isTaken;
    const isArray =
      context.mode !== "subscripts" && context.over.some(({ index }) => mentions({ constant, terms }, index));
    return { text, level: isSum ? "sum" : parts[0]!.text.includes(" ") ? "product" : "atom", isArray };
  }
}

/** Indices that a target depends on: in its subscripts, or in the bounds of those. */
function keptOf({ to, over }: Line): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const { index } of over.toReversed()) {
    const isMet = to.at.some((form) => mentions(form, index));
    const bounds = over.filter((one) => kept.has(one.index)).flatMap((one) => [one.from, one.to]);
    if (isMet || bounds.some((form) => mentions(form, index))) kept.add(index);
  }
  return kept;
}

/** Factors of a product, with its sign. */
function factorsOf(value: Expr): { isNegative: boolean; factors: Expr[] } {
  if (value.kind !== "primitive") return { isNegative: false, factors: [value] };
  if (value.op === "neg") {
    const { isNegative, factors } = factorsOf(value.args[0]!);
    return { isNegative: !isNegative, factors };
  }
  if (value.op !== "mul" && value.op !== "gate") return { isNegative: false, factors: [value] };
  const [left, right] = value.args.map(factorsOf);
  return {
    isNegative: left!.isNegative !== right!.isNegative,
    factors: [...left!.factors, ...right!.factors],
  };
}

function forEachValue({ value, when }: Line, visit: (expr: Expr) => void): void {
  forEachExpr(value, visit);
  for (const test of when) forEachExprOf({ kind: "if", test, then: [], else: [] }, visit);
}

const readsOf = (line: Line): ReadonlySet<string> =>
  new Set(
    touchesOfNest(line)
      .filter(({ access }) => access === "read")
      .map(({ array }) => array),
  );

const isNumber = (expr: Expr, value: number): boolean => expr.kind === "number" && expr.value === value;

const isIndex = (form: affine.Affine, index: string): boolean => affine.equal(form, affine.index(index));

/** A name of the loops, until all formulas are there and it is known which read alike. */
const nameOf = (array: string): string => `«${array}»`;
const marked = /«([^»]*)»/g;

/** What the model calls it, where it is one of the model's own. */
const shortOf = (array: string): string => stemOf(array).replace(/_of$/, "").replaceAll(" ", "_");

const numberOf = (name: string): number => Number(/#(\d+)$/.exec(name)?.[1] ?? 1);

const numbered = (count: number): string =>
  Array.from(String(count), (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
