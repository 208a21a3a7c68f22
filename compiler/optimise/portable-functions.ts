/**
 * Functions of mathematics in plain arithmetic, so that every target gives the same bits. In: an argument. Out: an
 * expression for the value, with the statements it needs before it. exp and expm1 after fdlibm (the argument reduced to
 * ±ln 2 / 2, a rational form there), tanh by a table and the addition formula; errors are below 3 units in the last place.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Expr, GlobalArray, Relation, Statement } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";

/** Statements in the making. */
export interface Draft {
  readonly out: Statement[];
  readonly names: Names;
  /** The name of a table in the program. */
  readonly table: (name: keyof typeof tables) => string;
}

export const portableFunctions: { readonly [op in Opcode]?: (x: Expr, draft: Draft) => Expr } = {
  exp,
  expm1,
  tanh,
};

/** tanh at multiples of 1/8, up to where it rounds to 1. */
const tanhSteps = 8;
const tanhEnd = 20;

/** Contents, made when they are first asked for. */
export const tables = {
  tanh_of_eighths: () => Array.from({ length: tanhSteps * tanhEnd + 1 }, (_, k) => exactTanh(k)),
  powers_of_two: () => Array.from({ length: 64 }, (_, k) => 2 ** k),
  /** 2^(64 (k - 9)): two of them and one above make any power that a double has, without a rounding between. */
  coarse_powers_of_two: () => Array.from({ length: 18 }, (_, k) => 2 ** (64 * (k - 9))),
};

export const tableArray = (name: string, from: keyof typeof tables): GlobalArray => {
  const data = tables[from]();
  return { name, element: "real", shape: [data.length], role: "constant", data };
};

const number = build.number;
const plain = (op: "add" | "sub" | "mul" | "div", x: Expr, y: Expr): Expr => build.primitive(op, [x, y]);
const when = (relation: Relation, x: Expr, y: number, then: Expr, otherwise: Expr): Expr =>
  build.select(build.compare(relation, x, number(y)), then, otherwise);

function bound(draft: Draft, wish: string, value: Expr): Expr {
  if (build.isLeaf(value)) return value;
  const name = draft.names.fresh(wish);
  draft.out.push(build.bind(name, value));
  return build.name(name);
}

/** c0 + u (c1 + u (…)) */
const polynomial = (u: Expr, [first, ...rest]: readonly number[]): Expr =>
  rest.length === 0 ? number(first!) : plain("add", number(first!), plain("mul", u, polynomial(u, rest)));

/** The whole number nearest to an expression, as a value and as a subscript. */
function whole(draft: Draft, value: Expr): { readonly real: Expr; readonly at: affine.Affine } {
  const nearest = build.primitive("floor", [plain("add", value, number(0.5))]);
  const real = bound(draft, "nearest", nearest);
  const array = draft.names.fresh("entry");
  draft.out.push(
    { kind: "alloc", array, element: "integer", shape: [], role: "local", zero: false },
    build.store(array, [], real),
  );
  return { real, at: affine.gather(array, []) };
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
  const power = (table: keyof typeof tables, entry: affine.Affine): Expr =>
    build.read(draft.table(table), [entry]);
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

/** The argument where it lies within the bounds, else (and for NaN) 0. */
function clamped(x: Expr, low: number, high: number, draft: Draft): Expr {
  const below = bound(draft, "within", when("le", x, high, x, number(0)));
  return bound(draft, "within", when("ge", below, low, below, number(0)));
}

const orNaN = (x: Expr, value: Expr): Expr => build.select(build.compare("eq", x, x), value, x);

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

/** tanh(k/8), rounded once: in whole numbers, 2^-200 apart. */
function exactTanh(k: number): number {
  const one = 1n << 200n;
  let term = one;
  let sum = 0n;
  for (let n = 1n; term > 0n; n++) {
    sum += term;
    term = (term * BigInt(k)) / (4n * n);
  }
  return Number(((sum - one) << 200n) / (sum + one)) / 2 ** 200;
}
