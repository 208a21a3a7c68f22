/** Places at which derivatives of this field's tools have been wrong: branches not taken, kinks, poles, ties. */

import { describe, expect, it } from "vitest";
import { differentiated } from "./field.ts";

type Row = readonly [what: string, body: string, x: number, c: number, value: number, dx: number, dc: number];

async function holds([, body, x, c, value, dx, dc]: Row): Promise<void> {
  const found = await differentiated(body, x, c);
  expect(found.value).toBe(value);
  for (const [mode, gradient] of Object.entries(found.gradients)) {
    // A zero of either sign is a zero; NaN is NaN.
    expect(
      gradient.map((word) => word + 0),
      mode,
    ).toEqual([dx, dc]);
  }
}

describe("what a branch passes over contributes exactly nothing", () => {
  it.each<Row>([
    ["a root", "return x > 0 ? Math.sqrt(x) * c : c;", 0, 2, 2, 0, 1],
    ["a root, if and else", "let y = c; if (x > 0) y = Math.sqrt(x); return y;", 0, 2, 2, 0, 1],
    ["a quotient", "return x === 0 ? c : Math.sin(x) / x;", 0, 1, 1, 0, 1],
    ["a logarithm", "if (x <= 0) return c * c; return Math.log(x);", 0, 3, 9, 0, 6],
    ["a power", "return x > 0 ? x ** c : 0;", 0, 0.5, 0, 0, 0],
    ["an arc", "return Math.abs(x) < 1 ? Math.acos(x) : c;", 1, 2, 2, 0, 1],
    ["a guard", "return x !== 0 && c / x > 1 ? c / x : x;", 0, 1, 0, 1, 0],
    ["the other guard", "return x === 0 || Math.log(x) < 0 ? c : Math.log(x);", 0, 5, 5, 0, 1],
    ["the smaller of two", "return Math.min(Math.sqrt(x), c);", 4, 1, 1, 0, 1],
    ["the larger of two", "return Math.max(Math.sqrt(x) - 10, c);", 4, 1, 1, 0, 1],
    [
      "in a loop that is left",
      "for (let i = 0; i < 3; i++) { if (x === i) return c; } return Math.log(x);",
      0,
      7,
      7,
      0,
      1,
    ],
  ])("%s", async (...row) => holds(row));
});

describe("kinks and poles follow the table of conventions", () => {
  it.each<Row>([
    ["abs at 0", "return Math.abs(x) * c;", 0, 3, 0, 0, 0],
    ["sign at 0", "return Math.sign(x) + c;", 0, 3, 3, 0, 1],
    ["floor at a whole number", "return Math.floor(x) * c;", 2, 3, 6, 0, 2],
    ["a root at 0", "return Math.sqrt(x) + c;", 0, 1, 1, Number.POSITIVE_INFINITY, 1],
    ["a root at 0, times 0", "return 0 * c * Math.sqrt(x) + c;", 0, 1, 1, 0, 1],
    ["a norm at 0", "return Math.hypot(x, c);", 0, 0, 0, 0, 0],
    ["an angle at 0", "return Math.atan2(x, c);", 0, 0, 0, Number.NaN, Number.NaN],
    ["a maximum of equals", "return Math.max(x, c);", 2, 2, 2, 1, 0],
    ["a minimum of equals", "return Math.min(x, c);", 2, 2, 2, 0, 1],
    ["maximum and minimum together", "return Math.max(x, c) + Math.min(x, c);", 2, 2, 4, 1, 1],
    ["of one with itself", "return Math.max(x, x) * c;", 2, 3, 6, 3, 2],
    ["clamped at its end", "return Math.min(Math.max(x, 0), 1) * c;", 1, 5, 5, 0, 1],
    ["a remainder", "return (x % 2) * c;", 5, 1, 1, 1, 1],
    ["the remainder of a divisor", "return 5 % c + 0 * x;", 0, 2, 1, 0, -2],
    ["fround", "return Math.fround(x) * c;", 0.5, 2, 1, 2, 0.5],
  ])("%s", async (...row) => holds(row));
});

describe("powers", () => {
  it.each<Row>([
    ["a negative base, squared", "return x ** 2 * c;", -3, 1, 9, -6, 9],
    ["a negative base, cubed", "return x ** 3 + c;", -2, 1, -7, 12, 1],
    ["0 squared", "return x ** 2 + c;", 0, 1, 1, 0, 1],
    ["0 to the first", "return x ** 1 + c;", 0, 1, 1, 1, 1],
    ["anything to 0", "return x ** 0 * c;", 0, 2, 2, 0, 1],
    ["0 to a half", "return x ** 0.5 + c;", 0, 1, 1, Number.POSITIVE_INFINITY, 1],
    ["0 to three halves", "return x ** 1.5 + c;", 0, 1, 1, 0, 1],
    ["to a fixed negative power", "return x ** -2 * c;", -2, 4, 1, 1, 0.25],
    ["a base that is fixed", "return 2 ** x + c;", 3, 0, 8, 8 * Math.LN2, 1],
    ["a base of 1", "return 1 ** x + c;", 5, 0, 1, 0, 1],
  ])("%s", async (...row) => holds(row));
});
