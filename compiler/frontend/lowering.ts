/**
 * The state of lowering one function to the IR: the block that is being written, what is known at this place, and the
 * names given out. The lowering itself is in the files about expressions, statements, loops, calls and results.
 */

import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import type { Affine } from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, Shape, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { forEachExpr, forEachStatement } from "../ir/walk.ts";
import type { ConstantArrays } from "./constant-arrays.ts";
import type { Rules } from "./custom.ts";
import { refuse, spanOf } from "./load.ts";
import { libraryFile } from "./modules.ts";
import { isUnreachable, type Knowledge } from "./ranges.ts";
import { isOverflow, type Reporter } from "./reporter.ts";
import { Reported } from "./resolve-name.ts";
import type { Interpreter } from "./static.ts";
import { type Fact, real, type Scalar } from "./values.ts";

/** Statements of one function after expansion; more than this no compiler of a target takes in reasonable time. */
const largest = 200_000;

/** Functions of the library that are smooth and written by sides, with the kinds of the statements that choose one. */
const smoothBySides: Readonly<Record<string, readonly Statement["kind"][]>> = {
  sigmoid: ["if"],
  softplus: ["if"],
  softmax: ["let", "store"],
};

function seamsOf(node: ts.Node): ((statement: Statement) => Statement) | undefined {
  const name = ts.isFunctionDeclaration(node) ? node.name?.text : undefined;
  const kinds = name === undefined ? undefined : smoothBySides[name];
  return kinds && ((one) => (kinds.includes(one.kind) ? ({ ...one, seamless: true } as Statement) : one));
}

export class Lowering {
  readonly interpreter: Interpreter;
  readonly constants: ConstantArrays;
  readonly reporter: Reporter;
  readonly rules: Rules;
  /** Functions that are being expanded, outermost first. */
  readonly calls: ts.Node[] = [];
  /** The call whose value nobody asks for: it stands as a statement. */
  unused: ts.Node | undefined;
  /** Variables without a value yet. */
  unassigned = new Set<string>();
  /** Which branch or loop body is being read: a name may only come to stand for another array where it was declared. */
  region = 0;
  #regions = 0;
  /** How many branches are open: a place in one may never be reached. */
  guards = 0;
  readonly #names: Names;
  /** Arrays that come in and never change. */
  readonly #inputs: ReadonlySet<string>;
  #block: Statement[] = [];
  #knowledge: Knowledge;
  #span: Span;
  /** The statement around bodies of one expression that are being read, of which each may be small. */
  #caller: Span | undefined;
  /** The call into the library that is being expanded: its statements and mistakes are shown there. */
  #site: Span | undefined;
  /** What becomes of the statements of a smooth function of the library that is being expanded. */
  #seams: ((statement: Statement) => Statement) | undefined;
  #count = 0;
  readonly #ages = new Map<string, number>();
  readonly #lent = new Set<string>();

  constructor(
    interpreter: Interpreter,
    constants: ConstantArrays,
    reporter: Reporter,
    rules: Rules,
    inputs: readonly string[],
    indices: Knowledge["indices"],
    taken: readonly string[],
    span: Span,
  ) {
    this.interpreter = interpreter;
    this.constants = constants;
    this.reporter = reporter;
    this.rules = rules;
    this.#names = new Names([
      ...inputs,
      ...taken,
      ...indices.map(({ name }) => name),
      ...constants.arrays.map(({ name }) => name),
    ]);
    this.#knowledge = { indices, facts: [], contents: constants.contents };
    this.#inputs = new Set(inputs);
    this.#span = span;
  }

  isInput(array: string): boolean {
    return this.#inputs.has(array);
  }

  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  get block(): Block {
    return this.#block;
  }

  /** The statement of the model that is being lowered. */
  get span(): Span {
    return this.#span;
  }

  fresh = (wish: string): string => {
    let name = this.#names.fresh(wish);
    // A constant array that was named after this function began is taken, too.
    while (this.constants.arrays.some((array) => array.name === name)) name = this.#names.fresh(wish);
    this.constants.take(name);
    return name;
  };

  emit(...statements: readonly Statement[]): void {
    this.#count += statements.length;
    if (this.#count > largest) {
      // Said once: everything that follows is too much as well.
      if (this.#count - statements.length > largest) this.give();
      refuse(syntax.tooLarge(this.#site ?? this.#caller ?? this.#span, largest));
    }
    this.#block.push(...(this.#seams === undefined ? statements : statements.map(this.#seams)));
  }

  /** Emits a statement earlier in the current block. */
  insert(position: number, statement: Statement, block: Statement[] = this.#block): void {
    block.splice(position, 0, statement);
  }

  /** The block that is being written, for statements that are put into it later. */
  mark(): { readonly block: Statement[]; readonly position: number } {
    return { block: this.#block, position: this.#block.length };
  }

  /** Does something in a branch or loop body. */
  inRegion<T>(act: () => T, region = ++this.#regions): T {
    const outer = this.region;
    this.region = region;
    try {
      return act();
    } finally {
      this.region = outer;
    }
  }

  /** What `act` emits, as a block of its own. */
  inBlock(act: () => void): Statement[] {
    const outer = this.#block;
    const inner: Statement[] = [];
    this.#block = inner;
    try {
      act();
    } finally {
      this.#block = outer;
    }
    return inner;
  }

  /** Does something where more is known. Nothing is done where it is a contradiction: the place is never reached. */
  knowing(facts: readonly Fact[], act: () => void): void {
    const outer = this.#knowledge;
    this.guards++;
    this.#knowledge = { ...outer, facts: [...outer.facts, ...facts] };
    try {
      if (facts.length === 0 || !isUnreachable(this.#knowledge)) act();
    } finally {
      this.guards--;
      this.#knowledge = outer;
    }
  }

  /** Does something in a loop. `facts`: what else is known of its index. */
  withIndex(name: string, first: Affine, last: Affine, act: () => void, facts: readonly Fact[] = []): void {
    const outer = this.#knowledge;
    const indices = [...outer.indices, { name, first, last }];
    this.#knowledge = { ...outer, indices, facts: [...outer.facts, ...facts] };
    try {
      act();
    } finally {
      this.#knowledge = outer;
    }
  }

  /** Reads one statement of the model: what it emits carries its place, and a refusal ends it alone. */
  statement(node: ts.Node, act: () => void, failed: () => void): void {
    const outer = this.#span;
    if (this.#site === undefined) this.#span = spanOf(node);
    try {
      act();
    } catch (error) {
      // Far down the stack there is no room to say so.
      if (isOverflow(error)) throw error;
      const moved = this.#site !== undefined && error instanceof ModelError ? this.#moved(error) : error;
      this.reporter.note(moved, this.#span);
      failed();
    } finally {
      this.#span = outer;
    }
  }

  /** Reads the body of a function that is one expression: what it emits carries its place, as that of a statement does. */
  within<T>(body: ts.Node, act: () => T): T {
    const [outer, caller] = [this.#span, this.#caller];
    this.#caller ??= outer;
    if (this.#site === undefined) this.#span = spanOf(body);
    try {
      return act();
    } finally {
      this.#span = outer;
      this.#caller = caller;
    }
  }

  /** A number with the place of what bends or jumps in it, which may be refused when statements are all that has one. */
  placed(value: Scalar, node: ts.Node): Scalar {
    if (this.#site !== undefined || value.form !== undefined) return value;
    const expr = value.real();
    const isSmooth = expr.kind === "primitive" && !["kinked", "zero"].includes(primitives[expr.op].kind);
    if (isSmooth) return value;
    const placed = build.placed(expr, spanOf(node));
    return { ...value, real: () => placed };
  }

  /** Expands a function; one of the library is shown at its call. */
  expanding<T>(node: ts.Node, call: Span, act: () => T): T {
    const [outer, outerSeams] = [this.#site, this.#seams];
    if (node.getSourceFile().fileName === libraryFile) {
      this.#site ??= call;
      this.#seams ??= seamsOf(node);
    }
    this.calls.push(node);
    try {
      return act();
    } catch (error) {
      if (this.#site !== undefined && error instanceof ModelError) throw this.#moved(error);
      throw error;
    } finally {
      this.calls.pop();
      this.#site = outer;
      this.#seams = outerSeams;
    }
  }

  #moved(error: ModelError): ModelError {
    const { diagnostic } = error;
    if (diagnostic.span?.file !== libraryFile) return error;
    const here: Diagnostic = { ...diagnostic, span: this.#site!, notes: [] };
    return new ModelError(here);
  }

  /** An expression that may be written more than once: bound to a name where it is more than a leaf. */
  leaf(wish: string, expr: Expr): Expr {
    if (build.isLeaf(expr)) return expr;
    const name = this.fresh(wish);
    this.emit(build.bind(name, expr, this.#span));
    return build.name(name);
  }

  /** A local array; rank 0 is a variable. */
  alloc(wish: string, shape: Shape, zero: boolean): string {
    const name = this.fresh(wish);
    this.made(name);
    this.emit(build.alloc(name, shape, { zero, span: this.#span }));
    return name;
  }

  /** Notes that an array was made. */
  made(array: string): void {
    this.#ages.set(array, this.#ages.size);
  }

  /** How many arrays were made so far, to tell later from whether one was made since. */
  get age(): number {
    return this.#ages.size;
  }

  /** Notes that a copy of a part of the array was made where JavaScript has the part itself. */
  lend(array: string): void {
    this.#lent.add(array);
  }

  /** Whether a write to the array would be seen elsewhere, too. */
  isLent(array: string): boolean {
    return this.#lent.has(array);
  }

  isYounger(array: string, age: number): boolean {
    return (this.#ages.get(array) ?? -1) >= age;
  }

  /**
   * Lowers something while a number waits. If what is emitted writes to an array that the number reads, the number is
   * bound before it, as JavaScript evaluates from left to right.
   */
  keeping<T>(scalar: Scalar, act: () => T): { readonly scalar: Scalar; readonly result: T } {
    const { block, position } = this.mark();
    const result = act();
    if (block.length === position || scalar.pure) return { scalar, result };
    const written = writtenIn(block.slice(position));
    const expr = scalar.real();
    if (!readsAny(expr, written)) return { scalar, result };
    const name = this.fresh("before");
    this.insert(position, build.bind(name, expr, this.#span), block);
    return { scalar: { ...real(build.name(name)), form: scalar.form, signed: scalar.signed }, result };
  }

  /** Ends with an error that was reported already. */
  give(): never {
    throw new Reported();
  }
}

/** Arrays that a block stores into. */
export function writtenIn(block: Block): ReadonlySet<string> {
  const written = new Set<string>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "store" || statement.kind === "accumulate") written.add(statement.array);
  });
  return written;
}

export function readsAny(expr: Expr, arrays: ReadonlySet<string>): boolean {
  let reads = false;
  forEachExpr(expr, (inner) => {
    if (inner.kind === "read" && arrays.has(inner.array)) reads = true;
  });
  return reads;
}
