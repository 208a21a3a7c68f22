/** Long statements are broken at blanks only, loosest operators first, without a change of their tokens. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broken } from "../../compiler/emit/wrap.ts";

describe("breaking lines", () => {
  it("leaves alone what fits", () => {
    expect(broken("const a = b + c;", 16, "    ")).toEqual(["const a = b + c;"]);
  });

  it("breaks at the loosest operator outside of brackets", () => {
    expect(broken("const a = f(b + c, d) * e + (g + h) * k;", 30, "    ")).toEqual([
      "const a = f(b + c, d) * e +",
      "    (g + h) * k;",
    ]);
  });

  it("breaks inside of brackets only where it must, and keeps one indentation", () => {
    expect(broken("const a = call(bbbbbbbbbb, cccccccccc, dddddddddd) + e;", 26, "    ")).toEqual([
      "const a = call(bbbbbbbbbb,",
      "    cccccccccc,",
      "    dddddddddd) +",
      "    e;",
    ]);
  });

  it("ends lines with operators, so that no statement of JavaScript ends early", () => {
    for (const line of broken("x = a + b - c + d - e + f * g - h;", 10, "  ").slice(0, -1)) {
      expect(line).toMatch(/ [-+*=]$/);
    }
  });

  it("takes no name for an operator", () => {
    const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
    for (const name of names) {
      expect(broken(`const ${name} = ${name} + ${name} * ${name};`, 30, "  ").join(" ")).toContain(
        `${name} +`,
      );
    }
  });

  it("leaves a word that is too long in one piece", () => {
    expect(broken(`const ${"a".repeat(60)} = b;`, 40, "  ").join("\n")).toContain("a".repeat(60));
  });

  it("changes nothing but blanks, and keeps to the width where it can", () => {
    const word = fc.constantFrom("a", "bb[i + 1]", "f(c, d)", "(g - h * k)", "-m", "1e-7");
    const sign = fc.constantFrom("+", "-", "*", "/");
    fc.assert(
      fc.property(word, fc.array(fc.tuple(sign, word), { maxLength: 60 }), (first, rest) => {
        const text = `const v = ${first}${rest.map(([s, w]) => ` ${s} ${w}`).join("")};`;
        const lines = broken(text, 40, "    ");
        expect(lines.map((line) => line.trim()).join(" ")).toBe(text);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
      }),
    );
  });
});
