/**
 * exp, expm1 and tanh of floats in float arithmetic alone, so that every part gives the same bits, with an FPU or without.
 * exp and expm1: the argument reduced to ±ln 2 / 2, a polynomial there; tanh by a table and the addition formula. Every
 * operation is rounded to float, whole numbers come from cutting fractions off, powers of two from tables. Errors are
 * below 2 units in the last place; what was measured stands in docs/embedded.md.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import { singleCircular } from "./portable-circular.ts";
import {
  bound,
  clamped,
  cut,
  type Draft,
  exactTanh,
  type Forms,
  number,
  orNaN,
  plain,
  polynomial,
  when,
} from "./portable-draft.ts";
import { singleLogarithm } from "./portable-logarithm.ts";

/** tanh at multiples of 1/4, up to where it rounds to 1. */
const tanhSteps = 4;
const tanhEnd = 9.25;

/** 2^k for k from -150 is 2^(fine - 16) 2^(32 coarse - 134): no factor is too large or too small for a float. */
const lowest = 150;
const fine = 32;

export const singleForms: Forms = {
  functions: { exp, expm1, tanh, ...singleLogarithm.functions, ...singleCircular.functions },
  tables: {
    tanh_of_quarters: () =>
      Array.from({ length: tanhSteps * tanhEnd }, (_, k) => Math.fround(exactTanh(k, tanhSteps))),
    fine_powers_of_two: () => Array.from({ length: fine }, (_, k) => 2 ** (k - fine / 2)),
    coarse_powers_of_two: () => Array.from({ length: 9 }, (_, k) => 2 ** (fine * k - lowest + fine / 2)),
    ...singleLogarithm.tables,
    ...singleCircular.tables,
  },
};

const ln2High = Math.fround(0.693145751953125);
const ln2Low = Math.fround(1.4286068203e-6);
const log2e = Math.fround(Math.LOG2E);

/** (exp(r) - 1 - r) / r² for |r| ≤ ln 2 / 2: the least error relative to r. */
const expCoefficients = [
  0.5, 0.1666654348373413, 0.04166628420352936, 0.008366493508219719, 0.0013946274993941188,
];

interface Reduced {
  /** k, 150 of it added. */
  readonly lifted: affine.Affine;
  readonly k: Expr;
  /** exp(r) - 1, where x = k ln 2 + r. */
  readonly m: Expr;
}

function reduced(x: Expr, draft: Draft): Reduced {
  // What is cut is positive.
  const lifted = cut(draft, plain("add", plain("mul", x, number(log2e)), number(lowest + 0.5)));
  const k = bound(draft, "k", build.integerValue(affine.offset(lifted, -lowest)));
  const high = bound(draft, "high", plain("sub", x, plain("mul", k, number(ln2High))));
  const low = bound(draft, "low", plain("mul", k, number(ln2Low)));
  const r = bound(draft, "r", plain("sub", high, low));
  const square = plain("mul", plain("mul", r, r), polynomial(r, expCoefficients));
  return { lifted, k, m: bound(draft, "m", plain("sub", high, plain("sub", low, square))) };
}

/** The two factors of a power of two. */
const factors = (lifted: affine.Affine, draft: Draft): readonly [Expr, Expr] => [
  build.read(draft.table("fine_powers_of_two"), [affine.remainder(lifted, affine.integer(fine))]),
  build.read(draft.table("coarse_powers_of_two"), [affine.quotient(lifted, affine.integer(fine))]),
];

function exp(x: Expr, draft: Draft): Expr {
  const { lifted, m } = reduced(clamped(x, -104, 89, draft), draft);
  const [first, second] = factors(lifted, draft);
  const near = plain("add", number(1), m);
  const inside = bound(draft, "exp", plain("mul", plain("mul", near, first), second));
  const above = bound(draft, "exp", when("gt", x, 89, number(Infinity), inside));
  return orNaN(x, when("lt", x, -104, number(0), above));
}

function expm1(x: Expr, draft: Draft): Expr {
  const { lifted, k, m } = reduced(clamped(x, -18, 89, draft), draft);
  // 2 (2^(k-1) m + (2^(k-1) - ½)); near 0 that is m itself, a zero with its sign.
  const [first, second] = factors(affine.offset(lifted, -1), draft);
  const unit = bound(draft, "unit", plain("mul", first, second));
  const sum = plain("add", plain("mul", unit, m), plain("sub", unit, number(0.5)));
  const inside = bound(draft, "expm1", when("eq", k, 0, m, plain("mul", number(2), sum)));
  const above = bound(draft, "expm1", when("gt", x, 89, number(Infinity), inside));
  return orNaN(x, when("lt", x, -18, number(-1), above));
}

/** (tanh(d) / d - 1) / d² in powers of d², for 0 ≤ d ≤ 1/4. */
const tanhCoefficients = [-0.3333324193954468, 0.13324284553527832, -0.05143528804183006];

function tanh(x: Expr, draft: Draft): Expr {
  const size = bound(draft, "size", build.primitive("abs", [x]));
  const within = bound(draft, "within", when("lt", size, tanhEnd, size, number(0)));
  const at = cut(draft, plain("mul", within, number(tanhSteps)));
  const d = bound(
    draft,
    "d",
    plain("sub", within, plain("mul", build.integerValue(at), number(1 / tanhSteps))),
  );
  const u = bound(draft, "u", plain("mul", d, d));
  const t = bound(
    draft,
    "t",
    plain("add", d, plain("mul", plain("mul", d, u), polynomial(u, tanhCoefficients))),
  );
  const near = bound(draft, "near", build.read(draft.table("tanh_of_quarters"), [at]));
  // tanh(a + d) = tanh a + (1 - tanh² a) tanh d / (1 + tanh a tanh d)
  const slope = plain("sub", number(1), plain("mul", near, near));
  const step = plain("div", plain("mul", slope, t), plain("add", number(1), plain("mul", near, t)));
  const inside = bound(draft, "tanh", plain("add", near, step));
  const above = bound(draft, "tanh", when("ge", size, tanhEnd, number(1), inside));
  const signed = when("lt", x, 0, build.neg(above), above);
  // A zero keeps its sign, and NaN stays.
  return build.select(build.compare("ne", x, number(0)), orNaN(x, bound(draft, "tanh", signed)), x);
}
