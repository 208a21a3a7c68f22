/**
 * Prints functions of a program as JavaScript. In: a module and where its arrays live. Out: lines of code, each with
 * the place in the model it comes from. Loops over typed arrays and local scalars; nothing is allocated and nothing is
 * called but the module's own functions and Math.
 */

import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Block, Fn, Statement } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { arraysOf, expressionsOf, forEachExpr, forEachStatement } from "../ir/walk.ts";
import type { Entry } from "../module.ts";
import { fold } from "./fold.ts";
import { Identifiers, reserved } from "./identifiers.ts";
import { type Dialect, printExpr, printForm, printTest } from "./syntax.ts";

export interface Line {
  readonly text: string;
  readonly span?: Span | undefined;
}

/** Where an array's entries are: an identifier, the first word, and the words between neighbours of each dimension. */
export interface Place {
  readonly identifier: string;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Module-level arrays by IR name: the constant outside, and what it is called inside functions. */
export interface ModulePlaces {
  readonly place: (array: string) => Place;
  /** The module-level identifier behind a place's identifier, aliased at function entry. */
  readonly outside: (identifier: string) => string;
  /** Identifier of a function of the program. */
  readonly functionName: (fn: string) => string;
  /** Every identifier that stands at module level. */
  readonly taken: readonly string[];
  readonly isInteger: (array: string) => boolean;
}

export const stridesOf = (shape: readonly number[]): number[] => {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
};

const math: Partial<Record<Opcode, string>> = { neg: "-", mod: "%" };

/** A number in the fewest digits that read back to the same bits. */
export function javascriptNumber(value: number): string {
  if (Number.isNaN(value)) return "0 / 0";
  if (value === Infinity) return "1 / 0";
  if (value === -Infinity) return "-1 / 0";
  return Object.is(value, -0) ? "-0" : String(value);
}

function apply(op: Opcode, args: readonly string[]): string {
  if (op === "mod") return `(${args.map(closed).join(" % ")})`;
  if (math[op] !== undefined) throw new Error(`${op} is an operator`);
  return `Math.${op}(${args.join(", ")})`;
}

const closed = (text: string): string => (/^[\w$.]+(\[[^\]]*\])?$/.test(text) ? text : `(${text})`);

export class FunctionPrinter {
  readonly #places: ModulePlaces;
  readonly #typed: boolean;
  readonly #lines: Line[] = [];
  readonly #identifiers: Identifiers;
  readonly #parameters = new Map<string, Place>();
  readonly #dialect: Dialect;
  #depth = 0;

  constructor(places: ModulePlaces, typed: boolean) {
    this.#places = places;
    this.#typed = typed;
    this.#identifiers = new Identifiers(reserved.javascript);
    this.#dialect = {
      number: javascriptNumber,
      name: (name) => this.#identifiers.of(name),
      read: (array, at) => this.#entry(array, at),
      index: (name) => this.#identifiers.of(name),
      gather: (array, at) => this.#entry(array, at),
      real: (text) => text,
      quotient: (of, by) => `Math.floor(${of} / ${by})`,
      apply,
      equal: "===",
      unequal: "!==",
    };
  }

  /** An exported function whose array parameters are leaves of flat records. */
  entry(fn: Fn, entry: Entry): Line[] {
    this.#identifiers.open();
    const words: string[] = [];
    for (const argument of entry.arguments) {
      if (argument.kind === "real") {
        const name = this.#identifiers.declare(argument.parameter);
        words.push(this.#typed ? `${name}: number` : name);
        continue;
      }
      this.#identifiers.take(argument.name);
      words.push(this.#typed ? `${argument.name}: Float64Array` : argument.name);
      for (const member of argument.members) {
        const parameter = fn.parameters.find((one) => one.name === member.parameter);
        if (parameter?.kind !== "array") throw new Error(`${fn.name} has no array ${member.parameter}`);
        this.#parameters.set(member.parameter, {
          identifier: argument.name,
          offset: member.offset,
          strides: stridesOf(parameter.shape),
        });
      }
    }
    const results = entry.name === "solve" || entry.name === "gradient" ? "number" : "void";
    const lines = this.#function(fn, `export function ${entry.name}`, words, results);
    this.#identifiers.close();
    return lines;
  }

  /** An internal function over module arrays, with scalars for arguments. */
  kernel(fn: Fn): Line[] {
    this.#identifiers.open();
    const words = fn.parameters.map((parameter) => {
      if (parameter.kind === "array") throw new Error(`${fn.name} is not bound to module arrays`);
      const name = this.#identifiers.declare(parameter.name);
      return this.#typed ? `${name}: number` : name;
    });
    const lines = this.#function(fn, `function ${this.#places.functionName(fn.name)}`, words, "void");
    this.#identifiers.close();
    return lines;
  }

  #function(fn: Fn, opening: string, words: readonly string[], results: string): Line[] {
    const body = fold(fn.body);
    for (const identifier of this.#places.taken) this.#identifiers.take(identifier);
    if (fn.doc) this.#line(`/** ${fn.doc} */`);
    this.#line(`${opening}(${words.join(", ")})${this.#typed ? `: ${results}` : ""} {`);
    this.#depth++;
    const locals = localsOf(body);
    const identifiers = new Set<string>();
    for (const array of [...arraysOf({ ...fn, body })].sort()) {
      if (!locals.has(array) && !this.#parameters.has(array)) {
        identifiers.add(this.#places.place(array).identifier);
      }
    }
    for (const identifier of identifiers) {
      this.#identifiers.take(identifier);
      this.#line(`const ${identifier} = ${this.#places.outside(identifier)};`);
    }
    this.#identifiers.open();
    this.#block(body);
    this.#identifiers.close();
    this.#depth--;
    this.#line("}");
    return this.#lines;
  }

  #line(text: string, span?: Span): void {
    this.#lines.push({ text: text === "" ? "" : "  ".repeat(this.#depth) + text, span });
  }

  #block(block: Block): void {
    // A mutable scalar is declared where it is first stored, if that is before anything else touches it.
    const undeclared = new Set<string>();
    for (const statement of block) {
      let isDone = false;
      for (const array of touched(statement)) {
        if (!undeclared.delete(array)) continue;
        const name = this.#identifiers.declare(array);
        const isFirstStore = statement.kind === "store" && statement.array === array;
        if (isFirstStore && !reads(statement, array)) {
          const value = printExpr(statement.value, this.#dialect).text;
          this.#line(`let ${name} = ${value};`, statement.span);
          isDone = true;
        } else {
          this.#line(`let ${name} = 0;`);
        }
      }
      if (statement.kind === "alloc") {
        if (statement.shape.length > 0) throw new Error(`${statement.array} has no place in the module`);
        if (statement.zero)
          this.#line(`let ${this.#identifiers.declare(statement.array)} = 0;`, statement.span);
        else undeclared.add(statement.array);
      } else if (!isDone) {
        this.#statement(statement);
      }
    }
  }

  #statement(statement: Statement): void {
    const { span } = statement as { span?: Span };
    switch (statement.kind) {
      case "let": {
        const value = printExpr(statement.value, this.#dialect).text;
        this.#line(`const ${this.#identifiers.declare(statement.name)} = ${value};`, span);
        return;
      }
      case "alloc":
        return;
      case "store":
        this.#line(
          `${this.#entry(statement.array, statement.at)} = ${printExpr(statement.value, this.#dialect).text};`,
          span,
        );
        return;
      case "accumulate": {
        const { value } = statement;
        const target = this.#entry(statement.array, statement.at);
        if (value.kind === "primitive" && value.op === "neg") {
          const amount = printExpr(value.args[0]!, this.#dialect);
          this.#line(`${target} -= ${amount.text};`, span);
        } else {
          this.#line(`${target} += ${printExpr(value, this.#dialect).text};`, span);
        }
        return;
      }
      case "for":
        this.#for(statement);
        return;
      case "while": {
        this.#identifiers.open();
        const counter = this.#identifiers.declare(statement.counter);
        const test = printTest(statement.test, this.#dialect).text;
        this.#line(
          `for (let ${counter} = 0; ${counter} < ${statement.limit} && (${test}); ${counter}++) {`,
          span,
        );
        this.#inner(statement.body);
        this.#line("}");
        this.#identifiers.close();
        return;
      }
      case "if":
        this.#if(statement);
        return;
      case "call": {
        const args = statement.args.map((arg) => {
          if (arg.kind === "real") return printExpr(arg.value, this.#dialect).text;
          if (arg.kind === "integer") return printForm(arg.value, this.#dialect).text;
          throw new Error(`${statement.callee} is not bound to module arrays`);
        });
        this.#line(`${this.#places.functionName(statement.callee)}(${args.join(", ")});`, span);
        return;
      }
      case "return":
        this.#line(`return ${statement.status};`);
        return;
      case "comment":
        if (statement.banner) {
          this.#line("");
          this.#line(`// ---- ${statement.text} ${"-".repeat(Math.max(4, 60 - statement.text.length))}`);
        } else {
          this.#line(`// ${statement.text}`);
        }
        return;
      case "contract":
        throw new Error("a contraction is printed as loops");
      default:
        statement satisfies never;
    }
  }

  #for(statement: Statement & { kind: "for" }): void {
    const from = printForm(statement.from, this.#dialect).text;
    const last = printForm(affine.offset(statement.to, -1), this.#dialect).text;
    const to = printForm(statement.to, this.#dialect).text;
    this.#identifiers.open();
    const i = this.#identifiers.declare(statement.index);
    this.#line(
      statement.down
        ? `for (let ${i} = ${last}; ${i} >= ${from}; ${i}--) {`
        : `for (let ${i} = ${from}; ${i} < ${to}; ${i}++) {`,
      statement.span,
    );
    this.#inner(statement.body);
    this.#line("}");
    this.#identifiers.close();
  }

  #if(statement: Statement & { kind: "if" }, prefix = ""): void {
    const [thenEmpty, elseEmpty] = [isEmpty(statement.then), isEmpty(statement.else)];
    if (thenEmpty && elseEmpty) return;
    const test = printTest(statement.test, this.#dialect).text;
    if (thenEmpty) {
      this.#line(`${prefix}if (!(${test})) {`, statement.span);
      this.#inner(statement.else);
      this.#line("}");
      return;
    }
    this.#line(`${prefix}if (${test}) {`, statement.span);
    this.#inner(statement.then);
    if (!elseEmpty) {
      this.#line("} else {");
      this.#inner(statement.else);
    }
    this.#line("}");
  }

  #inner(block: Block): void {
    this.#identifiers.open();
    this.#depth++;
    this.#block(block);
    this.#depth--;
    this.#identifiers.close();
  }

  /** One entry of an array, as an expression that can be read and assigned. */
  #entry(array: string, at: readonly Affine[]): string {
    if (this.#identifiers.has(array)) return this.#identifiers.of(array);
    const { identifier, offset, strides } = this.#parameters.get(array) ?? this.#places.place(array);
    const flat = at.reduce(
      (sum, form, axis) => affine.add(sum, affine.scale(form, strides[axis]!)),
      affine.integer(offset),
    );
    return `${identifier}[${printForm(flat, this.#dialect).text}]`;
  }
}

const isEmpty = (block: Block): boolean => block.every((statement) => statement.kind === "comment");

/** Mutable scalars of a function. */
function localsOf(block: Block): Set<string> {
  const locals = new Set<string>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc") locals.add(statement.array);
  });
  return locals;
}

/** Arrays a statement refers to, inner blocks included; the read ones first. */
function touched(statement: Statement): string[] {
  if (statement.kind === "alloc") return [];
  const arrays = arraysOf({ name: "", parameters: [], body: [statement] });
  if (statement.kind !== "store") return [...arrays];
  arrays.delete(statement.array);
  return [...arrays, statement.array];
}

function reads(statement: Statement, array: string): boolean {
  let found = false;
  for (const top of expressionsOf(statement)) {
    forEachExpr(top, (expr) => {
      found ||= expr.kind === "read" && expr.array === array;
    });
  }
  return found;
}
