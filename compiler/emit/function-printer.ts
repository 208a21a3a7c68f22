/**
 * Prints the body of a function in the syntax that JavaScript and C share: blocks, loops, branches, assignments. In: a
 * function of the IR. Out: lines of code, each with the place in the model it comes from. What the targets spell
 * differently (declarations, entries of arrays, numbers, functions of mathematics) is left to them.
 */

import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Block, Contract, Expr, Mapped, Shape, Statement, Store } from "../ir/nodes.ts";
import { arraysIn, expressionsOf, forEachExpr, forEachStatement, mayLeave } from "../ir/walk.ts";
import { Identifiers, type Words } from "./identifiers.ts";
import { type Dialect, printExpr, printForm, printInteger, printTest } from "./syntax.ts";
import { broken } from "./wrap.ts";

/** Where statements are broken; comments are not. */
const columns = 100;

export interface Line {
  readonly text: string;
  readonly span?: Span | undefined;
}

export abstract class FunctionPrinter {
  protected readonly lines: Line[] = [];
  protected readonly identifiers: Identifiers;
  protected depth = 0;
  readonly #indent: string;
  protected abstract readonly dialect: Dialect;

  constructor(reserved: Words, indent: string) {
    this.identifiers = new Identifiers(reserved);
    this.#indent = indent;
  }

  /** One entry of an array, as an expression that can be assigned. */
  protected abstract target(array: string, at: readonly Affine[]): string;
  protected abstract constant(name: string, value: string): string;
  protected abstract variable(name: string, value: string): string;
  /** The declaration of an array of a block's own, not filled. */
  protected abstract local(name: string, shape: Shape): string;
  /** A variable that holds whole numbers. */
  protected abstract whole(name: string, value: string): string;
  /** `isLeft`: a statement of the body may leave the function. */
  protected abstract loopHeader(
    i: string,
    first: string,
    past: string,
    last: string,
    down: boolean,
    isLeft: boolean,
  ): string;
  protected abstract whileHeader(counter: string, limit: number, test: string, isLeft: boolean): string;
  protected abstract callText(callee: string, args: readonly string[]): string;
  protected abstract returnText(status: number): string;
  protected abstract bannerText(text: string): string;
  protected abstract commentText(text: string): string;
  /** Whether what an array holds, which need not be the function's own, has a type of whole numbers in the target. */
  protected abstract holdsWholes(array: string): boolean;
  /** A real value, converted to that type. */
  protected abstract asWhole(value: string): string;

  /** The value of a store, without what the conversion to a whole number does anyway. */
  protected converted({ value }: Store): Expr {
    return value;
  }

  #value(statement: Store): string {
    const value = this.converted(statement);
    const isWhole = this.holdsWholes(statement.array);
    if (isWhole && value.kind === "integer") return printForm(value.value, this.dialect).text;
    const { text } = printExpr(value, this.dialect);
    return isWhole ? this.asWhole(text) : text;
  }

  /** Local variables that hold whole numbers. */
  protected readonly wholes = new Set<string>();

  protected line(text: string, span?: Span): void {
    const margin = this.#indent.repeat(this.depth);
    if (text === "" || text.startsWith("//") || text.startsWith("/*")) {
      this.lines.push({ text: text === "" ? "" : margin + text, span });
      return;
    }
    for (const one of broken(text, columns - margin.length, this.#indent.repeat(2))) {
      this.lines.push({ text: margin + one, span });
    }
  }

  protected block(block: Block): void {
    // A mutable scalar is declared where it is first stored, if that is before anything else touches it.
    const undeclared = new Set<string>();
    for (const statement of block) {
      let isDone = false;
      for (const array of undeclared.size === 0 ? [] : touched(statement)) {
        if (!undeclared.delete(array)) continue;
        const name = this.identifiers.declare(array);
        const isFirstStore = statement.kind === "store" && statement.array === array;
        if (isFirstStore && !reads(statement, array)) {
          const value = this.#value(statement);
          const text = this.wholes.has(array) ? this.whole(name, value) : this.variable(name, value);
          this.line(text, statement.span);
          isDone = true;
        } else {
          this.line(
            this.wholes.has(array) ? this.whole(name, "0") : this.variable(name, this.dialect.number(0)),
          );
        }
      }
      if (statement.kind === "alloc") {
        if (statement.shape.length > 0) {
          this.line(this.local(this.identifiers.declare(statement.array), statement.shape), statement.span);
          continue;
        }
        if (statement.element === "integer") this.wholes.add(statement.array);
        if (statement.zero) {
          const name = this.identifiers.declare(statement.array);
          const isWhole = this.wholes.has(statement.array);
          const text = isWhole ? this.whole(name, "0") : this.variable(name, this.dialect.number(0));
          this.line(text, statement.span);
        } else undeclared.add(statement.array);
      } else if (!isDone) {
        this.#statement(statement);
      }
    }
  }

  #statement(statement: Statement): void {
    const { span } = statement as { span?: Span };
    switch (statement.kind) {
      case "let": {
        const value = printExpr(statement.value, this.dialect).text;
        this.line(this.constant(this.identifiers.declare(statement.name), value), span);
        return;
      }
      case "alloc":
        return;
      case "store": {
        this.line(`${this.target(statement.array, statement.at)} = ${this.#value(statement)};`, span);
        return;
      }
      case "accumulate": {
        const { value } = statement;
        const target = this.target(statement.array, statement.at);
        if (value.kind === "primitive" && value.op === "neg") {
          const amount = printExpr(value.args[0]!, this.dialect);
          this.line(`${target} -= ${amount.text};`, span);
        } else {
          this.line(`${target} += ${printExpr(value, this.dialect).text};`, span);
        }
        return;
      }
      case "for":
        this.#for(statement);
        return;
      case "while": {
        this.identifiers.open();
        const counter = this.identifiers.declare(statement.counter);
        const test = printTest(statement.test, this.dialect).text;
        this.line(`${this.whileHeader(counter, statement.limit, test, mayLeave(statement.body))} {`, span);
        this.#inner(statement.body);
        this.line("}");
        this.identifiers.close();
        return;
      }
      case "if":
        this.#if(statement);
        return;
      case "call": {
        const args = statement.args.map((arg) => {
          if (arg.kind === "real") return printExpr(arg.value, this.dialect).text;
          if (arg.kind === "integer") return printForm(arg.value, this.dialect).text;
          throw new Error(`${statement.callee} is not bound to module arrays`);
        });
        this.line(`${this.callText(statement.callee, args)};`, span);
        return;
      }
      case "return":
        this.line(this.returnText(statement.status));
        return;
      case "comment":
        if (statement.banner) this.line("");
        this.line(statement.banner ? this.bannerText(statement.text) : this.commentText(statement.text));
        return;
      case "contract":
        this.#mapped(statement);
        return;
      default:
        statement satisfies never;
    }
  }

  /** A contraction that hardware carries out: loops around one product. */
  #mapped(contract: Contract): void {
    const { mapped, over, span } = contract;
    if (mapped === undefined) throw new Error("a contraction is printed as loops");
    const outer = over.filter(({ index }) => index !== mapped.row && index !== mapped.column);
    for (const { index, from, to } of outer) {
      const [first, past] = [from, to].map((form) => printForm(form, this.dialect).text) as [string, string];
      this.identifiers.open();
      this.line(
        `${this.loopHeader(this.identifiers.declare(index), first, past, past, false, false)} {`,
        span,
      );
      this.depth++;
    }
    this.line(this.productText(contract, mapped), span);
    for (const _ of outer) {
      this.depth--;
      this.line("}");
      this.identifiers.close();
    }
  }

  /** The statement that has a product of a matrix and a vector, or of two vectors, carried out. */
  protected productText(_contract: Contract, _mapped: Mapped): string {
    throw new Error("the target has nothing that carries out products");
  }

  #for(statement: Statement & { kind: "for" }): void {
    const from = printInteger(statement.from, this.dialect).text;
    const last = printForm(affine.offset(statement.to, -1), this.dialect).text;
    const to = printForm(statement.to, this.dialect).text;
    this.identifiers.open();
    const i = this.identifiers.declare(statement.index);
    const isLeft = mayLeave(statement.body);
    this.line(`${this.loopHeader(i, from, to, last, statement.down, isLeft)} {`, statement.span);
    this.#inner(statement.body);
    this.line("}");
    this.identifiers.close();
  }

  #if(statement: Statement & { kind: "if" }, prefix = ""): void {
    const [thenEmpty, elseEmpty] = [isEmpty(statement.then), isEmpty(statement.else)];
    if (thenEmpty && elseEmpty) return;
    const test = printTest(statement.test, this.dialect).text;
    if (thenEmpty) {
      this.line(`${prefix}if (!(${test})) {`, statement.span);
      this.#inner(statement.else);
      this.line("}");
      return;
    }
    this.line(`${prefix}if (${test}) {`, statement.span);
    this.#inner(statement.then);
    if (!elseEmpty) {
      this.line("} else {");
      this.#inner(statement.else);
    }
    this.line("}");
  }

  #inner(block: Block): void {
    this.identifiers.open();
    this.depth++;
    this.block(block);
    this.depth--;
    this.identifiers.close();
  }
}

const isEmpty = (block: Block): boolean => block.every((statement) => statement.kind === "comment");

/** Mutable scalars of a function. */
export function localsOf(block: Block): Set<string> {
  const locals = new Set<string>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc") locals.add(statement.array);
  });
  return locals;
}

/** Arrays a statement refers to, inner blocks included; the read ones first. */
function touched(statement: Statement): string[] {
  if (statement.kind === "alloc") return [];
  const arrays = arraysIn([statement]);
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
