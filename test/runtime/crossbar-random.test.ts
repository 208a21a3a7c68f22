import { describe, expect, test } from "vitest";
import { philox, streams, use } from "../../runtime/crossbar-random.ts";

describe("philox", () => {
  // Known answers of the authors' library, Random123.
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("counter %j, key %j", (counter, key, words) => {
    const out = new Uint32Array(4);
    philox(Uint32Array.from(counter), key[0]!, key[1]!, out);
    expect([...out]).toEqual(words);
  });

  test("equals the same rounds in 64-bit integers", () => {
    const mask = 0xffffffffn;
    const exact = (counter: readonly number[], key: readonly number[]) => {
      let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
      let [k0, k1] = key.map(BigInt) as [bigint, bigint];
      for (let round = 0; round < 10; round++) {
        const [p, q] = [0xd2511f53n * a, 0xcd9e8d57n * c];
        [a, b, c, d] = [(q >> 32n) ^ b ^ k0, q & mask, (p >> 32n) ^ d ^ k1, p & mask];
        k0 = (k0 + 0x9e3779b9n) & mask;
        k1 = (k1 + 0xbb67ae85n) & mask;
      }
      return [a, b, c, d].map(Number);
    };
    const out = new Uint32Array(4);
    for (let i = 0; i < 500; i++) {
      const counter = Uint32Array.of(i, i * 0x9e3779b9, ~i, i << 24);
      philox(counter, i * 77, 0xfffffff0 + (i % 16), out);
      expect([...out]).toEqual(exact([...counter], [i * 77, 0xfffffff0 + (i % 16)]));
    }
  });
});

describe("streams", () => {
  test("a place has one stream, whatever was asked before", () => {
    const random = streams(5, 2);
    const first = random.at(use.forwardRead, 1, 2, 3).normal();
    random.at(use.drift, 0, 0, 0).uniform();
    expect(random.at(use.forwardRead, 1, 2, 3).normal()).toBe(first);
    expect(streams(5, 2).at(use.forwardRead, 1, 2, 3).normal()).toBe(first);
    const others = [
      streams(6, 2).at(use.forwardRead, 1, 2, 3).normal(),
      streams(5, 3).at(use.forwardRead, 1, 2, 3).normal(),
      random.at(use.transposedRead, 1, 2, 3).normal(),
      random.at(use.forwardRead, 0, 2, 3).normal(),
      random.at(use.forwardRead, 1, 0, 3).normal(),
      random.at(use.forwardRead, 1, 2, 0).normal(),
    ];
    expect(new Set([first, ...others]).size).toBe(7);
  });

  test("neighbouring places are independent normals", () => {
    const random = streams(1, 0);
    const n = 40000;
    const x = Float64Array.from({ length: n }, (_, cell) => random.at(use.programming, 0, cell, 0).normal());
    const mean = (f: (v: number, i: number) => number) => x.reduce((sum, v, i) => sum + f(v, i), 0) / n;
    // Four standard errors.
    expect(Math.abs(mean((v) => v))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean((v) => v * v) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean((v) => v ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    expect(Math.abs(mean((v, i) => v * x[(i + 1) % n]!))).toBeLessThan(4 / Math.sqrt(n));
  });

  test("a seed is an integer of 32 bits", () => {
    expect(() => streams(0.5, 0)).toThrow("seed 0.5");
  });
});
