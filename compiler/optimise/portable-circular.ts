/**
 * sin and cos in plain arithmetic, in both precisions, of every argument. Up to some thousands of turns the multiple of π/2
 * is taken off in parts whose products are exact (Cody and Waite); beyond, the argument is multiplied with as many digits
 * of 2/π as matter, in whole numbers (Payne and Hanek). Polynomials follow. Errors are below 1.3 units in
 * the last place of doubles, 1.7 of floats.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Statement } from "../ir/nodes.ts";
import {
  bound,
  cut,
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
  /** Bits of a mantissa. */
  readonly bits: number;
  /** Where the parts of π/2 no longer do. */
  readonly far: number;
  /** Bits of each part of π/2 but the last, which has a whole mantissa; parts in all. */
  readonly part: number;
  readonly parts: number;
  /** Parts whose product is taken off without an error. */
  readonly exact: number;
  /** Bits of a digit of 2/π: four products of two digits, and what is carried over, make a whole number that is exact. */
  readonly digit: number;
  /** Digits behind the point. */
  readonly behind: number;
  /** Digits of the largest argument. */
  readonly most: number;
  readonly sine: readonly number[];
  readonly cosine: readonly number[];
}

const double: Precision = {
  bits: 53,
  far: 2 ** 20,
  part: 33,
  parts: 4,
  exact: 1,
  digit: 25,
  behind: 6,
  most: 41,
  sine: [
    -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6,
    -2.5050760253406863e-8, 1.58969099521155e-10,
  ],
  cosine: [
    0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
    2.087572321298175e-9, -1.1359647557788195e-11,
  ],
};

const single: Precision = {
  bits: 24,
  far: 6400,
  part: 12,
  parts: 5,
  exact: 2,
  digit: 11,
  behind: 8,
  most: 12,
  sine: [-0.16666655242443085, 0.008332174271345139, -0.0001951680751517415],
  cosine: [0.04166664555668831, -0.0013887364184483886, 0.00002443796802253928],
};

const farResults = ["far_quadrant", "far_rest", "far_tail"];

/** Digits of an argument: as many as a mantissa can lie across. */
const digits = 4;

/** What is left of an argument: x = (quadrant + 4 k) π/2 + rest + tail. */
type Rest = readonly [quadrant: Expr, rest: Expr, tail: Expr];

function formsOf(precision: Precision): Forms {
  const { bits, far, part, parts, exact, digit, behind, most, sine, cosine } = precision;
  const base = 2 ** digit;
  const quarter = partsOf(halfPi, part, parts - 1, bits);
  const [half, halfTail] = partsOf(halfPi, bits, 1, bits) as [number, number];

  /** A sum or difference and its error, whichever term is larger. */
  const exactly = (op: "add" | "sub", x: Expr, y: Expr, draft: Draft): readonly [Expr, Expr] => {
    const sum = bound(draft, "sum", plain(op, x, y));
    const back = bound(draft, "back", op === "add" ? plain("sub", sum, x) : plain("sub", x, sum));
    const [one, other] =
      op === "add"
        ? [plain("sub", x, plain("sub", sum, back)), plain("sub", y, back)]
        : [plain("sub", x, plain("add", sum, back)), plain("sub", back, y)];
    return [sum, bound(draft, "error", plain("add", one, other))];
  };

  /** Of an argument that is not negative, and is not far. */
  const near = (size: Expr, draft: Draft): Rest => {
    const count = cut(
      draft,
      plain("add", plain("mul", size, number(rounded(2 / Math.PI, bits))), number(0.5)),
    );
    const n = bound(draft, "n", build.integerValue(count));
    const products = quarter.map((each) => plain("mul", n, number(each)));
    const taken = products
      .slice(0, exact)
      .reduce((rest, product) => bound(draft, "rest", plain("sub", rest, product)), size);
    const [rest, error] = exactly("sub", taken, bound(draft, "product", products[exact]!), draft);
    const tail = products.slice(exact + 1).reduce((sum, product) => plain("sub", sum, product), error);
    return [
      build.integerValue(affine.remainder(count, affine.integer(4))),
      ...exactly("add", rest, bound(draft, "tail", tail), draft),
    ];
  };

  /** Of any argument that is not below 1. */
  const anywhere = (size: Expr, draft: Draft): Rest => {
    const { out } = draft;
    const y = mutable(draft, "scaled", size);
    const place = mutable(draft, "place", number(0));
    out.push(
      build.loop(draft.names.fresh("j"), affine.integer(0), affine.integer(most), [
        build.branch(build.compare("ge", build.read(y), number(base)), [
          build.store(y, [], plain("mul", build.read(y), number(1 / base))),
          build.store(place, [], plain("add", build.read(place), number(1))),
        ]),
      ]),
    );
    const at = cut(draft, build.read(place));
    const own: Expr[] = [];
    let left: Expr = build.read(y);
    for (let k = 0; k < digits; k++) {
      const value = bound(draft, "left", left);
      const first = bound(draft, "digit", build.integerValue(cut(draft, value)));
      own.push(first);
      left = plain("mul", plain("sub", value, first), number(base));
    }
    // Columns of the product from the last to the one of units; what lies above is a multiple of four turns.
    const column = draft.names.fresh("column");
    const carry = mutable(draft, "carry", number(0));
    const found = draft.room("far_digits", behind + 1);
    const inner: Draft = { ...draft, out: [] };
    const entry = affine.add(at, affine.index(column));
    const sum = own
      .map((each, k) =>
        plain("mul", each, build.read(draft.table("two_over_pi"), [affine.offset(entry, digits - 1 - k)])),
      )
      .reduce((total, product) => plain("add", total, product));
    const value = bound(inner, "column", plain("add", sum, build.read(carry)));
    const over = cut(inner, plain("mul", value, number(1 / base)));
    inner.out.push(
      build.store(carry, [], build.integerValue(over)),
      build.store(
        found,
        [affine.index(column)],
        plain("sub", value, plain("mul", build.read(carry), number(base))),
      ),
    );
    out.push(build.loop(column, affine.integer(0), affine.integer(behind + 1), inner.out, { down: true }));
    const digitAt = (k: number): Expr => build.read(found, [affine.integer(k)]);
    const isBelow = build.compare("lt", digitAt(1), number(base / 2));
    const quadrant = plain("add", digitAt(0), build.select(isBelow, number(0), number(1)));
    const count = cut(draft, quadrant);
    const leading = bound(
      draft,
      "leading",
      build.select(isBelow, digitAt(1), plain("sub", digitAt(1), number(base))),
    );
    const pairs = Array.from({ length: behind / 2 }, (_, k): Expr => {
      const first = k === 0 ? leading : digitAt(2 * k + 1);
      const both = plain("add", plain("mul", first, number(base)), digitAt(2 * k + 2));
      return bound(draft, "pair", plain("mul", both, number(base ** (-2 * (k + 1)))));
    });
    const [head, error] = exactly("add", pairs[0]!, pairs[1]!, draft);
    const lower = pairs.slice(2).reduce((total, pair) => plain("add", total, pair));
    const rest = bound(draft, "lower", plain("add", error, lower));
    const [turn, turnTail] = exactly("add", head, rest, draft);
    return [
      build.integerValue(affine.remainder(count, affine.integer(4))),
      plain("mul", turn, number(half)),
      plain("add", plain("mul", turn, number(halfTail)), plain("mul", turnTail, number(half))),
    ];
  };

  const restOf = (size: Expr, draft: Draft): Rest => {
    const names = [number(0), size, number(0)].map((first, k) =>
      mutable(draft, ["quadrant", "rest", "tail"][k]!, first),
    );
    const changed = (make: (inner: Draft) => readonly Expr[]): Statement[] => {
      const inner: Draft = { ...draft, out: [] };
      const found = make(inner);
      return [...inner.out, ...names.map((name, k) => build.store(name, [], found[k]!))];
    };
    const closeBy = changed((inner) => near(size, inner));
    const farOff = changed((inner) => inner.routine("angle_of_far", size, farResults, anywhere, inner));
    const isBounded = build.compare("lt", size, number(Infinity));
    draft.out.push(
      build.branch(build.compare("gt", size, number(rounded(Math.PI / 4, bits))), [
        build.branch(build.compare("le", size, number(far)), closeBy, [build.branch(isBounded, farOff)]),
      ]),
    );
    return names.map((name) => bound(draft, "angle", build.read(name))) as [Expr, Expr, Expr];
  };

  /** The function whose value is that of the sine `shift` quadrants further on. */
  const circular =
    (shift: 0 | 1) =>
    (x: Expr, draft: Draft): Expr => {
      const size = bound(draft, "size", build.primitive("abs", [x]));
      const [quadrant, r, tail] = restOf(size, draft);
      const z = bound(draft, "z", plain("mul", r, r));
      const sin = plain("add", r, plain("add", plain("mul", plain("mul", r, z), polynomial(z, sine)), tail));
      const halved = bound(draft, "halved", plain("mul", number(0.5), z));
      const near1 = bound(draft, "near", plain("sub", number(1), halved));
      const lost = plain("sub", plain("sub", number(1), near1), halved);
      const higher = plain(
        "sub",
        plain("mul", plain("mul", z, z), polynomial(z, cosine)),
        plain("mul", r, tail),
      );
      const cos = plain("add", near1, plain("add", lost, higher));
      const is = (k: number) => build.compare("eq", quadrant, number(k));
      const odd = build.or(is(1), is(3));
      const value = bound(
        draft,
        "value",
        shift === 0 ? build.select(odd, cos, sin) : build.select(odd, sin, cos),
      );
      const isBelow = shift === 0 ? build.or(is(2), is(3)) : build.or(is(1), is(2));
      const signed = bound(draft, "signed", build.select(isBelow, build.neg(value), value));
      const whole = shift === 0 ? when("lt", x, 0, build.neg(signed), signed) : signed;
      const finite = bound(draft, "value", when("lt", size, Infinity, whole, number(Number.NaN)));
      const kept = orNaN(x, finite);
      // A zero keeps its sign.
      return shift === 0 ? when("ne", x, 0, kept, x) : kept;
    };

  return {
    functions: { sin: circular(0), cos: circular(1) },
    tables: {
      /** Digits of 2/π from the first behind the point, as many zeros before them as an argument has digits. */
      two_over_pi: () =>
        Array.from({ length: digits + most + behind }, (_, k) =>
          k < digits ? 0 : Number((twoOverPi >> BigInt(scale - digit * (k + 1 - digits))) % BigInt(base)),
        ),
    },
  };
}

/** Whole numbers of 2^-1400: enough for the digits of 2/π that meet the largest double. */
const scale = 1400;

/** arctan(1 / n) · 2^scale, some units low. */
function arctanOfInverse(n: bigint): bigint {
  let term = (1n << BigInt(scale + 32)) / n;
  let sum = 0n;
  for (let k = 1n, sign = 1n; term > 0n; k += 2n, sign = -sign) {
    sum += (sign * term) / k;
    term /= n * n;
  }
  return sum;
}

/** π/2, 32 bits further than it is used (Machin). */
const longHalfPi = 2n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
const halfPi = longHalfPi >> 32n;
const twoOverPi = (1n << BigInt(2 * scale + 32)) / longHalfPi;

/** A number as a sum: `count` parts of so many bits, cut off, and one that is rounded to a mantissa. */
function partsOf(value: bigint, part: number, count: number, mantissa: number): number[] {
  let left = value;
  const out: number[] = [];
  for (let k = 0; k < count; k++) {
    const drop = BigInt(left.toString(2).length - part);
    const head = (left >> drop) << drop;
    out.push(scaled(head));
    left -= head;
  }
  return [...out, rounded(scaled(left), mantissa)];
}

/** A whole number of 2^-scale as a double. */
const scaled = (value: bigint): number => {
  const drop = Math.max(0, value.toString(2).length - 64);
  return Number(value >> BigInt(drop)) * 2 ** (drop - scale);
};

const rounded = (value: number, mantissa: number): number => (mantissa === 24 ? Math.fround(value) : value);

export const doubleCircular = formsOf(double);
export const singleCircular = formsOf(single);
