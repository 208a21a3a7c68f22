/** The check that generated JavaScript is plain: what it lets pass, and each thing it does not. */

import { describe, expect, it } from "vitest";
import { impurities } from "../../compiler/verify/plain.ts";

const solve = (body: string, more = ""): string => `${more}\nexport function solve() {\n${body}\n}`;
const found = (code: string): string[] => impurities(code).map(({ line, message }) => `${line}: ${message}`);

describe("plain code", () => {
  it("is loops, numbers, its own functions and Math", () => {
    const code = solve(
      "const a = a$; let s = 0; for (let i = 0; i < 3; i++) { s += Math.sin(a[i]); } step(s); return s > 0 ? 0 : 1;",
      "const a$ = new Float64Array([1, 2, 3]);\nfunction step(x) { if (x !== x) step(x); }",
    );
    expect(found(code)).toEqual([]);
  });

  it.each([
    ["return new Float64Array(3);", "it allocates with new"],
    ["return [1];", "it allocates an array"],
    ["return { a: 1 };", "it allocates an object"],
    ["return `a`;", "it allocates a text"],
    ["return (() => 1);", "it makes a closure"],
    ["return function () {};", "it makes a closure"],
    ["function inner() {}", "it declares a function inside"],
    ["return class {};", "it makes a class"],
    ["throw 1;", "it throws"],
    ["try { return 1; } catch {}", "it catches exceptions"],
    ["return import('x');", "it imports"],
    ["return parseInt(1);", "it calls parseInt"],
    ["return a$.fill(0);", "it calls a$.fill"],
    ["return Math['sin'](1);", "it calls Math['sin']"],
    ["return a$.Math.sin(1);", "it calls a$.Math.sin"],
  ])("is not: %s", (body, message) => {
    expect(found(solve(body, "const a$ = new Float64Array(3);"))).toContain(`3: ${message}`);
  });

  it("is asked of whatever the entry functions reach, and of nothing else", () => {
    const helper = "function inner() { deepest(); }\nfunction deepest() { return []; }";
    expect(found(solve("inner();", helper))).toEqual(["2: it allocates an array"]);
    expect(found(solve("return 0;", helper))).toEqual([]);
    for (const name of ["gradient", "field", "fieldVjp", "fieldJvp"]) {
      expect(found(`export function ${name}() { return {}; }`)).toEqual(["1: it allocates an object"]);
    }
  });

  it("imports nothing, and exports something to check", () => {
    expect(found(`import "x";\n${solve("return 0;")}`)).toEqual(["1: the module imports something"]);
    expect(found("export const a = 1;")).toEqual(["1: it exports no solve, gradient or field"]);
  });
});
