/**
 * A function of loops as formulas of matrices and vectors, for those who compare it with a derivation on paper. In: a
 * function whose products are contractions. Out: a formula for each statement with an effect, beside the statement.
 *
 * Loops become axes: what is indexed by them in their order goes by its name, in the opposite order by its transpose.
 * What is local to a loop has the loop's axis too. `∘` multiplies entry by entry, `Σ` sums over an axis, and what has
 * no such form keeps its subscripts. Arrays of one name are told apart by numbers, `C` and `C₂`, which stand in no name
 * of a model.
 */

import * as affine from "../ir/affine.ts";
import { stemOf } from "../ir/names.ts";
import type { Access, Block, Expr, Fn, Statement, Test } from "../ir/nodes.ts";
import { printForm } from "../ir/print.ts";
import { forEachStatement } from "../ir/walk.ts";

export interface Formula {
  readonly text: string;
  /** The statement that it stands for. */
  readonly statement: Statement;
}

/** An expression as text, with how tightly it binds. */
interface Text {
  readonly text: string;
  readonly level: "sum" | "quotient" | "product" | "atom";
  /** Whether it has entries. */
  readonly isArray: boolean;
}

interface Scope {
  readonly axes: readonly string[];
  readonly names: ReadonlyMap<string, Text>;
}

export function formulasOf(fn: Fn): Formula[] {
  const writer = new Writer();
  writer.block(fn.body, { axes: [], names: new Map() });
  writer.flush();
  return readable(writer.formulas, fn);
}

/** Formulas with the names that readers see in the place of those of the loops. */
function readable(written: readonly Formula[], fn: Fn): Formula[] {
  const formulas = withoutCopies(written);
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
      const number =
        i === 0 ? "" : Array.from(String(i + 1), (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
      shown.set(name, isPaired ? `${own}${number}_bar` : `${short}${number}`);
    });
  }
  return formulas.map(({ text, statement }) => ({
    text: text.replace(marked, (_, name: string) => shown.get(name)!),
    statement,
  }));
}

/** What is set once, and to the same as another is, is that other. */
function withoutCopies(formulas: readonly Formula[]): Formula[] {
  const settings = new Map<string, number>();
  for (const { text } of formulas) {
    const [, name] = settingOf(text);
    if (name !== undefined) settings.set(name, (settings.get(name) ?? 0) + 1);
  }
  const isSetOnce = (name: string): boolean => (settings.get(name) ?? 0) <= 1;
  const firsts = new Map<string, string>();
  const same = new Map<string, string>();
  return formulas.map(({ text, statement }) => {
    const [, name, value] = settingOf(text);
    const now = text.replace(marked, (mark, each: string) => same.get(each) ?? mark);
    if (name === undefined || value === undefined || !isSetOnce(name)) return { text: now, statement };
    const parts = Array.from(value.matchAll(marked), ([, part]) => part!);
    if (!parts.every(isSetOnce)) return { text: now, statement };
    const key = `${shortOf(name)} = ${value.replace(marked, (mark, each: string) => same.get(each) ?? mark)}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, name);
    else same.set(name, nameOf(first));
    return { text: first === undefined ? now : now.replace(nameOf(name), nameOf(first)), statement };
  });
}

/** What a formula sets, in whole or in part, and to what where it is the whole. */
const settingOf = (text: string): readonly (string | undefined)[] =>
  /^«([^»]*)»(?: = (.*)$)?/.exec(text) ?? [];

class Writer {
  readonly formulas: Formula[] = [];
  /** What arrays were last set to, where nothing has been added yet. */
  readonly #started = new Map<string, { text: string; formula: Formula | undefined }>();
  /** How many branches what is written stands in: there, a zero is a value and no beginning of a sum. */
  #branches = 0;
  /** Axes of the loops of which every trip sets an array anew: as good as local to them. */
  readonly #renewed = new Map<string, readonly string[]>();

  block(block: Block, outer: Scope): void {
    let scope = outer;
    for (const statement of block) {
      switch (statement.kind) {
        case "let": {
          const names = new Map(scope.names);
          names.set(statement.name, this.#expr(statement.value, scope));
          scope = { ...scope, names };
          break;
        }
        case "alloc":
          this.#renewed.set(statement.array, scope.axes);
          if (statement.zero) this.#start(statement.array, "0", undefined);
          break;
        case "for":
          this.#loop(statement.body, { ...scope, axes: [...scope.axes, statement.index] });
          break;
        case "while":
          this.#loop(statement.body, { ...scope, axes: [...scope.axes, statement.counter] });
          break;
        case "if": {
          const test = this.#test(statement.test, scope);
          this.#branch(statement.then, scope, `where ${test}`);
          this.#branch(statement.else, scope, `elsewhere (${test})`);
          break;
        }
        case "store": {
          this.#renew(statement, scope.axes);
          const to = this.#placed(statement, scope);
          const value = this.#expr(statement.value, scope).text;
          const isZero =
            this.#branches === 0 && statement.value.kind === "number" && Object.is(statement.value.value, 0);
          const formula = isZero ? undefined : { text: `${to.text} = ${value}`, statement };
          // A part that is set apart from the rest stands for itself.
          if (to.text === nameOf(statement.array)) this.#start(statement.array, value, formula);
          else if (formula !== undefined) this.#push(formula);
          break;
        }
        case "accumulate": {
          const summed = scope.axes.filter((axis) => !this.#axesOf(statement, scope).includes(axis));
          const value = this.#expr(statement.value, scope);
          const sums = summed.map((axis) => `Σ${stemOf(axis)} `).join("");
          this.#add(
            statement,
            scope,
            `${sums}${sums !== "" && value.level === "sum" ? `(${value.text})` : value.text}`,
          );
          break;
        }
        case "contract": {
          const axes = [...scope.axes, ...statement.over.map(({ index }) => index)];
          this.#add(statement, { ...scope, axes }, this.#product(statement, { ...scope, axes }));
          break;
        }
        default:
          break;
      }
    }
  }

  #branch(block: Block, scope: Scope, when: string): void {
    this.flush();
    const first = this.formulas.length;
    this.#branches++;
    this.block(block, scope);
    this.flush();
    this.#branches--;
    for (let i = first; i < this.formulas.length; i++) {
      const { text, statement } = this.formulas[i]!;
      this.formulas[i] = { text: `${text}  ${when}`, statement };
    }
  }

  #loop(body: Block, scope: Scope): void {
    // A trip may clear for the next one what it has used.
    forEachStatement(body, (inner) => {
      if (inner.kind === "store") this.#renew(inner, scope.axes);
    });
    this.block(body, scope);
  }

  #renew({ array, at }: Access, axes: readonly string[]): void {
    const isOwn = (axis: string): boolean => at.some((form) => affine.equal(form, affine.index(axis)));
    this.#renewed.set(
      array,
      axes.filter((axis) => !isOwn(axis)),
    );
  }

  /** What is pending comes out as it is. */
  flush(): void {
    for (const [array, { formula }] of this.#started) {
      if (formula === undefined) continue;
      this.formulas.push(formula);
      this.#started.delete(array);
    }
  }

  /** One behind the other, as in the text. */
  #push(formula: Formula): void {
    this.flush();
    this.formulas.push(formula);
  }

  #start(array: string, text: string, formula: Formula | undefined): void {
    this.#release(array);
    this.#started.set(array, { text, formula });
  }

  #release(array: string): void {
    const pending = this.#started.get(array);
    if (pending?.formula !== undefined) this.formulas.push(pending.formula);
    this.#started.delete(array);
  }

  #add(statement: Statement & { kind: "accumulate" | "contract" }, scope: Scope, value: string): void {
    const to = statement.kind === "contract" ? statement.to : statement;
    const wanted = statement.kind === "contract" ? this.#axesOf(to, scope) : undefined;
    const place = this.#placed(to, scope, wanted).text;
    const pending = this.#started.get(to.array);
    this.#started.delete(to.array);
    const isWhole = place === nameOf(to.array);
    if (pending === undefined || !isWhole) {
      if (pending?.formula !== undefined) this.#push(pending.formula);
      this.#push({ text: `${place} += ${value}`, statement });
    } else {
      const start = pending.text === "0" ? "" : `${pending.text} + `;
      this.#push({ text: `${place} = ${start}${value}`, statement });
    }
  }

  /** Axes of a place, those of the loops that it is local to first. */
  #axesOf({ array, at }: Access, { axes }: Scope): string[] {
    const own = at.flatMap((form) => axes.filter((axis) => affine.equal(form, affine.index(axis))));
    const around = this.#renewed.get(array) ?? [];
    return [...around.filter((axis) => axes.includes(axis) && !own.includes(axis)), ...own];
  }

  /** What is read at a place. */
  #place(place: Access, scope: Scope, wanted?: readonly string[]): Text {
    this.#touch(place.array);
    const read = this.#placed(place, scope, wanted);
    // Along the columns alone: a row, for every row the same.
    const axes = this.#axesOf(place, scope);
    const isRow =
      wanted === undefined && axes.length === 1 && scope.axes.length > 1 && scope.axes.indexOf(axes[0]!) > 0;
    return isRow && !read.text.endsWith("]") ? { ...read, text: `${read.text}ᵀ` } : read;
  }

  /** A place along the axes of its scope: by name, where it has its own axes in their order. */
  #placed(place: Access, scope: Scope, wanted?: readonly string[]): Text {
    const { at, array } = place;
    const axes = this.#axesOf(place, scope);
    const name = nameOf(array);
    const others = at.filter((form) => !scope.axes.some((axis) => affine.equal(form, affine.index(axis))));
    // Which stage or sample it is does not change the formula.
    const isPlain = others.every((form) =>
      form.terms.every(({ atom }) => atom.kind === "index" && !scope.axes.includes(atom.name)),
    );
    const order = (wanted ?? scope.axes.filter((axis) => axes.includes(axis))).join();
    const isArray = axes.length > 0;
    if (!isPlain || new Set(axes).size < axes.length) {
      const subscripts = at.map((form) => shown(form)).join(", ");
      return { text: `${name}[${subscripts}]`, level: "atom", isArray };
    }
    const lead = others.map((form) => affine.constantOf(form)).filter((number) => number !== undefined);
    const part =
      lead.length > 0 && axes.length < at.length && others.length === lead.length
        ? `${name}[${lead.join(", ")}]`
        : name;
    if (order === axes.join()) return { text: part, level: "atom", isArray };
    if (order === axes.toReversed().join()) return { text: `${part}ᵀ`, level: "atom", isArray };
    return { text: `${part}[${axes.map(stemOf).join(", ")}]`, level: "atom", isArray };
  }

  /** What something is read from is no longer on its way. */
  #touch(array: string): void {
    const pending = this.#started.get(array);
    if (pending?.formula === undefined) return;
    this.#release(array);
  }

  #product(statement: Statement & { kind: "contract" }, scope: Scope): string {
    const { to, factors } = statement;
    const target = this.#axesOf(to, scope);
    const vectors = factors.slice(0, -1);
    const last = factors[factors.length - 1]!;
    const axesOf = (place: Access): string[] => this.#axesOf(place, scope);
    // Several factors along the same axes are one, entry by entry.
    const left = [...new Set(vectors.flatMap(axesOf))];
    const right = axesOf(last);
    const summed = scope.axes.filter(
      (axis) => !target.includes(axis) && (left.includes(axis) || right.includes(axis)),
    );
    const along = (wanted: readonly string[], isLeft: boolean): string => {
      if (!isLeft) return this.#place(last, scope, wanted).text;
      const texts = vectors.map((factor) => this.#place(factor, scope, wanted).text);
      return texts.length === 1 ? texts[0]! : `(${texts.join(" ∘ ")})`;
    };
    const [k] = summed;
    const spans = (axes: readonly string[], wanted: readonly string[]): boolean =>
      axes.length === wanted.length && wanted.every((axis) => axes.includes(axis));
    if (summed.length === 1 && k !== undefined) {
      const [a, b] = target;
      if (a === undefined && spans(left, [k]) && spans(right, [k]))
        return `${along([k], true)}ᵀ ${along([k], false)}`;
      for (const isLeft of [true, false]) {
        const [first, second] = isLeft ? [left, right] : [right, left];
        if (a !== undefined && b === undefined && spans(first, [a, k]) && spans(second, [k]))
          return `${along([a, k], isLeft)} ${along([k], !isLeft)}`;
        if (a !== undefined && b !== undefined && spans(first, [a, k]) && spans(second, [k, b]))
          return `${along([a, k], isLeft)} ${along([k, b], !isLeft)}`;
      }
    }
    if (summed.length === 0 && target.length === 2) {
      const [a, b] = target as [string, string];
      for (const isLeft of [true, false]) {
        const [first, second] = isLeft ? [left, right] : [right, left];
        if (spans(first, [a]) && spans(second, [b])) return `${along([a], isLeft)} ${along([b], !isLeft)}ᵀ`;
      }
    }
    const sums = summed.map((axis) => `Σ${stemOf(axis)} `).join("");
    return `${sums}${factors.map(({ array, at }) => `${nameOf(array)}[${at.map(shown).join(", ")}]`).join(" ")}`;
  }

  #expr(expr: Expr, scope: Scope): Text {
    switch (expr.kind) {
      case "number":
        return { text: String(expr.value), level: "atom", isArray: false };
      case "name":
        return scope.names.get(expr.name) ?? { text: nameOf(expr.name), level: "atom", isArray: false };
      case "read":
        return this.#place(expr, scope);
      case "integer":
        return integerText(expr.value);
      case "select": {
        const [then, otherwise] = [this.#expr(expr.then, scope), this.#expr(expr.else, scope)];
        const test = this.#test(expr.test, scope);
        const isOne = then.text === "1" && otherwise.text === "0";
        if (isOne) return { text: `[${test}]`, level: "atom", isArray: true };
        if (otherwise.text === "0")
          return { text: `[${test}] ∘ ${within(then)}`, level: "product", isArray: true };
        return {
          text: `where(${test}, ${then.text}, ${otherwise.text})`,
          level: "atom",
          isArray: then.isArray || otherwise.isArray,
        };
      }
      case "primitive":
        return this.#primitive(
          expr.op,
          expr.args.map((arg) => this.#expr(arg, scope)),
        );
      default:
        return expr satisfies never;
    }
  }

  #primitive(op: string, args: readonly Text[]): Text {
    const [a, b] = args as [Text, Text];
    const isArray = args.some((arg) => arg.isArray);
    switch (op) {
      case "add":
        return { text: `${a.text} + ${b.text}`, level: "sum", isArray };
      case "sub":
        return { text: `${a.text} − ${b.level === "sum" ? `(${b.text})` : b.text}`, level: "sum", isArray };
      case "neg":
        return { text: `−${within(a)}`, level: "sum", isArray };
      case "mul":
      case "gate":
        if (a.text === b.text && a.level === "atom") return { text: `${a.text}²`, level: "atom", isArray };
        return {
          text: `${factor(a)}${a.isArray && b.isArray ? " ∘ " : " "}${factor(b)}`,
          level: "product",
          isArray,
        };
      case "div":
        return {
          text: `${factor(a)} / ${b.level === "atom" ? b.text : `(${b.text})`}`,
          level: "quotient",
          isArray,
        };
      default:
        return { text: `${op}(${args.map(({ text }) => text).join(", ")})`, level: "atom", isArray };
    }
  }

  #test(test: Test, scope: Scope): string {
    switch (test.kind) {
      case "compare": {
        const sign = { lt: "<", le: "≤", gt: ">", ge: "≥", eq: "=", ne: "≠" }[test.relation];
        return `${this.#expr(test.left, scope).text} ${sign} ${this.#expr(test.right, scope).text}`;
      }
      case "not":
        return `not (${this.#test(test.of, scope)})`;
      case "constant":
        return String(test.value);
      default:
        return `${this.#test(test.left, scope)} ${test.kind} ${this.#test(test.right, scope)}`;
    }
  }
}

const within = ({ text, level }: Text): string => (level === "sum" ? `(${text})` : text);

/** The same beside another factor, where readers would not agree how far the stroke of a fraction reaches. */
const factor = (text: Text): string => (text.level === "quotient" ? `(${text.text})` : within(text));

/** A name of the loops, until all formulas are there and it is known which read alike. */
const nameOf = (array: string): string => `«${array}»`;
const marked = /«([^»]*)»/g;

/** What the model calls it, where it is one of the model's own. */
const shortOf = (array: string): string => stemOf(array).replace(/_of$/, "");

const numberOf = (name: string): number => Number(/#(\d+)$/.exec(name)?.[1] ?? 1);

/** An integer as a formula has it: what is added in front of what is taken away. */
function integerText({ constant, terms }: affine.Affine): Text {
  const parts = [...terms]
    .sort((a, b) => b.coefficient - a.coefficient)
    .map(({ coefficient, atom }) => {
      const text = shown(affine.ofAtom(atom));
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
  return { text, level: isSum ? "sum" : "atom", isArray: false };
}

const shown = (form: affine.Affine): string => printForm(form).replace(/#\d+/g, "");
