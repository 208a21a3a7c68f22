/**
 * exp, expm1 and tanh of doubles in plain arithmetic, so that every target gives the same bits. exp and expm1 after
 * fdlibm (the argument reduced to ±ln 2 / 2, a rational form there), tanh by a table and the addition formula; errors
 * are below 3 units in the last place.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import { doubleCircular } from "./portable-circular.ts";
import {
  bound,
  clamped,
  type Draft,
  exactTanh,
  type Forms,
  number,
  orNaN,
  plain,
  polynomial,
  subscript,
  when,
} from "./portable-draft.ts";
import { doubleLogarithm } from "./portable-logarithm.ts";

/** tanh at multiples of 1/8, up to where it rounds to 1. */
const tanhSteps = 8;
const tanhEnd = 20;

export const doubleForms: Forms = {
  functions: { exp, expm1, tanh, ...doubleLogarithm.functions, ...doubleCircular.functions },
  tables: {
    tanh_of_eighths: () => Array.from({ length: tanhSteps * tanhEnd + 1 }, (_, k) => exactTanh(k, tanhSteps)),
    powers_of_two: () => Array.from({ length: 64 }, (_, k) => 2 ** k),
    /** 2^(64 (k - 9)): two of them and one above make any power that a double has, without a rounding between. */
    coarse_powers_of_two: () => Array.from({ length: 18 }, (_, k) => 2 ** (64 * (k - 9))),
    ...doubleLogarithm.tables,
    ...doubleCircular.tables,
  },
};

/** The whole number nearest to an expression, as a value and as a subscript. */
function whole(draft: Draft, value: Expr): { readonly real: Expr; readonly at: affine.Affine } {
  const nearest = build.primitive("floor", [plain("add", value, number(0.5))]);
  const real = bound(draft, "nearest", nearest);
  return { real, at: subscript(draft, real) };
}
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const expCoefficients = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
];

/** x = k ln 2 + r, with exp(r) - 1 and 2^k; `x` lies in ±1100. */
function reduced(
  x: Expr,
  draft: Draft,
): { readonly k: Expr; readonly m: Expr; readonly scaled: (y: Expr) => Expr } {
  const { real: k, at } = whole(draft, plain("mul", x, number(Math.LOG2E)));
  const high = bound(draft, "high", plain("sub", x, plain("mul", k, number(ln2High))));
  const low = bound(draft, "low", plain("mul", k, number(ln2Low)));
  const r = bound(draft, "r", plain("sub", high, low));
  const t = bound(draft, "t", plain("mul", r, r));
  const c = bound(draft, "c", plain("sub", r, plain("mul", t, polynomial(t, expCoefficients))));
  const quotient = plain("div", plain("mul", r, c), plain("sub", number(2), c));
  const m = bound(draft, "m", plain("sub", high, plain("sub", low, quotient)));
  const lifted = affine.offset(at, 18 * 64);
  const coarse = affine.quotient(lifted, affine.integer(64));
  const first = affine.quotient(lifted, affine.integer(128));
  const power = (table: string, entry: affine.Affine): Expr => build.read(draft.table(table), [entry]);
  const fine = power("powers_of_two", affine.remainder(lifted, affine.integer(64)));
  const scaled = (y: Expr): Expr =>
    [
      fine,
      power("coarse_powers_of_two", first),
      power("coarse_powers_of_two", affine.subtract(coarse, first)),
    ].reduce(
      (product, factor) => bound(draft, "scaled", plain("mul", product, bound(draft, "power", factor))),
      y,
    );
  return { k, m, scaled };
}

function exp(x: Expr, draft: Draft): Expr {
  const { m, scaled } = reduced(clamped(x, -746, 710, draft), draft);
  const inside = scaled(bound(draft, "near", plain("add", number(1), m)));
  const above = bound(draft, "exp", when("gt", x, 710, number(Infinity), inside));
  return orNaN(x, bound(draft, "exp", when("lt", x, -746, number(0), above)));
}

function expm1(x: Expr, draft: Draft): Expr {
  const { k, m, scaled } = reduced(clamped(x, -40, 700, draft), draft);
  // 2^k m + (2^k - 1); near 0 that is m itself, a zero with its sign.
  const unit = scaled(number(1));
  const sum = plain("add", plain("mul", unit, m), plain("sub", unit, number(1)));
  const inside = bound(draft, "expm1", when("eq", k, 0, m, sum));
  const large = bound(draft, "exp", exp(x, draft));
  const above = bound(draft, "expm1", when("gt", x, 700, large, inside));
  return orNaN(x, bound(draft, "expm1", when("lt", x, -40, number(-1), above)));
}

/** tanh(d) / d in powers of d², for |d| ≤ 1/16. */
const tanhCoefficients = [-1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925, 21844 / 6081075];

function tanh(x: Expr, draft: Draft): Expr {
  const size = bound(draft, "size", build.primitive("abs", [x]));
  const within = clamped(size, 0, tanhEnd, draft);
  const { real: k, at } = whole(draft, plain("mul", within, number(tanhSteps)));
  const d = bound(draft, "d", plain("sub", within, plain("mul", k, number(1 / tanhSteps))));
  const u = bound(draft, "u", plain("mul", d, d));
  const t = bound(
    draft,
    "t",
    plain("add", d, plain("mul", plain("mul", d, u), polynomial(u, tanhCoefficients))),
  );
  const near = bound(draft, "near", build.read(draft.table("tanh_of_eighths"), [at]));
  // tanh(a + d) = tanh a + (1 - tanh² a) tanh d / (1 + tanh a tanh d)
  const slope = plain("sub", number(1), plain("mul", near, near));
  const step = plain("div", plain("mul", slope, t), plain("add", number(1), plain("mul", near, t)));
  const inside = bound(draft, "tanh", plain("add", near, step));
  const above = bound(draft, "tanh", when("gt", size, tanhEnd, number(1), inside));
  const signed = bound(draft, "tanh", when("lt", x, 0, build.neg(above), above));
  // A zero keeps its sign, and NaN stays.
  return build.select(build.compare("ne", x, number(0)), orNaN(x, signed), x);
}
