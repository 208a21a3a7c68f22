/**
 * The meaning of the IR: a slow, obvious interpreter, the oracle of the tests. In: a program, the name of a function,
 * and its arguments by name. Out: the status it leaves with; arrays are written in place. Whatever real machines do not
 * check is checked here: subscripts, names, entries read before they are written, integers that are none.
 */

import type { Affine, Atom } from "./affine.ts";
import { holds } from "./build.ts";
import type { Block, Expr, Fn, Program, Shape, Statement, Test } from "./nodes.ts";
import { primitives } from "./primitives.ts";

/** Numbers for scalars, flat row-major arrays for arrays (one word for rank 0); by name, or in the order of parameters. */
export type Given = ReadonlyMap<string, number | Float64Array> | readonly (number | Float64Array)[];

/** Contents of the global arrays, by name. */
export type Memory = Map<string, Float64Array>;

interface Stored {
  readonly shape: Shape;
  readonly words: Float64Array;
  readonly element: "real" | "integer";
}

const wordsOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** Memory for the global arrays of a program: constants and defaults filled in, everything else NaN. */
export function allocate(program: Program): Memory {
  return new Map(
    program.arrays.map((array) => {
      const words = new Float64Array(wordsOf(array.shape)).fill(array.element === "integer" ? 0 : Number.NaN);
      if (array.data) words.set(array.data);
      return [array.name, words];
    }),
  );
}

/** Runs a function; 0 where it does not say otherwise. */
export function evaluate(
  program: Program,
  name: string,
  given: Given = new Map(),
  memory: Memory = allocate(program),
): number {
  const globals = new Map<string, Stored>();
  for (const { name: array, shape, element } of program.arrays) {
    const words = memory.get(array);
    if (words === undefined || words.length !== wordsOf(shape)) throw new Error(`no memory for ${array}`);
    globals.set(array, { shape, words, element });
  }
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const fn = functions.get(name);
  if (fn === undefined) throw new Error(`the program has no function ${name}`);
  const frame = new Frame(fn, functions, globals);
  for (const [position, parameter] of fn.parameters.entries()) {
    const value =
      given instanceof Map
        ? given.get(parameter.name)
        : (given as readonly (number | Float64Array)[])[position];
    if (parameter.kind === "array") {
      if (!(value instanceof Float64Array)) throw new Error(`${name}: ${parameter.name} is given no array`);
      frame.bindArray(parameter.name, { shape: parameter.shape, words: value, element: parameter.element });
    } else {
      if (typeof value !== "number") throw new Error(`${name}: ${parameter.name} is given no number`);
      frame.bindScalar(parameter.name, parameter.kind, value);
    }
  }
  return frame.run() ?? 0;
}

class Frame {
  readonly #fn: Fn;
  readonly #functions: ReadonlyMap<string, Fn>;
  readonly #globals: ReadonlyMap<string, Stored>;
  readonly #arrays = new Map<string, Stored>();
  readonly #reals = new Map<string, number>();
  readonly #integers = new Map<string, number>();

  constructor(fn: Fn, functions: ReadonlyMap<string, Fn>, globals: ReadonlyMap<string, Stored>) {
    this.#fn = fn;
    this.#functions = functions;
    this.#globals = globals;
  }

  bindArray(name: string, array: Stored): void {
    if (array.words.length !== wordsOf(array.shape))
      throw this.#error(`${name} has ${array.words.length} words`);
    this.#arrays.set(name, array);
  }

  bindScalar(name: string, kind: "real" | "integer", value: number): void {
    (kind === "real" ? this.#reals : this.#integers).set(name, value);
  }

  run(): number | undefined {
    return this.#block(this.#fn.body);
  }

  #error(message: string): Error {
    return new Error(`${this.#fn.name}: ${message}`);
  }

  #block(block: Block): number | undefined {
    for (const statement of block) {
      const status = this.#statement(statement);
      if (status !== undefined) return status;
    }
    return undefined;
  }

  #statement(statement: Statement): number | undefined {
    switch (statement.kind) {
      case "let":
        this.#reals.set(statement.name, this.#real(statement.value));
        return undefined;
      case "alloc": {
        const empty = statement.zero || statement.element === "integer" ? 0 : Number.NaN;
        const words = new Float64Array(wordsOf(statement.shape)).fill(empty);
        this.#arrays.set(statement.array, { shape: statement.shape, words, element: statement.element });
        return undefined;
      }
      case "store": {
        const value = this.#real(statement.value);
        const { element, words } = this.#array(statement.array);
        if (element === "integer" && !Number.isInteger(value))
          throw this.#error(`${value} is stored as an integer`);
        words[this.#flat(statement.array, statement.at)] = value;
        return undefined;
      }
      case "accumulate": {
        const value = this.#real(statement.value);
        const at = this.#flat(statement.array, statement.at);
        const { words } = this.#array(statement.array);
        words[at] = words[at]! + value;
        return undefined;
      }
      case "for": {
        const from = this.#form(statement.from);
        const to = this.#form(statement.to);
        const trips = Math.max(0, to - from);
        for (let trip = 0; trip < trips; trip++) {
          this.#integers.set(statement.index, statement.down ? to - 1 - trip : from + trip);
          const status = this.#block(statement.body);
          if (status !== undefined) return status;
        }
        return undefined;
      }
      case "while":
        for (let trip = 0; trip < statement.limit && this.#test(statement.test); trip++) {
          this.#integers.set(statement.counter, trip);
          const status = this.#block(statement.body);
          if (status !== undefined) return status;
        }
        return undefined;
      case "if":
        return this.#block(this.#test(statement.test) ? statement.then : statement.else);
      case "call":
        return this.#call(statement);
      case "contract":
        this.#contract(statement, 0);
        return undefined;
      case "return":
        return statement.status;
      case "comment":
        return undefined;
      default:
        return statement satisfies never;
    }
  }

  #call(statement: Statement & { kind: "call" }): undefined {
    const callee = this.#functions.get(statement.callee);
    if (callee === undefined) throw this.#error(`there is no function ${statement.callee}`);
    const frame = new Frame(callee, this.#functions, this.#globals);
    callee.parameters.forEach((parameter, position) => {
      const arg = statement.args[position];
      if (arg === undefined || arg.kind !== parameter.kind) {
        throw this.#error(`${callee.name}: ${parameter.name} is given no ${parameter.kind}`);
      }
      if (arg.kind === "real") frame.bindScalar(parameter.name, "real", this.#real(arg.value));
      else if (arg.kind === "integer") frame.bindScalar(parameter.name, "integer", this.#form(arg.value));
      else {
        const { shape, words, element } = this.#array(arg.view.array);
        const rest = shape.slice(arg.view.prefix.length);
        const start = this.#flat(arg.view.array, arg.view.prefix);
        frame.bindArray(parameter.name, {
          shape: rest,
          words: words.subarray(start, start + wordsOf(rest)),
          element,
        });
      }
    });
    frame.run();
    return undefined;
  }

  #contract(statement: Statement & { kind: "contract" }, depth: number): void {
    const axis = statement.over[depth];
    if (axis === undefined) {
      const product = statement.factors
        .map((factor) => this.#array(factor.array).words[this.#flat(factor.array, factor.at)]!)
        .reduce((left, right) => left * right);
      const { array, at } = statement.to;
      const flat = this.#flat(array, at);
      const { words } = this.#array(array);
      words[flat] = words[flat]! + product;
      return;
    }
    for (let i = 0; i < axis.size; i++) {
      this.#integers.set(axis.index, i);
      this.#contract(statement, depth + 1);
    }
  }

  #array(name: string): Stored {
    const found = this.#arrays.get(name) ?? this.#globals.get(name);
    if (found === undefined) throw this.#error(`there is no array ${name}`);
    return found;
  }

  /** First word of an entry, or of a sub-array when subscripts are fewer than dimensions. */
  #flat(name: string, at: readonly Affine[]): number {
    const { shape } = this.#array(name);
    if (at.length > shape.length) throw this.#error(`${name} has ${shape.length} dimensions`);
    let flat = 0;
    shape.forEach((extent, axis) => {
      const form = at[axis];
      const i = form === undefined ? 0 : this.#form(form);
      if (!(Number.isInteger(i) && i >= 0 && i < extent)) {
        throw this.#error(`subscript ${i} of ${name}, dimension ${axis} of ${extent}`);
      }
      flat = flat * extent + i;
    });
    return flat;
  }

  #form(form: Affine): number {
    return form.terms.reduce(
      (sum, { coefficient, atom }) => sum + coefficient * this.#atom(atom),
      form.constant,
    );
  }

  #atom(atom: Atom): number {
    switch (atom.kind) {
      case "index": {
        const value = this.#integers.get(atom.name);
        if (value === undefined) throw this.#error(`there is no index ${atom.name}`);
        return value;
      }
      case "gather":
        return this.#array(atom.array).words[this.#flat(atom.array, atom.at)]!;
      case "quotient":
        return Math.floor(this.#form(atom.of) / this.#form(atom.by));
      case "remainder":
        return this.#form(atom.of) % this.#form(atom.by);
      default:
        return atom satisfies never;
    }
  }

  #real(expr: Expr): number {
    switch (expr.kind) {
      case "number":
        return expr.value;
      case "name": {
        const value = this.#reals.get(expr.name);
        if (value === undefined) throw this.#error(`there is no scalar ${expr.name}`);
        return value;
      }
      case "read":
        return this.#array(expr.array).words[this.#flat(expr.array, expr.at)]!;
      case "integer":
        return this.#form(expr.value);
      case "primitive": {
        const primitive = primitives[expr.op];
        const [x, y] = expr.args.map((arg) => this.#real(arg));
        return primitive.arity === 1 ? primitive.value(x!) : primitive.value(x!, y!);
      }
      case "select":
        return this.#real(this.#test(expr.test) ? expr.then : expr.else);
      default:
        return expr satisfies never;
    }
  }

  #test(test: Test): boolean {
    switch (test.kind) {
      case "compare":
        return holds(test.relation, this.#real(test.left), this.#real(test.right));
      case "and":
        return this.#test(test.left) && this.#test(test.right);
      case "or":
        return this.#test(test.left) || this.#test(test.right);
      case "not":
        return !this.#test(test.of);
      case "constant":
        return test.value;
      default:
        return test satisfies never;
    }
  }
}
