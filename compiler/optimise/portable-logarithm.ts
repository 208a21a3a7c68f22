/**
 * The natural logarithm in plain arithmetic, in both precisions: the argument brought to between √½ and √2 by exact
 * powers of two, and after fdlibm there. Errors are below 1 unit in the last place.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import {
  bound,
  type Draft,
  type Forms,
  mutable,
  number,
  orNaN,
  plain,
  polynomial,
  when,
} from "./portable-draft.ts";

interface Precision {
  /** Exponent of the largest power that divides; a power of two itself. Twice it and one less is the largest there is. */
  readonly top: number;
  /** Exponent of what an argument below 1 is multiplied with, twice if need be. */
  readonly lift: number;
  /** ln 2 in two parts, the first short enough that its product with an exponent is exact. */
  readonly ln2: readonly [number, number];
  readonly coefficients: readonly number[];
}

const double: Precision = {
  top: 512,
  lift: 600,
  ln2: [0.6931471803691238, 1.9082149292705877e-10],
  coefficients: [
    0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
    0.15313837699209373, 0.14798198605116586,
  ],
};

const single: Precision = {
  top: 64,
  lift: 96,
  ln2: [0.693145751953125, 1.4286068203e-6].map(Math.fround) as [number, number],
  coefficients: [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841].map(Math.fround),
};

function formsOf({ top, lift, ln2, coefficients }: Precision): Forms {
  const exponents = Array.from({ length: Math.log2(top) + 1 }, (_, j) => top / 2 ** j);
  const log = (x: Expr, draft: Draft): Expr => {
    // What has no logarithm is 1 for now.
    const inside = build.and(build.compare("gt", x, number(0)), build.compare("lt", x, number(Infinity)));
    const given = bound(draft, "given", build.select(inside, x, number(1)));
    const lifted = (y: Expr): Expr => when("ge", y, 1, y, plain("mul", y, number(2 ** lift)));
    const once = bound(draft, "lifted", lifted(given));
    const k = mutable(draft, "exponent", when("lt", given, 1, number(-lift), number(0)));
    draft.out.push(
      build.store(k, [], when("ge", once, 1, build.read(k), plain("sub", build.read(k), number(lift)))),
    );
    const y = mutable(draft, "mantissa", lifted(once));
    const share = mutable(draft, "share", number(top));
    const j = draft.names.fresh("j");
    const at = [affine.index(j)];
    draft.out.push(
      build.loop(j, affine.integer(0), affine.integer(exponents.length), [
        build.branch(build.compare("ge", build.read(y), build.read(draft.table("log_powers"), at)), [
          build.store(y, [], plain("mul", build.read(y), build.read(draft.table("log_inverses"), at))),
          build.store(k, [], plain("add", build.read(k), build.read(share))),
        ]),
        build.store(share, [], plain("mul", build.read(share), number(0.5))),
      ]),
    );
    const isLow = build.compare("le", build.read(y), number(Math.fround(Math.SQRT2)));
    const e = bound(draft, "e", build.select(isLow, build.read(k), plain("add", build.read(k), number(1))));
    const m = bound(draft, "m", build.select(isLow, build.read(y), plain("mul", build.read(y), number(0.5))));
    const f = bound(draft, "f", plain("sub", m, number(1)));
    const s = bound(draft, "s", plain("div", f, plain("add", number(2), f)));
    const z = bound(draft, "z", plain("mul", s, s));
    const half = bound(draft, "half", plain("mul", plain("mul", number(0.5), f), f));
    const rest = plain("mul", z, polynomial(z, coefficients));
    const odd = plain("mul", s, plain("add", half, rest));
    const low = plain("add", odd, plain("mul", e, number(ln2[1])));
    const near = plain("sub", plain("sub", half, low), f);
    const value = bound(draft, "log", plain("sub", plain("mul", e, number(ln2[0])), near));
    const above = bound(draft, "log", when("lt", x, Infinity, value, x));
    const positive = bound(draft, "log", when("gt", x, 0, above, number(Number.NaN)));
    return orNaN(x, when("eq", x, 0, number(-Infinity), positive));
  };
  const tables = {
    log_powers: () => exponents.map((e) => 2 ** e),
    log_inverses: () => exponents.map((e) => 2 ** -e),
  };
  return { functions: { log }, tables };
}

export const doubleLogarithm = formsOf(double);
export const singleLogarithm = formsOf(single);
