import { describe, expect, test } from "vitest";
import { doubles, draw, normal, uniform, words } from "../../runtime/random.ts";

const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;

describe("words", () => {
  // The same recurrence in 64-bit integers, so that a slip in the 32-bit arithmetic shows.
  function* sfc32(seed: number): Generator<number> {
    const mask = 0xffffffffn;
    let [a, b, c, counter] = [0n, BigInt(seed), 0n, 1n];
    for (let i = 0; ; i++) {
      const sum = (a + b + counter++) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = (((c << 21n) | (c >> 11n)) + sum) & mask;
      if (i >= 12) yield Number(sum);
    }
  }

  test.each([0, 1, 42, 0x80000000, 0xffffffff])("seed %d", (seed) => {
    const next = words(seed);
    const expected = sfc32(seed);
    for (let i = 0; i < 1000; i++) expect(next()).toBe(expected.next().value);
  });

  test("doubles use 53 bits", () => {
    const word = words(7);
    const [a, b] = [word() >>> 5, word() >>> 6];
    expect(doubles(7)()).toBe(Number((BigInt(a) << 26n) | BigInt(b)) * 2 ** -53);
  });
});

describe("draw", () => {
  test("is fixed for good: first numbers of seed 1", () => {
    expect([...draw(uniform(1), 3)]).toEqual([0.4684900748426659, 0.39758921723365603, 0.47181193818790734]);
    expect([...draw(normal(1), 3)]).toEqual([0.34922630625409556, -0.749182457021898, 2.3613862378748887]);
  });

  test.each([uniform(3, -2, 5), normal(3, 1, 2)])(
    "a longer array starts with the shorter one",
    (initialiser) => {
      expect(draw(initialiser, 100).subarray(0, 7)).toEqual(draw(initialiser, 7));
    },
  );

  test("uniform stays in [low, high) and has its mean and variance", () => {
    const x = draw(uniform(5, -1, 3), 40000);
    expect(x.every((value) => value >= -1 && value < 3)).toBe(true);
    expect(mean(x)).toBeCloseTo(1, 1);
    expect(mean(x.map((value) => (value - 1) ** 2))).toBeCloseTo(16 / 12, 1);
  });

  test("normal has the cumulative distribution of the normal distribution", () => {
    const x = draw(normal(9, 2, 0.5), 40000).map((value) => (value - 2) / 0.5);
    // Four standard errors of a fraction of 40000.
    for (const [z, probability] of [
      [-2.5, 0.00621],
      [-2, 0.02275],
      [-1, 0.15866],
      [-0.5, 0.30854],
      [0, 0.5],
      [0.25, 0.59871],
      [1, 0.84134],
      [1.5, 0.93319],
      [3, 0.99865],
    ] as const) {
      const below = x.filter((value) => value < z).length / x.length;
      expect(Math.abs(below - probability)).toBeLessThan(
        4 * Math.sqrt((probability * (1 - probability)) / x.length),
      );
    }
    expect(mean(x.map((value) => value ** 4))).toBeCloseTo(3, 0);
  });

  test("neighbouring seeds are not correlated", () => {
    const [x, y] = [draw(normal(1), 10000), draw(normal(2), 10000)];
    expect(Math.abs(mean(x.map((value, i) => value * y[i]!)))).toBeLessThan(0.04);
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN])("seed %d is refused", (seed) => {
    expect(() => draw(uniform(seed), 1)).toThrow("is no integer from 0 to 2^32 - 1");
  });
});
