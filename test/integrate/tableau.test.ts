/** Tableaus check themselves: every order condition in exact rationals, and a wrong coefficient is found. */

import { describe, expect, it } from "vitest";
import { failedConditions, rational, rootedTrees, usedStages } from "../../compiler/integrate/tableau.ts";
import { tableaus } from "../../runtime/tableaus.ts";

describe("rooted trees", () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 4],
    [5, 9],
    [6, 20],
    [7, 48],
  ])("there are as many of order %i as the literature counts", (order, count) => {
    expect(rootedTrees(order)).toHaveLength(count);
  });
});

describe.each(Object.values(tableaus))("$name", (method) => {
  it(`satisfies every condition up to order ${method.order}, and not the next`, () => {
    expect(failedConditions(method, method.order)).toEqual([]);
    expect(failedConditions(method, method.order + 1)).not.toEqual([]);
  });

  it("fails with one coefficient changed", () => {
    const [weight, ...rest] = method.b;
    const spoilt = { ...method, b: [[weight![0] * 1000 + 1, weight![1] * 1000] as const, ...rest] };
    expect(failedConditions(spoilt, method.order)).not.toEqual([]);
  });

  it("uses each of its stages", () => {
    expect(usedStages(method)).toEqual(method.b.map(() => true));
  });
});

it("a stage without a weight that feeds nothing is not used", () => {
  const { a, b, c } = tableaus["rk4"]!;
  expect(usedStages({ a: [...a, [[1, 1]]], b: [...b, [0, 1]], c: [...c, [1, 1]] })).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
});

it("fractions are kept in lowest terms with a positive denominator", () => {
  expect(rational(6n, -4n)).toEqual({ over: -3n, under: 2n });
  expect(() => rational(1n, 0n)).toThrow(RangeError);
});
