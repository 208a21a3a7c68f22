import fc from "fast-check";
import { expect, it } from "vitest";
import { formatHex, parseHex } from "../../compiler/execute/hex.ts";

it("hexadecimal text reads back to the same bits", () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(Object.is(parseHex(formatHex(value)), value)).toBe(true);
    }),
  );
});

it.each([
  ["0x1.8p+1", 3],
  ["-0x0p+0", -0],
  ["0x0.0000000000001p-1022", 5e-324],
  ["0x1p-1074", 5e-324],
  ["0x1.fffffffffffffp+1023", Number.MAX_VALUE],
  ["inf", Infinity],
  ["-inf", -Infinity],
  ["-nan", Number.NaN],
])("%s as C prints it", (text, value) => {
  expect(Object.is(parseHex(text), value)).toBe(true);
});
