/** Numbers of arrays as JavaScript has them: in both forms the same bits. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numbers } from "../../compiler/emit/javascript-data.ts";

/** The array that a module makes of the text. */
const made = (text: string): Float64Array => new Function(`return new Float64Array(${text});`)();

const bits = (values: readonly number[] | Float64Array) => [
  ...new BigUint64Array(Float64Array.from(values).buffer),
];

const finite = fc.double({ noDefaultInfinity: true, noNaN: true });

describe.each(["rows", "text"] as const)("numbers in %s", (form) => {
  it("are the same to the bit, short lists and long ones", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(finite, { maxLength: 40 }),
          fc.array(finite, { minLength: 500, maxLength: 600, size: "max" }),
        ),
        (values) => {
          const { text, rows } = numbers(values, form);
          expect(bits(made(text))).toEqual(bits(values));
          expect(rows).toBe(text.split("\n").length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are those of a record that is filled anew", () => {
    const record = new Float64Array(600).fill(1);
    numbers(record, form);
    record[599] = -0;
    expect(bits(made(numbers(record, form).text))).toEqual(bits(record));
  });

  it("need not be finite", () => {
    const values = Array.from({ length: 700 }, (_, i) => [1 / 3, Number.NaN, Infinity, -Infinity][i % 4]!);
    expect([...made(numbers(values, form).text)]).toEqual(values);
  });
});

it("long lists are one word where bundlers go over the text, and lines where people do", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i / 8);
  expect(numbers(values, "text").rows).toBe(1);
  expect(numbers(values, "text").text).toMatch(/^JSON\.parse\("\[[\d.,]+\]"\)$/);
  const lines = numbers(values, "rows").text.split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(102);
});
