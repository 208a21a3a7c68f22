/** Interpolation coefficients against the exact table, both recipes on random symmetric polynomials, and an erratum. */

import { describe, expect, it } from "vitest";
import {
  cheapest,
  type Family,
  family,
  gamma,
  indicesOf,
  Rational,
  recipes,
} from "../../compiler/differentiate/interpolation.ts";

/** The exact values of Griewank, Utke and Walther's definition, by multi-index. */
const table: readonly (readonly [readonly number[], Readonly<Record<string, string>>])[] = [
  [[2], { "2": "1/2" }],
  [[3], { "3": "2/9" }],
  [[4], { "4": "3/32" }],
  [[1, 1], { "2,0": "-1/4", "0,2": "-1/4", "1,1": "1" }],
  [[2, 1], { "3,0": "-5/27", "2,1": "2/3", "1,2": "-1/3", "0,3": "2/27" }],
  [[2, 2], { "4,0": "13/192", "0,4": "13/192", "3,1": "-1/3", "1,3": "-1/3", "2,2": "5/8" }],
  [[3, 1], { "4,0": "-13/128", "3,1": "3/8", "2,2": "-9/32", "1,3": "1/8", "0,4": "-3/128" }],
  [
    [1, 1, 1],
    {
      ...{ "3,0,0": "2/27", "0,3,0": "2/27", "0,0,3": "2/27", "2,1,0": "-1/6", "2,0,1": "-1/6" },
      ...{ "1,2,0": "-1/6", "0,2,1": "-1/6", "1,0,2": "-1/6", "0,1,2": "-1/6", "1,1,1": "1" },
    },
  ],
  [
    [2, 1, 1],
    {
      ...{ "4,0,0": "13/192", "0,4,0": "-3/128", "0,0,4": "-3/128", "3,1,0": "-1/6", "3,0,1": "-1/6" },
      ...{ "1,3,0": "1/12", "1,0,3": "1/12", "2,2,0": "-1/16", "2,0,2": "-1/16", "2,1,1": "3/4" },
      ...{ "1,2,1": "-1/4", "1,1,2": "-1/4", "0,3,1": "1/24", "0,1,3": "1/24", "0,2,2": "1/32" },
    },
  ],
  [
    [3, 3],
    {
      ...{ "6,0": "-227/12960", "0,6": "-227/12960", "5,1": "7/60", "1,5": "7/60" },
      ...{ "4,2": "-31/96", "2,4": "-31/96", "3,3": "25/54" },
    },
  ],
];

describe("interpolation coefficients", () => {
  it.each(table)("of %j are the exact ones", (i, values) => {
    const order = i.reduce((sum, each) => sum + each, 0);
    const found = Object.fromEntries(
      indicesOf(i.length, order).map((j) => [j.join(), gamma(i, j).toString()]),
    );
    expect(found).toEqual(values);
  });
});

const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));

/** Coefficient of t^K of the monomial x^beta along x = t·v, |beta| = K. */
const along = (beta: readonly number[], v: readonly number[]): Rational =>
  beta.reduce((product, each, p) => product.times(Rational.of(v[p]!).power(each)), Rational.one);

/** ∂^alpha of x^beta for |alpha| = |beta|. */
const truth = (alpha: readonly number[], beta: readonly number[]): Rational =>
  alpha.every((each, p) => each === beta[p])
    ? Rational.of(alpha.reduce((product, each) => product * factorial(each), 1))
    : Rational.zero;

describe.each(recipes)("%s", (recipe) => {
  it.each([1, 2, 3, 4, 5, 6])(
    "gives every mixed derivative of order %i of every monomial exactly",
    (order) => {
      const all = indicesOf(3, order);
      const { directions, weights } = family(all, recipe);
      all.forEach((alpha, t) => {
        for (const beta of all) {
          const found = directions.reduce(
            (sum, v, r) => sum.plus(weights[t]![r]!.times(along(beta, v))),
            Rational.zero,
          );
          expect(found.toString(), `${alpha} of ${beta}`).toBe(truth(alpha, beta).toString());
        }
      });
    },
  );
});

describe("the cheapest recipe", () => {
  const count = (alphas: readonly (readonly number[])[], recipe: Family["recipe"]): number =>
    family(alphas, recipe).directions.length;

  it("shares directions between multi-indices", () => {
    const alone = count([[2, 2, 0]], "polarisation") + count([[0, 2, 2]], "polarisation");
    expect(
      count(
        [
          [2, 2, 0],
          [0, 2, 2],
        ],
        "polarisation",
      ),
    ).toBe(alone - 1);
  });

  it("is the one with the fewest directions", () => {
    for (const alphas of [
      [[2, 2]],
      [[2, 1]],
      [[1, 1, 1]],
      [[2, 2, 2]],
      [
        [3, 0],
        [0, 3],
      ],
    ]) {
      const { best, counts } = cheapest(alphas);
      expect(best.directions.length).toBe(Math.min(...counts.values()));
    }
  });
});

describe("Σ_ij ∂_iij, the third-order example of the paper", () => {
  // f = x²y + 2xyz + z³ + x·y² at the origin: every third derivative is a coefficient.
  const monomials = [
    { beta: [2, 1, 0], c: 1 },
    { beta: [1, 1, 1], c: 2 },
    { beta: [0, 0, 3], c: 1 },
    { beta: [1, 2, 0], c: 1 },
  ];
  const coefficient = (v: readonly number[]): number =>
    monomials.reduce((sum, { beta, c }) => sum + c * along(beta, v).toNumber(), 0);
  const unit = (i: number, j: number, a: number, b: number): number[] =>
    [0, 1, 2].map((p) => (p === i ? a : 0) + (p === j ? b : 0));
  /** By four weights, of (3, 0), (2, 1), (1, 2), (0, 3), as the paper writes it. */
  const operator = (weights: readonly number[]): number => {
    let sum = 0;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        weights.forEach((weight, k) => {
          sum += weight * coefficient(unit(i, j, 3 - k, k));
        });
    return sum;
  };
  // ∂_xxx = 0, ∂_yyy = 0, ∂_zzz = 6; ∂_xxy = 2, ∂_yyx = 2, all other ∂_iij are 0.
  const exact = 6 + 2 + 2;

  it("has the correct value with the weights of the definition", () => {
    const weights = [3, 2, 1, 0].map((k) => gamma([2, 1], [k, 3 - k]).toNumber());
    expect(Math.abs(operator(weights) - exact)).toBeLessThan(1e-13 * 100);
  });

  it("has another value with the weights that are printed there: -8/81, 16/27, -16/9, 32/81", () => {
    const printed = [-8 / 81, 16 / 27, -16 / 9, 32 / 81];
    expect(Math.abs(operator(printed) - exact)).toBeGreaterThan(1);
  });
});
