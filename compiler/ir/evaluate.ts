/**
 * The meaning of the IR: a slow, obvious interpreter, the oracle of the tests. In: a program, the name of a function,
 * and its arguments by name. Out: the status it leaves with; arrays are written in place. Whatever real machines do not
 * check is checked here: subscripts, names, entries read before they are written, results left unwritten, integers that
 * are none. An error names the function, the statement and its place in the model.
 */

import { type Affine, type Numbers, numberOf } from "./affine.ts";
import { holds } from "./build.ts";
import type { Block, Element, Expr, Fn, Parameter, Program, Shape, Statement, Test } from "./nodes.ts";
import { primitives } from "./primitives.ts";
import { printStatement } from "./print.ts";

/** Entries in row-major order; one word for rank 0. */
export type Words = Float64Array | Int32Array;

/** Numbers for scalars, words for arrays; by name, or in the order of parameters. */
export type Given = ReadonlyMap<string, number | Words> | readonly (number | Words)[];

/** Contents of the global arrays, by name. */
export type Memory = Map<string, Float64Array>;

interface Stored {
  readonly shape: Shape;
  readonly words: Words;
  readonly element: Element;
  /** 1 for each word that has been written; undefined: all have. */
  readonly written: Uint8Array | undefined;
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
    globals.set(array, { shape, words, element, written: undefined });
  }
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const fn = functions.get(name);
  if (fn === undefined) throw new Error(`the program has no function ${name}`);
  const frame = new Frame(fn, functions, globals);
  for (const [position, parameter] of fn.parameters.entries()) {
    const value =
      given instanceof Map ? given.get(parameter.name) : (given as readonly (number | Words)[])[position];
    if (parameter.kind === "array") {
      if (typeof value !== "object") throw new Error(`${name}: ${parameter.name} is given no array`);
      const { shape, element } = parameter;
      frame.bindArray(parameter, { shape, words: value, element, written: undefined });
    } else {
      if (typeof value !== "number") throw new Error(`${name}: ${parameter.name} is given no number`);
      frame.bindScalar(parameter.name, parameter.kind, value);
    }
  }
  return frame.run() ?? 0;
}

type ArrayParameter = Parameter & { readonly kind: "array" };

class Frame {
  readonly #fn: Fn;
  readonly #functions: ReadonlyMap<string, Fn>;
  readonly #globals: ReadonlyMap<string, Stored>;
  readonly #arrays = new Map<string, Stored>();
  readonly #reals = new Map<string, number>();
  readonly #integers = new Map<string, number>();
  /** What is being done, for error messages. */
  #current: Statement | undefined;

  constructor(fn: Fn, functions: ReadonlyMap<string, Fn>, globals: ReadonlyMap<string, Stored>) {
    this.#fn = fn;
    this.#functions = functions;
    this.#globals = globals;
  }

  bindArray(parameter: ArrayParameter, array: Stored): void {
    const { name, shape, element, access } = parameter;
    if (`${array.shape}` !== `${shape}`) {
      throw this.#error(`${name} has the shape [${shape}] and is given [${array.shape}]`);
    }
    if (array.words.length !== wordsOf(shape)) throw this.#error(`${name} has ${array.words.length} words`);
    if (array.element !== element) throw this.#error(`${name} is ${element} and is given ${array.element}`);
    // What was in a result before is not to be seen.
    const written = access === "out" ? new Uint8Array(array.words.length) : array.written;
    this.#arrays.set(name, { ...array, written });
  }

  bindScalar(name: string, kind: "real" | "integer", value: number): void {
    (kind === "real" ? this.#reals : this.#integers).set(name, value);
  }

  run(): number | undefined {
    const status = this.#block(this.#fn.body);
    if (status !== undefined) return status;
    for (const parameter of this.#fn.parameters) {
      if (parameter.kind !== "array" || parameter.access !== "out") continue;
      const missing = this.#arrays.get(parameter.name)!.written!.indexOf(0);
      if (missing >= 0) {
        this.#current = undefined;
        throw this.#error(`word ${missing} of the result ${parameter.name} is left unwritten`);
      }
    }
    return undefined;
  }

  #error(message: string): Error {
    const statement = this.#current;
    if (statement === undefined) return new Error(`${this.#fn.name}: ${message}`);
    const [line] = printStatement(statement).split("\n");
    const span = "span" in statement ? statement.span : undefined;
    const place = span === undefined ? "" : ` (${span.file}, character ${span.start})`;
    return new Error(`${this.#fn.name}: ${message}, in \`${line}\`${place}`);
  }

  #block(block: Block): number | undefined {
    for (const statement of block) {
      const status = this.#statement(statement);
      if (status !== undefined) return status;
    }
    // What a block binds ends with it.
    for (const statement of block) {
      if (statement.kind === "let") this.#reals.delete(statement.name);
      if (statement.kind === "alloc") this.#arrays.delete(statement.array);
    }
    return undefined;
  }

  #statement(statement: Statement): number | undefined {
    this.#current = statement;
    switch (statement.kind) {
      case "let":
        this.#reals.set(statement.name, this.#real(statement.value));
        return undefined;
      case "alloc": {
        const empty = statement.zero || statement.element === "integer" ? 0 : Number.NaN;
        const { shape, element } = statement;
        const words = new Float64Array(wordsOf(shape)).fill(empty);
        const written = statement.zero ? undefined : new Uint8Array(words.length);
        this.#arrays.set(statement.array, { shape, words, element, written });
        return undefined;
      }
      case "store": {
        const value = this.#real(statement.value);
        this.#write(statement.array, this.#flat(statement.array, statement.at), value);
        return undefined;
      }
      case "accumulate": {
        const value = this.#real(statement.value);
        const at = this.#flat(statement.array, statement.at);
        this.#write(statement.array, at, this.#word(statement.array, at) + value);
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
        this.#integers.delete(statement.index);
        return undefined;
      }
      case "while":
        for (let trip = 0; trip < statement.limit && this.#test(statement.test); trip++) {
          this.#integers.set(statement.counter, trip);
          const status = this.#block(statement.body);
          if (status !== undefined) return status;
          this.#integers.delete(statement.counter);
          this.#current = statement;
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
    if (statement.args.length !== callee.parameters.length) {
      throw this.#error(`${callee.name} takes ${callee.parameters.length} arguments`);
    }
    const frame = new Frame(callee, this.#functions, this.#globals);
    const results: (Uint8Array | undefined)[] = [];
    callee.parameters.forEach((parameter, position) => {
      const arg = statement.args[position];
      if (arg === undefined || arg.kind !== parameter.kind) {
        throw this.#error(`${callee.name}: ${parameter.name} is given no ${parameter.kind}`);
      }
      if (arg.kind === "real") frame.bindScalar(parameter.name, "real", this.#real(arg.value));
      else if (arg.kind === "integer") frame.bindScalar(parameter.name, "integer", this.#form(arg.value));
      else {
        const { shape, words, element, written } = this.#array(arg.view.array);
        const rest = shape.slice(arg.view.prefix.length);
        const start = this.#flat(arg.view.array, arg.view.prefix);
        const end = start + wordsOf(rest);
        const view = written?.subarray(start, end);
        const whole = { shape: rest, words: words.subarray(start, end), element, written: view };
        frame.bindArray(parameter as ArrayParameter, whole);
        if ((parameter as ArrayParameter).access === "out") results.push(view);
      }
    });
    if (frame.run() !== undefined) throw this.#error(`${callee.name} is called and leaves with a status`);
    for (const written of results) written?.fill(1);
    return undefined;
  }

  #contract(statement: Statement & { kind: "contract" }, depth: number): void {
    const axis = statement.over[depth];
    if (axis === undefined) {
      const product = statement.factors
        .map((factor) => this.#word(factor.array, this.#flat(factor.array, factor.at)))
        .reduce((left, right) => left * right);
      const { array, at } = statement.to;
      const flat = this.#flat(array, at);
      this.#write(array, flat, this.#word(array, flat) + product);
      return;
    }
    const to = this.#form(axis.to);
    for (let i = this.#form(axis.from); i < to; i++) {
      this.#integers.set(axis.index, i);
      this.#contract(statement, depth + 1);
    }
    this.#integers.delete(axis.index);
  }

  #word(name: string, at: number): number {
    const { words, written } = this.#array(name);
    if (written?.[at] === 0) throw this.#error(`word ${at} of ${name} is read before it is written`);
    return words[at]!;
  }

  #write(name: string, at: number, value: number): void {
    const { words, written, element } = this.#array(name);
    if (element === "integer" && !Number.isInteger(value)) {
      throw this.#error(`${value} is stored as an integer`);
    }
    words[at] = value;
    if (written) written[at] = 1;
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

  readonly #numbers: Numbers = {
    index: (name) => {
      const value = this.#integers.get(name);
      if (value === undefined) throw this.#error(`there is no index ${name}`);
      return value;
    },
    entry: (array, at) => this.#word(array, this.#flat(array, at)),
  };

  #form(form: Affine): number {
    return numberOf(form, this.#numbers);
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
        return this.#word(expr.array, this.#flat(expr.array, expr.at));
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
