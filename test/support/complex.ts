/**
 * Interprets functions of the IR in complex numbers: with a step of 1e-200 in one direction the imaginary part of a
 * result over the step is its derivative to rounding, with no subtraction and nothing shared with either mode of
 * differentiation. Comparisons look at real parts, so that every branch is the one the program takes.
 */

import type { Affine, Atom } from "../../compiler/ir/affine.ts";
import type { Block, Expr, Fn, GlobalArray, Relation, Test } from "../../compiler/ir/nodes.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";

export interface Complex {
  readonly re: number;
  readonly im: number;
}

interface Stored {
  readonly shape: readonly number[];
  readonly words: Complex[];
}

const of = (re: number, im = 0): Complex => ({ re, im });
const add = (a: Complex, b: Complex): Complex => of(a.re + b.re, a.im + b.im);
const sub = (a: Complex, b: Complex): Complex => of(a.re - b.re, a.im - b.im);
// The step is so small that products of imaginary parts vanish; they are left out.
const mul = (a: Complex, b: Complex): Complex => of(a.re * b.re, a.re * b.im + a.im * b.re);
const div = (a: Complex, b: Complex): Complex => of(a.re / b.re, (a.im - (a.re / b.re) * b.im) / b.re);

/** A function of one argument with its slope: an imaginary part as small as the step is carried to first order exactly. */
const analytic: { readonly [op in Opcode]?: (x: number) => readonly [number, number] } = {
  neg: (x) => [-x, -1],
  abs: (x) => [Math.abs(x), Math.sign(x)],
  sign: (x) => [Math.sign(x), 0],
  sqrt: (x) => [Math.sqrt(x), 0.5 / Math.sqrt(x)],
  exp: (x) => [Math.exp(x), Math.exp(x)],
  log: (x) => [Math.log(x), 1 / x],
  log1p: (x) => [Math.log1p(x), 1 / (1 + x)],
  sin: (x) => [Math.sin(x), Math.cos(x)],
  cos: (x) => [Math.cos(x), -Math.sin(x)],
  tanh: (x) => [Math.tanh(x), 1 / Math.cosh(x) ** 2],
  softsign: (x) => [x / (1 + Math.abs(x)), 1 / (1 + Math.abs(x)) ** 2],
  atan: (x) => [Math.atan(x), 1 / (1 + x * x)],
  floor: (x) => [Math.floor(x), 0],
  ceil: (x) => [Math.ceil(x), 0],
  round: (x) => [Math.round(x), 0],
  trunc: (x) => [Math.trunc(x), 0],
  stop: (x) => [x, 0],
};

const holds = (relation: Relation, a: number, b: number): boolean =>
  ({ lt: a < b, le: a <= b, gt: a > b, ge: a >= b, eq: a === b, ne: a !== b })[relation];

/** An entry function left with a status. */
class Left {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** Results of a function by name; arguments by name, real arrays as complex words. */
export function evaluateComplex(
  fn: Fn,
  constants: readonly GlobalArray[],
  given: ReadonlyMap<string, number | readonly Complex[]>,
): Map<string, readonly Complex[]> {
  const arrays = new Map<string, Stored>();
  const reals = new Map<string, Complex>();
  const indices = new Map<string, number>();
  const size = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
  for (const { name, shape, data } of constants) {
    const own = given.get(name);
    const words = Array.from({ length: size(shape) }, (_, i) => of(data?.[i] ?? Number.NaN));
    arrays.set(name, { shape, words: own === undefined ? words : [...(own as Complex[])] });
  }
  for (const parameter of fn.parameters) {
    const value = given.get(parameter.name);
    if (parameter.kind === "real") reals.set(parameter.name, of(value as number));
    else if (parameter.kind === "integer") indices.set(parameter.name, value as number);
    else {
      const words =
        value === undefined
          ? new Array(size(parameter.shape)).fill(of(Number.NaN))
          : [...(value as Complex[])];
      arrays.set(parameter.name, { shape: parameter.shape, words });
    }
  }

  const atom = (one: Atom): number => {
    switch (one.kind) {
      case "index":
        return indices.get(one.name)!;
      case "gather": {
        const { words } = arrays.get(one.array)!;
        return words[flat(one.array, one.at)]!.re;
      }
      case "quotient":
        return Math.floor(form(one.of) / form(one.by));
      default:
        return form(one.of) % form(one.by);
    }
  };
  const form = (one: Affine): number =>
    one.terms.reduce((sum, term) => sum + term.coefficient * atom(term.atom), one.constant);
  const flat = (array: string, at: readonly Affine[]): number =>
    arrays.get(array)!.shape.reduce((sum, extent, axis) => sum * extent + form(at[axis]!), 0);

  const primitive = (op: Opcode, args: readonly Complex[]): Complex => {
    const [x, y] = args as [Complex, Complex];
    const one = analytic[op];
    if (one !== undefined) {
      const [value, slope] = one(x.re);
      return of(value, slope === 0 || x.im === 0 ? 0 : slope * x.im);
    }
    switch (op) {
      case "add":
        return add(x, y);
      case "sub":
        return sub(x, y);
      case "mul":
        return mul(x, y);
      case "div":
        return div(x, y);
      case "mod":
        return sub(x, mul(of(Math.trunc(x.re / y.re)), y)).im === 0
          ? of(x.re % y.re)
          : of(x.re % y.re, x.im - Math.trunc(x.re / y.re) * y.im);
      case "max":
        return x.re >= y.re ? x : y;
      case "min":
        return x.re < y.re ? x : y;
      case "hypot":
      case "radius": {
        const value = Math.hypot(x.re, y.re);
        return of(value, value === 0 ? 0 : (x.re / value) * x.im + (y.re / value) * y.im);
      }
      case "pow": {
        const value = x.re ** y.re;
        const base = x.im === 0 ? 0 : y.re * x.re ** (y.re - 1) * x.im;
        return of(value, base + (y.im === 0 ? 0 : value * Math.log(x.re) * y.im));
      }
      default:
        throw new Error(`${op} is not known in complex numbers`);
    }
  };
  const expr = (one: Expr): Complex => {
    switch (one.kind) {
      case "number":
        return of(one.value);
      case "name":
        return reals.get(one.name)!;
      case "read":
        return arrays.get(one.array)!.words[flat(one.array, one.at)]!;
      case "integer":
        return of(form(one.value));
      case "primitive":
        return primitive(one.op, one.args.map(expr));
      default:
        return expr(test(one.test) ? one.then : one.else);
    }
  };
  const test = (one: Test): boolean => {
    switch (one.kind) {
      case "compare":
        return holds(one.relation, expr(one.left).re, expr(one.right).re);
      case "and":
        return test(one.left) && test(one.right);
      case "or":
        return test(one.left) || test(one.right);
      case "not":
        return !test(one.of);
      default:
        return one.value;
    }
  };
  const block = (statements: Block): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case "let":
          reals.set(statement.name, expr(statement.value));
          break;
        case "alloc":
          arrays.set(statement.array, {
            shape: statement.shape,
            words: new Array(size(statement.shape)).fill(of(statement.zero ? 0 : Number.NaN)),
          });
          break;
        case "store":
        case "accumulate": {
          const value = expr(statement.value);
          const { words } = arrays.get(statement.array)!;
          const at = flat(statement.array, statement.at);
          words[at] = statement.kind === "store" ? value : add(words[at]!, value);
          break;
        }
        case "for": {
          const [from, to] = [form(statement.from), form(statement.to)];
          for (let trip = 0; trip < to - from; trip++) {
            indices.set(statement.index, statement.down ? to - 1 - trip : from + trip);
            block(statement.body);
          }
          break;
        }
        case "while":
          for (let trip = 0; trip < statement.limit && test(statement.test); trip++) {
            indices.set(statement.counter, trip);
            block(statement.body);
          }
          break;
        case "if":
          block(test(statement.test) ? statement.then : statement.else);
          break;
        case "comment":
          break;
        case "return":
          throw new Left(statement.status);
        default:
          throw new Error(`${statement.kind} is not known in complex numbers`);
      }
    }
  };
  try {
    block(fn.body);
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    if (error.status !== 0) throw new Error(`the solve ended with status ${error.status}`);
  }
  return new Map([...arrays].map(([name, { words }]) => [name, words]));
}
