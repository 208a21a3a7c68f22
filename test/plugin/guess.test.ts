/** What somebody might save next. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { transform } from "../../compiler/transform.ts";
import { guess } from "../../plugin/guess.ts";

const examples = path.resolve(import.meta.dirname, "../../examples");

describe("a guess", () => {
  it("is another text every time", () => {
    const text = "rhs: ({ x, y }, { k }) => ({ x: -k * x + y * y, y: x - y })";
    const guesses = Array.from({ length: 20 }, (_, round) => guess(text, round));
    expect(new Set([text, ...guesses]).size).toBe(21);
    expect(guesses.slice(0, 4)).toEqual([
      text.replace("k * x", `k * ${1 + 1 / 1024} * x`),
      text.replace("x + y", `x + ${1 + 2 / 1024} + y`),
      text.replace("y * y", `y * ${1 + 3 / 1024} * y`),
      text.replace("x - y", `x - ${1 + 4 / 1024} - y`),
    ]);
  });

  it("leaves a text without arithmetic as it is", () => {
    expect(guess("/** a -- b * */ export const x = -1 ** f(2);", 3)).toBe(
      "/** a -- b * */ export const x = -1 ** f(2);",
    );
  });

  it("is a model of other equations more often than not", () => {
    const file = path.join(examples, "lotka-volterra/lotka-volterra.ode.ts");
    const text = fs.readFileSync(file, "utf8");
    const codes = Array.from({ length: 6 }, (_, round) => {
      const { code } = transform({ file, text: guess(text, round), host: { read: () => undefined } });
      return code?.slice(code.indexOf("function solve"));
    });
    expect(new Set(codes.filter((code) => code !== undefined)).size).toBeGreaterThan(3);
  });
});
