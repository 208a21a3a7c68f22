import * as fs from "node:fs";
import * as path from "node:path";
import { parse as parseJavaScript } from "acorn";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Erased, typesIn } from "../../compiler/frontend/erasure.ts";
import { withoutTypes } from "../../compiler/frontend/in-place.ts";
import { parse } from "../../compiler/frontend/load.ts";
import { isLong } from "../support/long.ts";

/**
 * Text without its types is the program that TypeScript's own emitter gives: both are read by a parser of JavaScript and
 * compared as trees.
 */

/** One that no file here imports. */
const name = "erased.ts";

const erasedIn = (text: string): readonly Erased[] | undefined => {
  const { source } = parse(name, text);
  return source && typesIn(source.tree);
};

/** The text without its types; nothing where that is left to TypeScript. */
function plain(text: string): string | undefined {
  const erased = erasedIn(text);
  if (erased === undefined) return undefined;
  let out = "";
  let at = 0;
  for (const { start, end, text: left } of erased) {
    expect(start).toBeGreaterThanOrEqual(at);
    out += text.slice(at, start) + left;
    at = end;
  }
  return out + text.slice(at);
}

/** A program without places, empty statements, and exports of nothing. */
function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare).filter((each) => each !== undefined);
  if (typeof node === "bigint") return String(node);
  if (typeof node !== "object" || node === null || node instanceof RegExp) return node;
  const { type, specifiers, declaration, source } = node as Record<string, unknown>;
  if (type === "EmptyStatement") return undefined;
  const isExport = type === "ExportNamedDeclaration";
  if (isExport && declaration === null && source === null && (specifiers as []).length === 0)
    return undefined;
  const places = new Set(["start", "end", "raw"]);
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => (places.has(key) ? [] : [[key, bare(value)]])),
  );
}

const programOf = (text: string): unknown =>
  bare(parseJavaScript(text, { ecmaVersion: "latest", sourceType: "module" }));

/** Whether the text could be told from its types; fails where what is left is another program than TypeScript's. */
function isTold(text: string): boolean {
  const left = plain(text);
  if (left === undefined) return false;
  expect(programOf(left), left).toEqual(programOf(withoutTypes(name, text).code));
  return true;
}

const root = path.resolve(import.meta.dirname, "../..");

const filesIn = (folder: string): string[] =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.d)\.ts$/.test(file) && !file.includes("node_modules") && !file.includes("dist"))
    .map((file) => path.join(root, folder, file))
    .sort();

describe("of what is written", () => {
  const models = ["examples", "test/reference", "templates"].flatMap(filesIn);
  it.each(models.map((file) => [path.relative(root, file), file] as const))("%s", (_name, file) => {
    const text = fs.readFileSync(file, "utf8");
    // Classes are left to TypeScript.
    expect(isTold(text)).toBe(!/^(?:export )?class /m.test(text));
  });

  it("files of the compiler and the library", () => {
    const files = ["compiler", "runtime", "plugin"].flatMap(filesIn).filter((_, i) => isLong || i % 16 === 0);
    const told = files.filter((file) => isTold(fs.readFileSync(file, "utf8")));
    expect(told.length).toBeGreaterThan(0.5 * files.length);
  });
});

describe("lines stay where they are", () => {
  it.each([
    ["an interface", "export const a = 1;\ninterface X {\n  b: number;\n}\nexport const c = 2;"],
    [
      "imports of types",
      'import type {\n  A,\n} from "a";\nimport {\n  type B,\n  c,\n} from "c";\nexport const d: A | B = c;',
    ],
    [
      "annotations",
      "export function f(\n  a: {\n    b: number;\n  },\n): [\n  number,\n] {\n  return [a.b];\n}",
    ],
  ])("%s", (_name, text) => {
    expect(plain(text)!.split("\n").length).toBe(text.split("\n").length);
    expect(isTold(text)).toBe(true);
  });
});

describe("what nothing but TypeScript can tell is left to it", () => {
  it.each([
    ["a class", "export class A { b: number = 1 }"],
    ["an enumeration", "export enum A { B }"],
    ["a namespace", "export namespace A { export const b = 1 }"],
    ["a cast in front", "export const a = <number>1;"],
    ["an import that a parameter hides", 'import { a } from "a"; export const f = (a: number) => a;'],
    ["a type as the default", "interface A {} export default A;"],
    ["a sum that its type holds together", "export const f = (a: number, b: number) => a + b as number * 2;"],
    ["a receiver", "export function f(this: number) { return 1; }"],
    ["a script", "const a: number = 1;"],
    ["a number with a member", "export const a = 1!.toFixed();"],
    ["types of a call to come", "declare const g: <T>() => T; export const f = g<number>;"],
    ["an import of CommonJS", 'import a = require("a"); export const b = a;'],
  ])("%s", (_name, text) => {
    expect(parse(name, text).source).toBeDefined();
    expect(plain(text)).toBeUndefined();
  });
});

/** Pieces that need one another's semicolons, or look as though they did. */
const pieces = {
  expression: [
    "x",
    "f(x)",
    "[x]",
    "(x)",
    "{ a: x }.a",
    "x[0]",
    "`a`",
    "-x",
    "x + y",
    "async () => x",
    "(a, b) => a",
    "t.u",
    "new C(x)",
  ],
  type: [
    "number",
    "readonly number[]",
    "{\n  a: number;\n}",
    "[a: number, b?: string]",
    "(a: number) => void",
    "typeof x",
    "C<number,>",
    "'a' | \"b\"",
    "`a`",
    "A extends B ? 1 : 2",
    "keyof typeof t",
  ],
};

const random = fc.letrec<Record<"expression" | "statement" | "block" | "type", string>>((tie) => {
  const type = fc.oneof(
    { maxDepth: 1 },
    fc.constantFrom(...pieces.type),
    fc.tuple(tie("type"), tie("type")).map(([a, b]) => `Map<${a}, ${b}>`),
  );
  const expression = fc.oneof(
    { maxDepth: 3 },
    fc
      .constantFrom(...pieces.expression)
      .map((each) => (each.startsWith("{") ? `(${each.slice(0, -2)}).a` : each)),
    fc
      .tuple(tie("expression"), tie("type"), fc.constantFrom(" as ", "\n  as ", " satisfies "))
      .map(([e, t, as]) => `(${e}${as.startsWith("\n") ? " as\n" : as}${t})`),
    fc.tuple(tie("expression"), tie("type")).map(([e, t]) => `${e} as ${t}`),
    fc.tuple(tie("expression")).map(([e]) => `(${e})!`),
    fc.tuple(tie("expression"), tie("type")).map(([e, t]) => `f<${t}>(${e})`),
    fc
      .tuple(tie("type"), tie("type"), tie("expression"))
      .map(([p, r, e]) => `((a: ${p}, b?: number): ${r.includes("=>") ? "void" : r} => (${e}))`),
    fc
      .tuple(tie("type"), tie("expression"))
      .map(([p, e]) => `(async <T extends ${p}>(a: T = ${e} as never) => a)`),
    fc
      .tuple(tie("expression"), fc.constantFrom("+", "%", "??", "<", ",", "/"), tie("expression"))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc
      .tuple(tie("expression"), fc.constantFrom("+", "%", "/"), tie("expression"))
      .map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.tuple(tie("block")).map(([b]) => `(function <T>(a: T): void ${b})`),
    fc
      .tuple(tie("expression"), tie("block"))
      .map(([e, b]) => `({ a: ${e}, m<T>(a?: T): void ${b}, get b(): number { return 1 }, [${e}]: 1, x })`),
  );
  const number = fc.noBias(fc.nat(1e9));
  const semicolon = fc.constantFrom(";", "", "", "\n", " // end");
  const statement = fc.oneof(
    { maxDepth: 2 },
    fc
      .tuple(tie("expression"), semicolon)
      .map(([e, s]) => (/^(?:function|async|\{)/.test(e) ? `(${e})${s}` : `${e}${s}`)),
    fc
      .tuple(number, tie("type"), tie("expression"), semicolon)
      .map(([i, t, e, s]) => `const v${i}: ${t} = ${e}${s}`),
    fc.tuple(number, tie("type"), semicolon).map(([i, t, s]) => `let w${i}!: ${t}${s}`),
    fc.tuple(number, tie("type"), semicolon).map(([i, t, s]) => `type T${i} = ${t}${s}`),
    number.map((i) => `interface I${i} { a(): void }`),
    fc.tuple(number, semicolon).map(([i, s]) => `declare const d${i}: number${s}`),
    fc
      .tuple(number, tie("type"), tie("block"))
      .map(([i, t, b]) => `function g${i}(a: ${t}): void\nfunction g${i}<T>(a: T): void ${b}`),
    fc.tuple(tie("expression"), tie("block")).map(([e, b]) => `if (${e}) ${b}`),
    fc
      .tuple(tie("expression"), tie("expression"))
      .map(([e, f]) => `if (${e}) (${f}) as number\nelse (${e})!`),
    fc.tuple(tie("expression"), tie("block")).map(([e, b]) => `for (const k of ${e} as number[]) ${b}`),
    fc.tuple(tie("block")).map(([b]) => `try ${b} catch (e: unknown) ${b}`),
    fc.tuple(tie("expression")).map(([e]) => `do (${e}) as number\nwhile (x)`),
    fc
      .tuple(tie("expression"))
      .map(
        ([e]) => `switch (${e} as number) { case x as 1: y as number\ninterface Z {}\n(x)\ndefault: (x)! }`,
      ),
  );
  return {
    type,
    expression,
    statement,
    block: fc.array(tie("statement"), { maxLength: 2 }).map((each) => `{\n${each.join("\n")}\n}`),
  };
});

const heads = [
  'import { x, y, type A, type B, f } from "a"\nimport type { C } from "c"\nimport * as t from "t"',
  'import type { A, C } from "c"\nimport y, { type B, x } from "b"\nimport f, * as t from "t"',
  'import { A, B, C, } from "a"\nimport "b"\nimport f, { x, y, t } from "t"',
  'import { type A, type B, } from "a"\nexport { x as z, type D } from "b"\ntype C<A> = A; const x = 1, y = 2, f = 3\nimport t, { C as E } from "t"',
];
const tails = [
  "export { type A, B, x }",
  "export {}",
  "export default x as number",
  "export type { A }",
  "export { type C, t, }",
];

it("random programs, with semicolons and without", () => {
  let told = 0;
  let count = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.array(random.statement, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...tails),
      (head, statements, tail) => {
        const text = [head, ...statements, "export const last = 1", tail].join("\n");
        if (parse(name, text).source === undefined) return;
        count++;
        if (isTold(text)) told++;
      },
    ),
    { numRuns: isLong ? 20_000 : 250 },
  );
  expect(count).toBeGreaterThan(isLong ? 8000 : 80);
  expect(told).toBeGreaterThan(0.5 * count);
});
