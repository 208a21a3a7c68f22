/**
 * Prints functions of a program as JavaScript. In: a module and where its arrays live. Out: lines of code, each with
 * the place in the model it comes from. Loops over typed arrays and local scalars; nothing is allocated and nothing is
 * called but the module's own functions and Math.
 */

import { reads } from "../analysis/contractions.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Access, Block, Contract, Fn, Mapped } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { arraysIn } from "../ir/walk.ts";
import type { Entry } from "../module.ts";
import { fold } from "./fold.ts";
import { FunctionPrinter, type Line, localsOf } from "./function-printer.ts";
import { withoutGates } from "./gates.ts";
import { reserved } from "./identifiers.ts";
import { docComment, lineComments } from "./javascript-comment.ts";
import { spellings } from "./spelling.ts";
import { type Dialect, printForm } from "./syntax.ts";

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

/** A number in the fewest digits that read back to the same bits. */
export function javascriptNumber(value: number): string {
  if (Number.isNaN(value)) return "0 / 0";
  if (value === Infinity) return "1 / 0";
  if (value === -Infinity) return "-1 / 0";
  return Object.is(value, -0) ? "-0" : String(value);
}

function apply(op: Opcode, args: readonly string[]): string {
  const { js } = spellings[op];
  switch (js.kind) {
    case "function":
      return `${js.name}(${args.join(", ")})`;
    case "infix":
      return `(${args.map(closed).join(` ${js.sign} `)})`;
    case "negation":
    case "written":
    case "identity":
    case "helper":
      throw new Error(`${op} is no function in JavaScript`);
    default:
      return js satisfies never;
  }
}

const closed = (text: string): string => (/^[\w$.]+(\[[^\]]*\])?$/.test(text) ? text : `(${text})`);

/** What carries out products of matrices and vectors, at module level. */
export const connected = "crossbar$";

/** Words between neighbours along an axis. */
const coefficientOf = (word: Affine, index: string): number =>
  word.terms.find(({ atom }) => atom.kind === "index" && atom.name === index)?.coefficient ?? 0;

export class JavaScriptPrinter extends FunctionPrinter {
  readonly #places: ModulePlaces;
  readonly #typed: boolean;
  readonly #parameters = new Map<string, Place>();
  protected readonly dialect: Dialect;

  constructor(places: ModulePlaces, typed: boolean) {
    super(reserved.javascript, "  ");
    this.#places = places;
    this.#typed = typed;
    this.dialect = {
      number: javascriptNumber,
      name: (name) => this.identifiers.of(name),
      read: (array, at) => this.target(array, at),
      index: (name) => this.identifiers.of(name),
      gather: (array, at) => this.target(array, at),
      real: (text) => text,
      quotient: (of, by) => `Math.floor(${of} / ${by})`,
      apply,
      equal: "===",
      unequal: "!==",
    };
  }

  /** An exported function whose array parameters are leaves of flat records. */
  entry(fn: Fn, entry: Entry): Line[] {
    this.identifiers.open();
    const words: string[] = [];
    for (const argument of entry.arguments) {
      if (argument.kind === "real") {
        const name = this.identifiers.declare(argument.parameter);
        words.push(this.#typed ? `${name}: number` : name);
        continue;
      }
      this.identifiers.take(argument.name);
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
    const results = entry.arguments.length === 0 ? "number" : "void";
    const lines = this.#function(fn, `export function ${this.#places.functionName(fn.name)}`, words, results);
    this.identifiers.close();
    return lines;
  }

  /** An internal function over module arrays, with scalars for arguments. */
  kernel(fn: Fn): Line[] {
    this.identifiers.open();
    for (const identifier of this.#arraysIn(fn.body)) this.identifiers.take(identifier);
    const words = fn.parameters.map((parameter) => {
      if (parameter.kind === "array") throw new Error(`${fn.name} is not bound to module arrays`);
      const name = this.identifiers.declare(parameter.name);
      return this.#typed ? `${name}: number` : name;
    });
    const lines = this.#function(fn, `function ${this.#places.functionName(fn.name)}`, words, "void");
    this.identifiers.close();
    return lines;
  }

  #function(fn: Fn, opening: string, words: readonly string[], results: string): Line[] {
    const body = fold(withoutGates(fn.body));
    for (const identifier of this.#places.taken) this.identifiers.take(identifier);
    if (fn.doc) this.line(docComment(fn.doc));
    this.line(`${opening}(${words.join(", ")})${this.#typed ? `: ${results}` : ""} {`);
    this.depth++;
    for (const identifier of this.#arraysIn(body)) {
      this.identifiers.take(identifier);
      this.line(`const ${identifier} = ${this.#places.outside(identifier)};`);
    }
    this.identifiers.open();
    this.block(body);
    this.identifiers.close();
    this.depth--;
    this.line("}");
    return this.lines;
  }

  /** Identifiers of the module's arrays that a function touches. */
  #arraysIn(body: Block): Set<string> {
    const locals = localsOf(body);
    const identifiers = new Set<string>();
    for (const array of [...arraysIn(body)].sort()) {
      if (!locals.has(array) && !this.#parameters.has(array)) {
        identifiers.add(this.#places.place(array).identifier);
      }
    }
    return identifiers;
  }

  protected target(array: string, at: readonly Affine[]): string {
    if (this.identifiers.has(array)) return this.identifiers.of(array);
    const { identifier, word } = this.#wordOf({ array, at });
    return `${identifier}[${printForm(word, this.dialect).text}]`;
  }

  #wordOf({ array, at }: Access): { readonly identifier: string; readonly word: Affine } {
    const { identifier, offset, strides } = this.#parameters.get(array) ?? this.#places.place(array);
    const word = at.reduce(
      (sum, form, axis) => affine.add(sum, affine.scale(form, strides[axis]!)),
      affine.integer(offset),
    );
    return { identifier, word };
  }

  protected override productText(
    { to, factors, over }: Contract,
    { kind, matrix, row, column }: Mapped,
  ): string {
    const firstOf = (index: string): Affine | undefined =>
      index === row || index === column ? over.find((axis) => axis.index === index)!.from : undefined;
    /** Array, first word, and words between neighbours along an axis. */
    const vector = (place: Access, index: string): string[] => {
      const { identifier, word } = this.#wordOf(place);
      const first = affine.substitute(word, firstOf);
      return [identifier, printForm(first, this.dialect).text, String(coefficientOf(word, index))];
    };
    const number = printForm(matrix, this.dialect).text;
    if (kind === "accumulate") {
      const { identifier, word } = this.#wordOf(to);
      const first = printForm(affine.substitute(word, firstOf), this.dialect).text;
      const d = factors.find((factor) => reads(factor, row))!;
      const x = factors.find((factor) => reads(factor, column))!;
      const steps = [row, column].map((index) => String(coefficientOf(word, index)));
      const words = [number, identifier, first, ...steps, ...vector(d, row), ...vector(x, column)];
      return `${connected}.accumulate(${words.join(", ")});`;
    }
    const [kept, summed] = kind === "apply" ? [row, column] : [column, row];
    const from = factors.find((factor) => !reads(factor, kept))!;
    return `${connected}.${kind}(${[number, ...vector(to, kept), ...vector(from, summed)].join(", ")});`;
  }

  protected constant(name: string, value: string): string {
    return `const ${name} = ${value};`;
  }

  protected variable(name: string, value: string): string {
    return `let ${name} = ${value};`;
  }

  protected local(name: string): string {
    throw new Error(`${name} has no place in the module`);
  }

  protected whole(name: string, value: string): string {
    return this.variable(name, value);
  }

  protected loopHeader(i: string, first: string, past: string, last: string, down: boolean): string {
    return down
      ? `for (let ${i} = ${last}; ${i} >= ${first}; ${i}--)`
      : `for (let ${i} = ${first}; ${i} < ${past}; ${i}++)`;
  }

  protected whileHeader(counter: string, limit: number, test: string): string {
    return `for (let ${counter} = 0; ${counter} < ${limit} && (${test}); ${counter}++)`;
  }

  protected callText(callee: string, args: readonly string[]): string {
    return `${this.#places.functionName(callee)}(${args.join(", ")})`;
  }

  protected returnText(status: number): string {
    return `return ${status};`;
  }

  protected bannerText(text: string): string {
    return `${lineComments(`---- ${text}`)[0]!} ${"-".repeat(Math.max(4, 60 - text.length))}`;
  }

  protected commentText(text: string): string {
    return lineComments(text.replaceAll("\n", " "))[0]!;
  }

  protected holdsWholes(): boolean {
    return false;
  }

  protected asWhole(value: string): string {
    return value;
  }
}
