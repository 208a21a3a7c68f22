import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatJson, formatNumber, type Json, shortNumber } from "../../compiler/cli/number.ts";

describe("numbers in JSON", () => {
  it("read back to the same bits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Object.is(JSON.parse(formatNumber(value)), value)).toBe(true);
      }),
    );
  });

  it.each([
    [-0, "-0"],
    [Infinity, "1e999"],
    [-Infinity, "-1e999"],
    [Number.NaN, "null"],
    [0.1 + 0.2, "0.30000000000000004"],
    [5e-324, "5e-324"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("JSON documents", () => {
  it("keep the order of keys and leave undefined out", () => {
    expect(formatJson({ b: 1, a: undefined, c: [1, [2, -0]] })).toBe('{\n  "b": 1,\n  "c": [1, [2, -0]]\n}');
  });

  it("read back to what was written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(JSON.parse(formatJson(value as Json))).toEqual(value);
      }),
    );
  });
});

it("short numbers keep nine digits and no idle zeros", () => {
  expect([0.1 + 0.2, 100, 1e300, 1e-300, -0, 12.5].map(shortNumber)).toEqual([
    "0.3",
    "100",
    "1e+300",
    "1e-300",
    "-0",
    "12.5",
  ]);
});
