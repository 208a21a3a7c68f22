/**
 * What formulas say is what the code computes: printed formulas are read back and carried out on numbers, and compared with
 * the interpreter of the IR, for fields and adjoints of models and for random functions.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formulasOf } from "../../compiler/analysis/formulas.ts";
import { nestsOf } from "../../compiler/analysis/nests.ts";
import { build } from "../../compiler/compile.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { allocate, evaluate, type Words } from "../../compiler/ir/evaluate.ts";
import type { Fn, Program } from "../../compiler/ir/nodes.ts";
import { contracted, tidy } from "../../compiler/optimise/index.ts";
import { doubles } from "../../runtime/random.ts";
import { isLong } from "../support/long.ts";
import { diskHost } from "../support/plain-model.ts";
import { inputs, randomFunction } from "../support/random-function.ts";
import { carryOut, type Numbers, type Stored } from "../support/read-formulas.ts";

/** Subscripts of each word of an array. */
function placesOf(shape: readonly number[]): string[] {
  let places: number[][] = [[]];
  for (const extent of shape)
    places = places.flatMap((place) => Array.from({ length: extent }, (_, i) => [...place, i]));
  return places.map((place) => place.join());
}

const storedOf = (shape: readonly number[], words: ArrayLike<number>): Stored => ({
  shape,
  entries: new Map(placesOf(shape).map((place, i) => [place, words[i]!])),
});

/** What the formulas of a function, and its code, make of the same numbers: results by name. */
function compared(
  program: Program,
  fn: Fn,
  number: () => number,
): { found: number[]; meant: number[]; text: string } {
  const formulas = formulasOf(fn, program.arrays);
  const text = formulas.map((formula) => formula.text).join("\n");
  const names = formulas[0]?.names ?? new Map<string, string>();
  const memory = allocate(program);
  for (const { name, data, element } of program.arrays)
    if (data === undefined && element === "real") memory.set(name, memory.get(name)!.map(number));
  const given = new Map<string, number | Words>();
  for (const parameter of fn.parameters) {
    const size = parameter.kind === "array" ? parameter.shape.reduce((all, n) => all * n, 1) : 0;
    given.set(
      parameter.name,
      parameter.kind === "array"
        ? Float64Array.from({ length: size }, number)
        : parameter.kind === "real"
          ? number()
          : 0,
    );
  }
  const numbers: Numbers = new Map();
  const { shapeOf } = nestsOf(fn, program.arrays);
  for (const [name, shown] of names) numbers.set(shown, { shape: shapeOf(name) ?? [], entries: new Map() });
  for (const { name, shape, data, home } of program.arrays) {
    const shown = names.get(name);
    // What the function keeps for itself has no numbers before.
    if (shown !== undefined && (data !== undefined || home !== undefined))
      numbers.set(shown, storedOf(shape, memory.get(name)!));
  }
  for (const parameter of fn.parameters) {
    const shown = names.get(parameter.name);
    const value = given.get(parameter.name)!;
    if (shown === undefined) continue;
    if (typeof value === "number") numbers.set(shown, storedOf([], [value]));
    else if (parameter.kind === "array" && parameter.access !== "out")
      numbers.set(shown, storedOf(parameter.shape, value.slice()));
  }
  const integers = new Set(
    program.arrays.filter(({ element }) => element === "integer").map(({ name }) => names.get(name) ?? name),
  );
  carryOut(formulas, numbers, integers);
  evaluate(program, fn.name, given, memory);
  const found: number[] = [];
  const meant: number[] = [];
  for (const parameter of fn.parameters) {
    if (parameter.kind !== "array" || parameter.access === "in") continue;
    const entries = numbers.get(names.get(parameter.name) ?? "")?.entries;
    const words = given.get(parameter.name) as Words;
    placesOf(parameter.shape).forEach((place, i) => {
      meant.push(words[i]!);
      // What no formula sets keeps what it had.
      found.push(
        entries === undefined && parameter.access === "inout"
          ? words[i]!
          : (entries?.get(place) ?? Number.NaN),
      );
    });
  }
  return { found, meant, text };
}

function expectSame({ found, meant, text }: ReturnType<typeof compared>): void {
  const apart = meant.findIndex((value, i) => {
    const other = found[i]!;
    if (Object.is(value, other) || value === other) return false;
    return !(Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(value)));
  });
  if (apart >= 0) expect.fail(`result ${apart}: ${found[apart]} instead of ${meant[apart]}\n${text}`);
}

function checkModel(file: string, text: string): void {
  const { ready, diagnostics } = build({ file, text, host: diskHost }, {});
  if (ready === undefined) expect.fail(diagnostics.map(({ message }) => message).join("\n"));
  const program = contracted(ready.module.program);
  const generator = doubles(1);
  const number = (): number => 0.2 + generator();
  for (const fn of program.functions)
    if (fn.name === "rhs" || fn.name === "rhs_vjp") expectSame(compared(program, fn, number));
}

const root = path.join(import.meta.dirname, "..", "..");
const modelsIn = (folder: string): string[] =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ode.ts"))
    .map((name) => path.join(folder, name))
    .sort();

describe("formulas of a field and of its adjoint are carried out to what the code computes", () => {
  // Without the largest, whose thousands of words take the reader long, fields, which have no adjoint, and a model of zeros
  // with signs, which paper does not know.
  const models = ["examples", "test/reference/models", "test/language/bodies", "test/language/declarations"]
    .flatMap(modelsIn)
    .filter((name) => !/cora|poisson|signed-zeros/.test(name));
  it.each(models)("%s", (name) => {
    const file = path.join(root, name);
    checkModel(file, fs.readFileSync(file, "utf8"));
  });

  it.each([
    [
      "a neighbour round the end",
      "{ u: vec(4, 1) }",
      "{ k: 1 }",
      "({ u }, { k }) => ({ u: u.map((e, i) => k * u[(i + 1) % 4] ** 2) })",
    ],
    [
      "a partial range",
      "{ u: vec(5, 1) }",
      "{ k: 2 }",
      "({ u }, { k }) => { const g = vec(5); for (let i = 1; i < 4; i++) g[i] = k * (u[i - 1] - 2 * u[i] + u[i + 1]) - u[i] * (u[i + 1] - u[i - 1]) / 2; g[0] = -u[0]; return { u: g }; }",
    ],
    [
      "from the other end",
      "{ u: vec(4, 1) }",
      "{ k: 1 }",
      "({ u }, { k }) => { const g = vec(4); for (let i = 0; i < 2; i++) g[i] = k * u[i] + u[3 - i]; return { u: g }; }",
    ],
    [
      "sparse rows",
      "{ u: vec(3, 1) }",
      "{ k: 2 }",
      "({ u }, { k }) => { const s = spmv(A, u); return { u: s.map((e, i) => -((k ** 2) ** 0.5) * e + 2 ** -u[i]) }; }",
    ],
    [
      "branches",
      "{ u: vec(4, 1) }",
      "{ k: 0.7 }",
      "({ u }, { k }) => { const g = vec(4); for (let i = 0; i < 4; i++) { if (u[i] > k) g[i] = -u[i]; else g[i] = k * u[i] / 2; } return { u: g }; }",
    ],
    [
      "a triangular system",
      "{ q: vec(3, 1) }",
      "{ L: mat(3, 3, 0.1) }",
      "({ q }, { L }) => { const z = vec(3); for (let i = 0; i < 3; i++) { z[i] = q[i]; for (let j = 0; j < i; j++) z[i] -= L[i][j] * z[j]; } return { q: z }; }",
    ],
    [
      "products over three axes",
      "{ H: mat(4, 3, 0.1) }",
      "{ W: mat(3, 3, 0.2), V: mat(4, 4, 0.3), c: vec(3) }",
      "({ H }, { W, V, c }) => { const r = mat(4, 3); for (let i = 0; i < 4; i++) for (let j = 0; j < 3; j++) { let s = c[j]; for (let l = 0; l < 3; l++) s += H[i][l] * W[j][l]; for (let l = 0; l < 4; l++) s -= V[l][i] * H[l][j]; r[i][j] = Math.exp(-s); } return { H: r }; }",
    ],
    [
      "a column",
      "{ u: vec(3, 1) }",
      "{ W: mat(3, 3, 0.2) }",
      "({ u }, { W }) => ({ u: u.map((e, i) => e * W[i][2] + W[2][i]) })",
    ],
    [
      "a transpose in place",
      "{ H: mat(3, 3, 0.1) }",
      "{ k: 2 }",
      "({ H }, { k }) => { const r = mat(3, 3); for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) r[i][j] = k * H[j][i]; for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) r[i][j] += r[j][i] * H[i][j]; return { H: r }; }",
    ],
    [
      "squares along rows and columns",
      "{ H: mat(3, 3, 0.1) }",
      "{ a: vec(3, 0.5), k: 2 }",
      "({ H }, { a, k }) => { const r = mat(3, 3); for (let j = 0; j < 3; j++) for (let i = 0; i < 3; i++) r[i][j] = a[j] * H[i][j] ** 4 + a[i] - (-3) * k; const s = vec(3); for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) s[j] += r[i][j] * a[i]; return { H: r.map((row, i) => row.map((e, j) => e - s[j])) }; }",
    ],
  ])("%s", (_, state, params, rhs) => {
    checkModel(
      "shape.ode.ts",
      `import { csr, mat, ode, spmv, vec } from "odegrad";
const A = csr(3, 3, [0, 1, 2, 3], [1, 2, 0], [1, -1, 0.5]);
export const shape = ode({ state: ${state}, params: ${params}, rhs: ${rhs}, solver: { method: "euler", t1: 1, steps: 2 } });
`,
    );
  });
});

describe("formulas of random functions are carried out to what these compute", () => {
  const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });
  const context = { arrays: [], functions: [] };
  const wrt = new Set(inputs.map((one) => one.name));
  const shapes: readonly (readonly [string, (fn: Fn) => Fn])[] = [
    ["as they are", (fn) => fn],
    ["their products contracted", (fn) => contracted({ arrays: [], functions: [fn] }).functions[0]!],
    ["their adjoints", (fn) => tidy(vjp(fn, wrt, context), [])],
  ];
  it.each(shapes)("%s", (_, shapeOf) => {
    fc.assert(
      fc.property(choices, (list) => {
        const fn = shapeOf(randomFunction(list));
        const next = doubles(1);
        const both = compared({ arrays: [], functions: [fn] }, fn, () => 0.2 + next());
        fc.pre(both.meant.every((value) => Math.abs(value) < 1e6));
        expectSame(both);
      }),
      isLong ? { numRuns: 3000 } : { numRuns: 40, seed: 20_261_122 },
    );
  });
});
