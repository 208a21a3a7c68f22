/**
 * Prints functions of a program as C99. In: a function, how its arrays are spelled, the type of real numbers. Out:
 * lines. Arithmetic has JavaScript's meaning to the bit; functions of mathematics that C defines differently go
 * through helpers (`c-helpers.ts`).
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Expr, Fn, Shape, Store } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { status } from "../module.ts";
import { lineComment } from "./c-comment.ts";
import type { HelperName } from "./c-helpers.ts";
import { cNumber, type Real } from "./c-layout.ts";
import { exitStatus, singleExit, wellStatus } from "./c-single-exit.ts";
import { fold } from "./fold.ts";
import { FunctionPrinter, type Line } from "./function-printer.ts";
import type { Words } from "./identifiers.ts";
import { spellings } from "./spelling.ts";
import { type Dialect, printForm } from "./syntax.ts";

/** How arrays and functions are spelled inside one function. */
export interface Spelling {
  /** The entry of a global array; `at` printed, one text per subscript. */
  readonly entry: (array: string, at: readonly string[]) => string;
  /** A global scalar that is a constant of the program, as C has it. */
  readonly literal: (array: string) => string | undefined;
  readonly isInteger: (array: string) => boolean;
  /** Control values that are integers in the problem. */
  readonly isUnsigned: (array: string) => boolean;
  readonly call: (callee: string, args: readonly string[]) => string;
  /** What no parameter or local may be called. */
  readonly words: Words;
  /** Identifiers of the module's own tables and functions. */
  readonly taken: readonly string[];
  /** The tag of the statuses. */
  readonly statusType: string;
  /** A status by its name. */
  readonly status: (code: number) => string;
  /** A helper with JavaScript's meaning, noted as used. */
  readonly helper: (name: HelperName) => string;
}

export class CPrinter extends FunctionPrinter {
  readonly #spelling: Spelling;
  readonly #real: Real;
  /** The variable that a status goes into, where a function has one exit. */
  #exit: string | undefined;
  protected readonly dialect: Dialect;

  constructor(spelling: Spelling, real: Real) {
    super(spelling.words, "    ");
    this.#spelling = spelling;
    this.#real = real;
    for (const identifier of spelling.taken) this.identifiers.take(identifier);
    this.dialect = {
      number: (value) => cNumber(value, real),
      name: (name) => (name === wellStatus ? spelling.status(status.ok) : this.identifiers.of(name)),
      read: (array, at) => this.#read(array, at),
      index: (name) => this.identifiers.of(name),
      gather: (array, at) => this.target(array, at),
      // What is composed of integers is one before it is a real number (MISRA C rule 10.8).
      real: (text, isAtom) => {
        const isComposed = !isAtom || text.startsWith("(");
        return `(${real})${isComposed ? `(int32_t)${isAtom ? text : `(${text})`}` : text}`;
      },
      quotient: (of, by) => `(${of} / ${by})`,
      apply: (op, args) => this.#apply(op, args),
      equal: "==",
      unequal: "!=",
      isExplicit: true,
      hasIntegers: true,
    };
  }

  /** The body of an entry function, after its checks: one exit, if a status can say which way it went. */
  entryBody(fn: Fn): readonly Line[] {
    const body = fold(fn.body);
    const single = singleExit(body);
    this.identifiers.open();
    this.depth = 1;
    if (single === undefined) {
      this.block(body);
    } else {
      this.#exit = this.identifiers.declare(exitStatus);
      this.line(`enum ${this.#spelling.statusType} ${this.#exit} = ${this.#spelling.status(status.ok)};`);
      this.block(single);
      this.line(`return ${this.#exit};`);
    }
    this.identifiers.close();
    return this.lines;
  }

  /** Statements of an entry function that end with a status, which is stored. */
  refusal(fn: Fn, exit: string): readonly Line[] {
    this.identifiers.open();
    this.#exit = exit;
    this.depth = 1;
    this.block(fold(fn.body));
    this.identifiers.close();
    return this.lines;
  }

  /** Parameters and body of a kernel. */
  kernel(fn: Fn): { readonly parameters: readonly string[]; readonly lines: readonly Line[] } {
    this.identifiers.open();
    const declared = fn.parameters.map((parameter) => {
      if (parameter.kind === "array") throw new Error(`${fn.name} is not bound to arrays of the module`);
      return {
        type: parameter.kind === "real" ? this.#real : "int32_t",
        name: this.identifiers.declare(parameter.name),
      };
    });
    this.depth = 1;
    this.block(fold(fn.body));
    this.identifiers.close();
    // A parameter that comments alone speak of, or that a member alone is named like, is not used.
    const text = this.lines
      .map((line) => line.text)
      .filter((line) => !line.trimStart().startsWith("/*"))
      .join("\n");
    const unused = declared.filter(({ name }) => !new RegExp(`(?<!\\.|->)\\b${name}\\b`).test(text));
    return {
      parameters: declared.map(({ type, name }) => `${type} ${name}`),
      lines: [...unused.map(({ name }) => ({ text: `    (void)${name};` })), ...this.lines],
    };
  }

  #read(array: string, at: readonly Affine[]): string {
    const literal = this.#spelling.literal(array);
    if (literal !== undefined) return literal;
    const text = this.target(array, at);
    const isWhole =
      this.wholes.has(array) ||
      (!this.identifiers.has(array) && (this.#spelling.isInteger(array) || this.#spelling.isUnsigned(array)));
    return isWhole ? `(${this.#real})${text}` : text;
  }

  #apply(op: Opcode, args: readonly string[]): string {
    const { c } = spellings[op];
    const list = args.join(", ");
    switch (c.kind) {
      case "function":
        // On parts whose doubles are as short as floats, libraries give doubles under these names.
        return this.#real === "float" ? `(float)${c.name}f(${list})` : `${c.name}(${list})`;
      case "helper":
        // Single precision is rounded to already.
        return op === "fround" && this.#real === "float"
          ? `(${list})`
          : `${this.#spelling.helper(c.name)}(${list})`;
      case "infix":
      case "negation":
      case "written":
      case "identity":
        throw new Error(`${op} is no function in C`);
      default:
        return c satisfies never;
    }
  }

  protected target(array: string, at: readonly Affine[]): string {
    const texts = at.map((form) => this.#subscript(form));
    if (this.identifiers.has(array))
      return `${this.identifiers.of(array)}${texts.map((text) => `[${text}]`).join("")}`;
    return this.#spelling.entry(array, texts);
  }

  /** A product alone is made in the type of an offset: compilers warn of one that is widened afterwards. */
  #subscript(form: Affine): string {
    const [only, ...others] = form.terms;
    if (only === undefined || only.coefficient < 2 || others.length > 0 || form.constant !== 0)
      return printForm(form, this.dialect).text;
    const { text } = printForm(affine.ofAtom(only.atom), this.dialect);
    const isCompound = only.atom.kind === "quotient" || only.atom.kind === "remainder";
    return `${only.coefficient} * (ptrdiff_t)${isCompound ? `(${text})` : text}`;
  }

  protected constant(name: string, value: string): string {
    return `const ${this.#real} ${name} = ${value};`;
  }

  protected variable(name: string, value: string): string {
    return `${this.#real} ${name} = ${value};`;
  }

  protected local(name: string, shape: Shape): string {
    return `${this.#real} ${name}${shape.map((extent) => `[${extent}]`).join("")};`;
  }

  protected whole(name: string, value: string): string {
    return `int32_t ${name} = ${value};`;
  }

  protected loopHeader(
    i: string,
    first: string,
    past: string,
    last: string,
    down: boolean,
    isLeft: boolean,
  ): string {
    const test = down ? `${i} >= ${first}` : `${i} < ${past}`;
    const [start, step] = down ? [last, "--"] : [first, "++"];
    return `for (int32_t ${i} = ${start}; ${this.#going(test, isLeft)}; ${i}${step})`;
  }

  protected whileHeader(counter: string, limit: number, test: string, isLeft: boolean): string {
    return `for (int32_t ${counter} = 0; ${this.#going(`(${counter} < ${limit}) && (${test})`, isLeft)}; ${counter}++)`;
  }

  #going(test: string, isLeft: boolean): string {
    if (!isLeft || this.#exit === undefined) return test;
    const whole = test.startsWith("(") ? test : `(${test})`;
    return `${whole} && (${this.#exit} == ${this.#spelling.status(status.ok)})`;
  }

  protected callText(callee: string, args: readonly string[]): string {
    return this.#spelling.call(callee, args);
  }

  protected returnText(code: number): string {
    const name = this.#spelling.status(code);
    return this.#exit === undefined ? `return ${name};` : `${this.#exit} = ${name};`;
  }

  protected bannerText(text: string): string {
    return lineComment(`---- ${text} ${"-".repeat(Math.max(4, 60 - text.length))}`);
  }

  protected commentText(text: string): string {
    return lineComment(text);
  }

  /** A conversion to a whole number cuts the fraction off: no function of the library is called for it. */
  protected override converted({ array, value }: Store): Expr {
    const isCut = this.wholes.has(array) && value.kind === "primitive" && value.op === "trunc";
    const [of] = isCut ? value.args : [];
    return of?.kind === "name" ? of : value;
  }

  protected holdsWholes(array: string): boolean {
    return this.wholes.has(array) || (!this.identifiers.has(array) && this.#spelling.isInteger(array));
  }

  protected asWhole(value: string): string {
    if (/^\d+\.0f?$/.test(value)) return value.slice(0, value.indexOf("."));
    return /^[\w.>-]+$/.test(value) ? `(int32_t)${value}` : `(int32_t)(${value})`;
  }
}
