/** The primitives that have a slope, in the arithmetic of `big.ts`, written independently of the compiler's table. */

import type { Opcode } from "../../compiler/ir/opcode.ts";
import type { Big } from "./big.ts";
import * as big from "./big.ts";

const { add, sub, mul, div, neg, abs, one, pi, sqrt, exp, expm1, log, log1p, isNegative } = big;
const half = (x: Big): Big => big.scale(x, -1);
const square = (x: Big): Big => mul(x, x);
const odd =
  (of: (x: Big) => Big): ((x: Big) => Big) =>
  (x) =>
    isNegative(x) ? neg(of(neg(x))) : of(x);

const asin = (x: Big): Big => big.atan(div(x, sqrt(mul(sub(one, x), add(one, x)))));
const hypot = (x: Big, y: Big): Big => sqrt(add(square(x), square(y)));

const unary: Partial<Record<Opcode, (x: Big) => Big>> = {
  neg,
  abs,
  sqrt,
  cbrt: odd((x) => (big.isZero(x) ? x : exp(div(log(x), big.exact(3))))),
  exp,
  expm1,
  log,
  log1p,
  log2: (x) => div(log(x), big.ln2),
  log10: (x) => div(log(x), log(big.exact(10))),
  sin: big.sin,
  cos: big.cos,
  tan: (x) => div(big.sin(x), big.cos(x)),
  asin,
  acos: (x) => sub(half(pi), asin(x)),
  atan: big.atan,
  sinh: (x) => half(sub(expm1(x), expm1(neg(x)))),
  cosh: (x) => half(add(exp(x), exp(neg(x)))),
  tanh: (x) => {
    const e = expm1(big.scale(x, 1));
    return div(e, add(e, big.exact(2)));
  },
  asinh: odd((x) => log1p(add(x, div(square(x), add(one, sqrt(add(one, square(x)))))))),
  acosh: (x) => {
    const above = sub(x, one);
    return log1p(add(above, sqrt(mul(above, add(x, one)))));
  },
  atanh: (x) => half(log1p(div(big.scale(x, 1), sub(one, x)))),
  cosquare: (x) => mul(sub(one, x), add(one, x)),
  softsign: (x) => div(x, add(one, abs(x))),
  // By convention fround is differentiated as if it did not round.
  fround: (x) => x,
};

const binary: Partial<Record<Opcode, (x: Big, y: Big) => Big>> = {
  add,
  sub,
  mul,
  div,
  mod: (x, y) => sub(x, mul(big.whole(big.trunc(div(x, y))), y)),
  pow: (x, y) => exp(mul(y, log(x))),
  atan2: (y, x) => {
    if (big.less(abs(y), abs(x))) {
      const angle = big.atan(div(y, x));
      if (!isNegative(x)) return angle;
      return isNegative(y) ? sub(angle, pi) : add(angle, pi);
    }
    const quarter = half(isNegative(y) ? neg(pi) : pi);
    return sub(quarter, big.atan(div(x, y)));
  },
  hypot,
  radius: hypot,
  adjacent: (x, y) => div(x, hypot(x, y)),
  opposite: (x, y) => div(y, hypot(x, y)),
  min: (x, y) => (big.less(x, y) ? x : y),
  max: (x, y) => (big.less(x, y) ? y : x),
  gate: mul,
};

/** The value of a primitive; undefined for the piecewise constant ones, which have no slope to be compared. */
export function precise(op: Opcode): ((...args: Big[]) => Big) | undefined {
  const of1 = unary[op];
  const of2 = binary[op];
  if (of1) return (x) => of1(x!);
  return of2 && ((x, y) => of2(x!, y!));
}

/**
 * How far the argument may move before the function looks different: its distance to a singularity, or the length over
 * which it bends. Steps of differences are tiny fractions of it.
 */
export function reach(op: Opcode, at: readonly number[], which: number): number {
  const x = at[which]!;
  switch (op) {
    case "sqrt":
    case "cbrt":
    case "abs":
    case "softsign":
    case "log":
    case "log2":
    case "log10":
      return Math.abs(x);
    case "log1p":
      return 1 + x;
    case "asin":
    case "acos":
    case "atanh":
      return 1 - Math.abs(x);
    case "acosh":
      return x - 1;
    case "tan":
      return Math.abs(Math.cos(x));
    case "atan":
    case "asinh":
      return Math.max(1, Math.abs(x));
    case "div":
      return which === 1 ? Math.abs(x) : Math.max(1e-300, Math.abs(x));
    case "pow":
      return which === 0 ? Math.abs(x) : 1;
    case "atan2":
    case "hypot":
    case "radius":
    case "adjacent":
    case "opposite":
      return Math.hypot(...at);
    case "min":
    case "max":
      return Math.abs(at[0]! - at[1]!);
    default:
      return 1;
  }
}
