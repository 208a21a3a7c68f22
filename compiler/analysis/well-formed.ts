/**
 * Is a program well formed? In: a program and its entry functions. Out: what is wrong, in words, each problem once;
 * empty for a good program. Runs after every pass in the tests; a pass that breaks the IR is found at the pass.
 *
 * A subscript is a problem where it leaves its array for every value it can have, or for one that it is certain to have
 * whenever the function is called. What may be inside is left to `ir/evaluate`, which checks every subscript it meets.
 */

import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type {
  Access,
  Accumulate,
  Argument,
  Block,
  Contract,
  Expr,
  Fn,
  Parameter,
  Program,
  Statement,
  Test,
} from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { printStatement } from "../ir/print.ts";
import { calleesOf, expressionsOf, forEachExpr, mayLeave } from "../ir/walk.ts";
import { type ArrayFacts, Scope } from "./scope.ts";
import { constantRanges } from "./sites.ts";

export function verifyProgram(program: Program, entries: readonly string[] = []): string[] {
  const problems = new Set<string>();
  const functions = new Map<string, Fn>();
  const globals = new Map<string, ArrayFacts>();
  for (const array of program.arrays) {
    if (globals.has(array.name)) problems.add(`two arrays are called ${array.name}`);
    const words = array.shape.reduce((product, extent) => product * extent, 1);
    if (array.role === "constant" && array.data?.length !== words)
      problems.add(`${array.name} has not ${words} entries`);
    if (array.element === "integer" && array.data?.some((value) => !Number.isInteger(value)))
      problems.add(`${array.name} has entries that are no integers`);
    globals.set(array.name, {
      shape: array.shape,
      element: array.element,
      isWritable: array.role !== "constant",
    });
  }
  for (const fn of program.functions) {
    if (functions.has(fn.name)) problems.add(`two functions are called ${fn.name}`);
    functions.set(fn.name, fn);
  }
  for (const fn of program.functions) {
    if (isRecursive(fn, functions)) problems.add(`${fn.name} calls itself`);
  }
  const ranges = constantRanges(program.arrays);
  for (const fn of program.functions) {
    new Check(fn, functions, globals, ranges, entries.includes(fn.name), (text) =>
      problems.add(`${fn.name}: ${text}`),
    ).run();
  }
  return [...problems];
}

function isRecursive(fn: Fn, functions: ReadonlyMap<string, Fn>): boolean {
  const reached = new Set<string>();
  const follow = (from: Fn | undefined): void => {
    for (const callee of from ? calleesOf(from) : []) {
      if (reached.has(callee)) continue;
      reached.add(callee);
      follow(functions.get(callee));
    }
  };
  follow(fn);
  return reached.has(fn.name);
}

/** Whether the sub-arrays behind two prefixes of one array certainly have an entry in common. */
const doOverlap = (left: readonly Affine[], right: readonly Affine[]): boolean =>
  left.every((form, axis) => right[axis] === undefined || affine.equal(form, right[axis]));

class Check {
  readonly #fn: Fn;
  readonly #functions: ReadonlyMap<string, Fn>;
  readonly #isEntry: boolean;
  readonly #report: (text: string) => void;
  readonly #scope: Scope;

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
    this.#scope = new Scope(globals, ofArray, report);
    this.#isEntry = isEntry;
    this.#report = report;
  }

  run(): void {
    for (const parameter of this.#fn.parameters) this.#parameter(parameter);
    this.#block(this.#fn.body);
  }

  #parameter(parameter: Parameter): void {
    this.#scope.bind(parameter.name);
    switch (parameter.kind) {
      case "real":
        this.#scope.scalars.add(parameter.name);
        return;
      case "integer":
        this.#scope.indices.set(parameter.name, {
          ...(parameter.range ?? { low: -Infinity, high: Infinity }),
          isExact: false,
        });
        return;
      case "array": {
        const { shape, element, access } = parameter;
        this.#scope.arrays.set(parameter.name, { shape, element, isWritable: access !== "in" });
        return;
      }
      default:
        parameter satisfies never;
    }
  }

  #block(block: Block, isCertain = true): void {
    const scalars = new Set(this.#scope.scalars);
    const arrays = new Set(this.#scope.arrays.keys());
    const before = this.#scope.isCertain;
    this.#scope.isCertain &&= isCertain;
    for (const statement of block) this.#statement(statement);
    // Behind a branch that may have left, nothing is certain any more.
    this.#scope.isCertain = before && !mayLeave(block);
    for (const name of [...this.#scope.scalars]) if (!scalars.has(name)) this.#scope.scalars.delete(name);
    for (const name of [...this.#scope.arrays.keys()]) if (!arrays.has(name)) this.#scope.arrays.delete(name);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.#expr(statement.value);
        this.#scope.bind(statement.name);
        this.#scope.scalars.add(statement.name);
        return;
      case "alloc":
        this.#scope.bind(statement.array);
        if (statement.shape.some((extent) => !Number.isInteger(extent) || extent < 0)) {
          this.#report(`${statement.array} has the shape [${statement.shape.join(", ")}]`);
        }
        this.#scope.arrays.set(statement.array, {
          shape: statement.shape,
          element: statement.element,
          isWritable: true,
        });
        return;
      case "store":
      case "accumulate":
        this.#expr(statement.value);
        this.#scope.access(statement.array, statement.at, true);
        if (statement.kind === "accumulate") this.#sum(statement, statement);
        return;
      case "for": {
        this.#scope.form(statement.from);
        this.#scope.form(statement.to);
        this.#scope.bind(statement.index);
        const [from, to] = [this.#scope.range(statement.from), this.#scope.range(statement.to)];
        const isExact = from.low === from.high && to.low === to.high && from.low < to.low;
        this.#scope.indices.set(statement.index, { low: from.low, high: to.high - 1, isExact });
        this.#block(statement.body, isExact);
        this.#scope.indices.delete(statement.index);
        return;
      }
      case "while":
        this.#test(statement.test);
        this.#scope.bind(statement.counter);
        this.#scope.indices.set(statement.counter, { low: 0, high: statement.limit - 1, isExact: false });
        this.#block(statement.body, false);
        this.#scope.indices.delete(statement.counter);
        return;
      case "if":
        this.#test(statement.test);
        this.#block(statement.then, false);
        this.#block(statement.else, false);
        return;
      case "call":
        this.#call(statement.callee, statement.args);
        return;
      case "contract":
        for (const { index, from, to } of statement.over) {
          this.#scope.form(from);
          this.#scope.form(to);
          this.#scope.bind(index);
          const [low, high] = [this.#scope.range(from), this.#scope.range(to)];
          const isExact = low.low === low.high && high.low === high.high && low.low < high.low;
          this.#scope.indices.set(index, { low: low.low, high: high.high - 1, isExact });
        }
        this.#scope.access(statement.to.array, statement.to.at, true);
        for (const factor of statement.factors) {
          this.#scope.access(factor.array, factor.at, false);
          this.#scope.real(factor.array);
        }
        this.#sum(statement, statement.to);
        for (const { index } of statement.over) this.#scope.indices.delete(index);
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
    const views: { array: string; prefix: readonly Affine[]; isWritten: boolean }[] = [];
    fn.parameters.forEach((parameter, position) => {
      const arg = args[position]!;
      if (arg.kind !== parameter.kind) {
        this.#report(`${callee}: ${parameter.name} is ${parameter.kind}, the argument ${arg.kind}`);
        return;
      }
      if (arg.kind === "real") this.#expr(arg.value);
      if (arg.kind === "integer") this.#scope.form(arg.value);
      if (arg.kind !== "array" || parameter.kind !== "array") return;
      const isWritten = parameter.access !== "in";
      const facts = this.#scope.facts(arg.view.array);
      if (facts === undefined) return;
      if (isWritten && !facts.isWritable) this.#report(`${callee} writes ${arg.view.array}`);
      if (facts.element !== parameter.element)
        this.#report(`${callee}: ${parameter.name} holds ${parameter.element} values`);
      this.#scope.subscripts(arg.view.array, arg.view.prefix, facts.shape);
      const rest = facts.shape.slice(arg.view.prefix.length);
      if (rest.join() !== parameter.shape.join()) {
        this.#report(
          `${callee}: ${parameter.name} has the shape [${parameter.shape}], the argument [${rest}]`,
        );
      }
      const { array, prefix } = arg.view;
      for (const other of views) {
        if (other.array !== array || !doOverlap(other.prefix, prefix)) continue;
        if (isWritten || other.isWritten)
          this.#report(`${callee}: entries of ${array} are handed over twice`);
      }
      views.push({ array, prefix, isWritten });
    });
  }

  /** A sum is of real numbers, and does not read the entry it goes to. */
  #sum(statement: Accumulate | Contract, to: Access): void {
    this.#scope.real(to.array);
    const terms: Access[] = statement.kind === "contract" ? [...statement.factors] : [];
    for (const expr of expressionsOf(statement)) {
      forEachExpr(expr, (inner) => {
        if (inner.kind === "read") terms.push(inner);
      });
    }
    if (terms.some((term) => term.array === to.array && doOverlap(term.at, to.at)))
      this.#report(`a sum reads the entry it goes to: ${printStatement(statement)}`);
  }

  #expr(expr: Expr): void {
    switch (expr.kind) {
      case "number":
        return;
      case "name":
        if (!this.#scope.scalars.has(expr.name)) this.#report(`there is no scalar ${expr.name} here`);
        return;
      case "read":
        this.#scope.access(expr.array, expr.at, false);
        this.#scope.real(expr.array);
        return;
      case "integer":
        this.#scope.form(expr.value);
        return;
      case "primitive":
        if (expr.args.length !== primitives[expr.op].arity)
          this.#report(`${expr.op} has ${expr.args.length} arguments`);
        for (const arg of expr.args) this.#expr(arg);
        return;
      case "select":
        this.#test(expr.test);
        this.#guarded(() => {
          this.#expr(expr.then);
          this.#expr(expr.else);
        });
        return;
      default:
        expr satisfies never;
    }
  }

  /** Looks at what is not certain to be evaluated. */
  #guarded(look: () => void): void {
    const before = this.#scope.isCertain;
    this.#scope.isCertain = false;
    look();
    this.#scope.isCertain = before;
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
        this.#guarded(() => this.#test(test.right));
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
