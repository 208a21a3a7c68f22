/**
 * Is a program well formed? In: a program and its entry functions. Out: what is wrong, in words, one line each; empty
 * for a good program. Runs after every pass in the tests; a pass that breaks the IR is found at the pass.
 */

import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Argument, Block, Expr, Fn, Parameter, Program, Shape, Statement, Test } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { constantRanges } from "./sites.ts";

interface ArrayFacts {
  readonly shape: Shape;
  readonly element: "real" | "integer";
  readonly isWritable: boolean;
}

export function verifyProgram(program: Program, entries: readonly string[] = []): string[] {
  const problems: string[] = [];
  const functions = new Map<string, Fn>();
  const globals = new Map<string, ArrayFacts>();
  for (const array of program.arrays) {
    if (globals.has(array.name)) problems.push(`two arrays are called ${array.name}`);
    const words = array.shape.reduce((product, extent) => product * extent, 1);
    if (array.role === "constant" && array.data?.length !== words)
      problems.push(`${array.name} has not ${words} entries`);
    globals.set(array.name, {
      shape: array.shape,
      element: array.element,
      isWritable: array.role !== "constant",
    });
  }
  for (const fn of program.functions) {
    if (functions.has(fn.name)) problems.push(`two functions are called ${fn.name}`);
    functions.set(fn.name, fn);
  }
  const ranges = constantRanges(program.arrays);
  for (const fn of program.functions) {
    new Check(fn, functions, globals, ranges, entries.includes(fn.name), (text) =>
      problems.push(`${fn.name}: ${text}`),
    ).run();
  }
  return problems;
}

class Check {
  readonly #fn: Fn;
  readonly #functions: ReadonlyMap<string, Fn>;
  readonly #globals: ReadonlyMap<string, ArrayFacts>;
  readonly #ofArray: (name: string) => Range | undefined;
  readonly #isEntry: boolean;
  readonly #report: (text: string) => void;
  readonly #bound = new Set<string>();
  /** What is in scope; entries are removed at the end of a block. */
  readonly #scalars = new Set<string>();
  readonly #indices = new Map<string, Range>();
  readonly #arrays = new Map<string, ArrayFacts>();

  constructor(
    fn: Fn,
    functions: ReadonlyMap<string, Fn>,
    globals: ReadonlyMap<string, ArrayFacts>,
    ofArray: (name: string) => Range | undefined,
    isEntry: boolean,
    report: (text: string) => void,
  ) {
    this.#fn = fn;
    this.#functions = functions;
    this.#globals = globals;
    this.#ofArray = ofArray;
    this.#isEntry = isEntry;
    this.#report = report;
  }

  run(): void {
    for (const parameter of this.#fn.parameters) this.#parameter(parameter);
    this.#block(this.#fn.body);
  }

  #parameter(parameter: Parameter): void {
    this.#bind(parameter.name);
    switch (parameter.kind) {
      case "real":
        this.#scalars.add(parameter.name);
        return;
      case "integer":
        this.#indices.set(parameter.name, parameter.range ?? { low: -Infinity, high: Infinity });
        return;
      case "array": {
        const { shape, element, access } = parameter;
        this.#arrays.set(parameter.name, { shape, element, isWritable: access !== "in" });
        return;
      }
      default:
        parameter satisfies never;
    }
  }

  #bind(name: string): void {
    if (this.#bound.has(name)) this.#report(`${name} is bound twice`);
    this.#bound.add(name);
  }

  #block(block: Block): void {
    const scalars = new Set(this.#scalars);
    const arrays = new Set(this.#arrays.keys());
    for (const statement of block) this.#statement(statement);
    for (const name of [...this.#scalars]) if (!scalars.has(name)) this.#scalars.delete(name);
    for (const name of [...this.#arrays.keys()]) if (!arrays.has(name)) this.#arrays.delete(name);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.#expr(statement.value);
        this.#bind(statement.name);
        this.#scalars.add(statement.name);
        return;
      case "alloc":
        this.#bind(statement.array);
        if (statement.shape.some((extent) => !Number.isInteger(extent) || extent < 0)) {
          this.#report(`${statement.array} has the shape [${statement.shape.join(", ")}]`);
        }
        this.#arrays.set(statement.array, {
          shape: statement.shape,
          element: statement.element,
          isWritable: true,
        });
        return;
      case "store":
      case "accumulate":
        this.#expr(statement.value);
        this.#access(statement.array, statement.at, true);
        return;
      case "for": {
        this.#form(statement.from);
        this.#form(statement.to);
        this.#bind(statement.index);
        this.#indices.set(statement.index, {
          low: this.#range(statement.from).low,
          high: this.#range(statement.to).high - 1,
        });
        this.#block(statement.body);
        this.#indices.delete(statement.index);
        return;
      }
      case "while":
        this.#test(statement.test);
        this.#bind(statement.counter);
        this.#indices.set(statement.counter, { low: 0, high: statement.limit - 1 });
        this.#block(statement.body);
        this.#indices.delete(statement.counter);
        return;
      case "if":
        this.#test(statement.test);
        this.#block(statement.then);
        this.#block(statement.else);
        return;
      case "call":
        this.#call(statement.callee, statement.args);
        return;
      case "contract":
        for (const { index, size } of statement.over) {
          this.#bind(index);
          this.#indices.set(index, { low: 0, high: size - 1 });
        }
        this.#access(statement.to.array, statement.to.at, true);
        for (const factor of statement.factors) this.#access(factor.array, factor.at, false);
        for (const { index } of statement.over) this.#indices.delete(index);
        return;
      case "return":
        if (!this.#isEntry) this.#report("it leaves with a status, but is no entry function");
        return;
      case "comment":
        return;
      default:
        statement satisfies never;
    }
  }

  #call(callee: string, args: readonly Argument[]): void {
    const fn = this.#functions.get(callee);
    if (fn === undefined) {
      this.#report(`there is no function ${callee}`);
      return;
    }
    if (fn.parameters.length !== args.length) {
      this.#report(`${callee} takes ${fn.parameters.length} arguments, not ${args.length}`);
      return;
    }
    const views: { text: string; array: string; isWritten: boolean }[] = [];
    fn.parameters.forEach((parameter, position) => {
      const arg = args[position]!;
      if (arg.kind !== parameter.kind) {
        this.#report(`${callee}: ${parameter.name} is ${parameter.kind}, the argument ${arg.kind}`);
        return;
      }
      if (arg.kind === "real") this.#expr(arg.value);
      if (arg.kind === "integer") this.#form(arg.value);
      if (arg.kind !== "array" || parameter.kind !== "array") return;
      const isWritten = parameter.access !== "in";
      const facts = this.#facts(arg.view.array);
      if (facts === undefined) return;
      if (isWritten && !facts.isWritable) this.#report(`${callee} writes ${arg.view.array}`);
      if (facts.element !== parameter.element)
        this.#report(`${callee}: ${parameter.name} holds ${parameter.element} values`);
      this.#subscripts(arg.view.array, arg.view.prefix, facts.shape);
      const rest = facts.shape.slice(arg.view.prefix.length);
      if (rest.join() !== parameter.shape.join()) {
        this.#report(
          `${callee}: ${parameter.name} has the shape [${parameter.shape}], the argument [${rest}]`,
        );
      }
      const text = `${arg.view.array}[${arg.view.prefix.map(affine.key).join()}]`;
      for (const other of views) {
        if (other.text === text && (isWritten || other.isWritten))
          this.#report(`${callee}: ${text} is handed over twice`);
      }
      views.push({ text, array: arg.view.array, isWritten });
    });
  }

  #facts(array: string): ArrayFacts | undefined {
    const facts = this.#arrays.get(array) ?? this.#globals.get(array);
    if (facts === undefined) this.#report(`there is no array ${array} here`);
    return facts;
  }

  #access(array: string, at: readonly Affine[], isWrite: boolean): void {
    const facts = this.#facts(array);
    if (facts === undefined) return;
    if (at.length !== facts.shape.length) {
      this.#report(`${array} has ${facts.shape.length} dimensions, not ${at.length}`);
      return;
    }
    if (isWrite && !facts.isWritable) this.#report(`${array} is written`);
    this.#subscripts(array, at, facts.shape);
  }

  /** Reports subscripts that leave the array for every value they can have bounds for. */
  #subscripts(array: string, at: readonly Affine[], shape: Shape): void {
    at.forEach((form, axis) => {
      this.#form(form);
      const { low, high } = this.#range(form);
      const extent = shape[axis]!;
      if (high < low) return;
      if (high < 0 || low >= extent)
        this.#report(`subscript ${low} to ${high} of ${array}, dimension ${axis} of ${extent}`);
    });
  }

  #range(form: Affine): Range {
    return affine.range(form, (name) => this.#indices.get(name), this.#ofArray);
  }

  #form(form: Affine): void {
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "index" && !this.#indices.has(atom.name))
        this.#report(`there is no index ${atom.name} here`);
      if (atom.kind === "gather") {
        const facts = this.#facts(atom.array);
        if (facts && facts.element !== "integer")
          this.#report(`${atom.array} is used in a subscript and holds real values`);
        if (facts && facts.shape.length !== atom.at.length)
          this.#report(`${atom.array} has ${facts.shape.length} dimensions`);
      }
    });
  }

  #expr(expr: Expr): void {
    switch (expr.kind) {
      case "number":
        return;
      case "name":
        if (!this.#scalars.has(expr.name)) this.#report(`there is no scalar ${expr.name} here`);
        return;
      case "read":
        this.#access(expr.array, expr.at, false);
        return;
      case "integer":
        this.#form(expr.value);
        return;
      case "primitive":
        if (expr.args.length !== primitives[expr.op].arity)
          this.#report(`${expr.op} has ${expr.args.length} arguments`);
        for (const arg of expr.args) this.#expr(arg);
        return;
      case "select":
        this.#test(expr.test);
        this.#expr(expr.then);
        this.#expr(expr.else);
        return;
      default:
        expr satisfies never;
    }
  }

  #test(test: Test): void {
    switch (test.kind) {
      case "compare":
        this.#expr(test.left);
        this.#expr(test.right);
        return;
      case "and":
      case "or":
        this.#test(test.left);
        this.#test(test.right);
        return;
      case "not":
        this.#test(test.of);
        return;
      case "constant":
        return;
      default:
        test satisfies never;
    }
  }
}
