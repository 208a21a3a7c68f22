/**
 * The solve's own program interpreted in dual numbers: every value with its derivative along a direction, by the partials
 * of the primitive table. Forward mode through every step of any method, Newton iterations and all, that shares neither
 * reverse mode, a plan nor an emitter with the gradient it is held against.
 */

import type { Problem } from "../execute/problem.ts";
import { type Affine, type Numbers, numberOf, placeOf } from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { expandCalls } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, GlobalArray, Test } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { bindersOf } from "../ir/walk.ts";
import { sizeOf } from "../model.ts";
import { controlOf, type Module, status } from "../module.ts";
import type { Direction } from "./direction.ts";

interface Dual {
  readonly value: number;
  readonly slope: number;
}

interface Stored {
  readonly shape: readonly number[];
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/** Left with a status. */
class Left {
  readonly status: number;
  constructor(code: number) {
    this.status = code;
  }
}

/** Value of an expression of numbers alone. */
function constant(expr: Expr): number {
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "primitive": {
      const args = expr.args.map(constant);
      const row = primitives[expr.op];
      return row.arity === 1 ? row.value(args[0]!) : row.value(args[0]!, args[1]!);
    }
    case "select":
      return constant(isTrue(expr.test) ? expr.then : expr.else);
    default:
      throw new Error(`${expr.kind} among numbers`);
  }
}

function isTrue(test: Test): boolean {
  switch (test.kind) {
    case "compare":
      return build.holds(test.relation, constant(test.left), constant(test.right));
    case "and":
      return isTrue(test.left) && isTrue(test.right);
    case "or":
      return isTrue(test.left) || isTrue(test.right);
    case "not":
      return !isTrue(test.of);
    default:
      return test.value;
  }
}

class Interpreter {
  readonly #arrays = new Map<string, Stored>();
  readonly #reals = new Map<string, Dual>();
  readonly #indices = new Map<string, number>();

  declare(name: string, shape: readonly number[], fill: number): Stored {
    const words = sizeOf(shape);
    const stored = { shape, values: new Float64Array(words).fill(fill), slopes: new Float64Array(words) };
    this.#arrays.set(name, stored);
    return stored;
  }

  array(name: string): Stored {
    return this.#arrays.get(name)!;
  }

  readonly #numbers: Numbers = {
    index: (name) => this.#indices.get(name)!,
    entry: (array, at) => this.array(array).values[this.#flat(array, at)]!,
  };

  #form(form: Affine): number {
    return numberOf(form, this.#numbers);
  }

  #flat(array: string, at: readonly Affine[]): number {
    return placeOf(this.array(array).shape, at, this.#numbers);
  }

  #expr(expr: Expr): Dual {
    switch (expr.kind) {
      case "number":
        return { value: expr.value, slope: 0 };
      case "name":
        return this.#reals.get(expr.name)!;
      case "read": {
        const place = this.#flat(expr.array, expr.at);
        const { values, slopes } = this.array(expr.array);
        return { value: values[place]!, slope: slopes[place]! };
      }
      case "integer":
        return { value: this.#form(expr.value), slope: 0 };
      case "select":
        return this.#expr(this.#test(expr.test) ? expr.then : expr.else);
      case "primitive":
        return this.#primitive(expr);
      default:
        return expr satisfies never;
    }
  }

  #primitive({ op, args }: Extract<Expr, { kind: "primitive" }>): Dual {
    const given = args.map((arg) => this.#expr(arg));
    const [x, y] = given as [Dual, Dual];
    const row = primitives[op];
    const value = row.arity === 1 ? row.value(x.value) : row.value(x.value, y.value);
    if (row.kind === "zero" || given.every(({ slope }) => slope === 0)) return { value, slope: 0 };
    const n = build.number;
    const partials =
      row.arity === 1 ? row.partials(n(x.value), n(value)) : row.partials(n(x.value), n(y.value), n(value));
    let slope = 0;
    partials.forEach((partial, i) => {
      // A tangent of 0 contributes exactly 0, whatever the partial.
      if (given[i]!.slope !== 0) slope += constant(partial) * given[i]!.slope;
    });
    return { value, slope };
  }

  #test(test: Test): boolean {
    switch (test.kind) {
      case "compare":
        return build.holds(test.relation, this.#expr(test.left).value, this.#expr(test.right).value);
      case "and":
        return this.#test(test.left) && this.#test(test.right);
      case "or":
        return this.#test(test.left) || this.#test(test.right);
      case "not":
        return !this.#test(test.of);
      default:
        return test.value;
    }
  }

  run(block: Block): void {
    for (const statement of block) {
      switch (statement.kind) {
        case "let":
          this.#reals.set(statement.name, this.#expr(statement.value));
          break;
        case "alloc":
          this.declare(statement.array, statement.shape, statement.zero ? 0 : Number.NaN);
          break;
        case "store":
        case "accumulate": {
          const { value, slope } = this.#expr(statement.value);
          const { values, slopes } = this.array(statement.array);
          const at = this.#flat(statement.array, statement.at);
          const isAdded = statement.kind === "accumulate";
          values[at] = isAdded ? values[at]! + value : value;
          slopes[at] = isAdded ? slopes[at]! + slope : slope;
          break;
        }
        case "for": {
          const [from, to] = [this.#form(statement.from), this.#form(statement.to)];
          for (let trip = 0; trip < to - from; trip++) {
            this.#indices.set(statement.index, statement.down ? to - 1 - trip : from + trip);
            this.run(statement.body);
          }
          break;
        }
        case "while":
          for (let trip = 0; trip < statement.limit && this.#test(statement.test); trip++) {
            this.#indices.set(statement.counter, trip);
            this.run(statement.body);
          }
          break;
        case "if":
          this.run(this.#test(statement.test) ? statement.then : statement.else);
          break;
        case "return":
          throw new Left(statement.status);
        case "comment":
          break;
        default:
          throw new Error(`${statement.kind} in a solve`);
      }
    }
  }
}

/** Derivative of the loss along a direction. */
export function dualTangent({ program, solver }: Module, problem: Problem, along: Direction): number {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const solve = byName.get("solve")!;
  const names = new Names([...bindersOf(solve), ...program.arrays.map(({ name }) => name)]);
  const body = expandCalls(solve.body, (call) => byName.get(call.callee), names.fresh);
  const interpreter = new Interpreter();
  const { t0, t1, steps, tolerance } = problem;
  const control = controlOf({ ...solver, t0, t1, steps, tolerance }).map(([, value]) => value);
  for (const array of program.arrays) lay(interpreter, array, control, problem, along);
  try {
    interpreter.run(body);
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    if (error.status !== status.ok) return Number.NaN;
  }
  const value = program.arrays.find(({ home }) => home?.record === "value")!;
  return interpreter.array(value.name).slopes[0]!;
}

function lay(
  interpreter: Interpreter,
  { name, shape, data, home }: GlobalArray,
  control: readonly number[],
  problem: Problem,
  along: Direction,
): void {
  const stored = interpreter.declare(name, shape, Number.NaN);
  if (data !== undefined) stored.values.set(data);
  if (home === undefined) return;
  const set = (values: ArrayLike<number>, slopes?: Float64Array): void => {
    for (let i = 0; i < stored.values.length; i++) {
      stored.values[i] = values[home.offset + i]!;
      stored.slopes[i] = slopes?.[home.offset + i] ?? 0;
    }
  };
  switch (home.record) {
    case "control":
      set(control);
      break;
    case "state0":
      set(problem.state0, along.state0);
      break;
    case "params":
      set(problem.params, along.params);
      break;
    case "inputs":
      set(problem.inputs, along.inputs);
      break;
    case "data":
      set(problem.data);
      break;
    case "times":
      set(problem.times);
      break;
    default:
  }
}
