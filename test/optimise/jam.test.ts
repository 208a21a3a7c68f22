/** Register blocking keeps every bit, blocks what it is for, and leaves alone what would change. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { jets } from "../../compiler/differentiate/jets.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { Names } from "../../compiler/ir/names.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { printFn } from "../../compiler/ir/print.ts";
import { bindersOf } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { jam } from "../../compiler/optimise/jam.ts";
import { isLong } from "../support/long.ts";
import { read } from "../support/plain-model.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const unknown = () => undefined;
const jammed = (fn: Fn): Fn => ({
  ...fn,
  body: jam(fn.body, new Names(bindersOf(fn)), unknown, unknown, { least: 1 }),
});

/** The right-hand side of a model with a matrix of m rows and n columns. */
function field(m: number, n: number, body: string): Fn {
  const text = `import { mat, ode, vec } from "odegrad";
export const model = ode({
  state: { y: vec(${n}) }, params: { W: mat(${m}, ${n}), b: vec(${m}) },
  rhs: ({ y }, { W, b }) => { const u = vec(${m}); const s = vec(${n}); ${body} return { y: s }; },
});`;
  const { rhs } = read(text)[0]!;
  return tidy(rhs, []);
}

function values(fn: Fn): Record<string, number[]> {
  const given = Object.fromEntries(
    fn.parameters.map((one, i) => [one.name, one.kind === "array" ? numbers(i + 1, size(one.shape)) : 0.3]),
  );
  return Object.fromEntries([...run(fn, given)].map(([name, words]) => [name, Array.from(words)]));
}

const row = "for (let i = 0; i < b.length; i++)";
const column = "for (let j = 0; j < s.length; j++)";

describe.each([
  [
    "a product with a vector",
    `${row} { let z = b[i]; ${column} z += W[i][j] * y[j]; u[i] = Math.tanh(z); }`,
    true,
  ],
  ["a transposed product", `${row} ${column} s[j] += W[i][j] * b[i];`, true],
  [
    "rows from the last to the first",
    `for (let i = b.length - 1; i >= 0; i--) ${column} s[j] += W[i][j] * b[i];`,
    true,
  ],
  [
    "two sums at once",
    `${row} { let z = 0; let v = 1; ${column} { z += W[i][j]; v += W[i][j] * y[j]; } u[i] = z * v; }`,
    true,
  ],
  ["a sum over all entries", `let all = 0; ${row} ${column} all += W[i][j] * y[j]; s[0] = all;`, false],
  [
    "a recurrence",
    `${row} { let z = i > 0 ? u[Math.max(i - 1, 0)] : 0; ${column} z += W[i][j] * y[j]; u[i] = z; } s[0] = u[b.length - 1];`,
    false,
  ],
  ["a row written by another", `${row} ${column} s[j] = s[j] * 0.5 + W[i][j];`, false],
  [
    "a triangle",
    `${row} { let z = 0; for (let j = 0; j < i; j++) z += b[j] * W[i][0]; u[i] = z; } s[0] = u[1];`,
    false,
  ],
  ["a sum that meets at other columns", `${row} ${column} s[(i + j) % s.length] += W[i][j];`, false],
] as const)("%s", (_, body, isBlocked) => {
  it.each([
    [8, 6],
    [9, 5],
    [4, 1],
    [3, 4],
    [11, 2],
  ])("of %i rows and %i columns", (m, n) => {
    const fn = field(
      m,
      n,
      `${body} ${body.includes("s[") ? "" : "for (let i = 0; i < 1; i++) s[i] = u[i];"}`,
    );
    const blocked = jammed(fn);
    expect(verifyProgram({ arrays: [], functions: [blocked] })).toEqual([]);
    expect(values(blocked)).toEqual(values(fn));
    expect(printFn(blocked) !== printFn(fn)).toBe(isBlocked && m >= 4);
  });
});

describe("jets of a product of a matrix and a vector", () => {
  const none = { arrays: [], functions: [] };
  const product = `${row} { let z = b[i]; ${column} z += W[i][j] * Math.tanh(y[j]); u[i] = Math.sin(z); }
    for (let j = 0; j < 1; j++) s[j] = u[0] * u[b.length - 1];`;

  it.each([
    [2, 3],
    [5, 8],
    [8, 6],
    [9, 5],
  ])("are blocked by rows and columns, %i and %i of them", (m, n) => {
    const jet = jets(field(m, n, product), "y", { order: 2, directions: "unit", collapsed: true }, none);
    const plain = tidy(jet, []);
    const blocked = jammed(plain);
    expect(verifyProgram({ arrays: [], functions: [blocked] })).toEqual([]);
    expect(values(blocked)).toEqual(values(plain));
    // Each row has sums of its own: two of them in one loop over the columns.
    const sums = (fn: Fn): number => [...printFn(fn).matchAll(/^ +alloc z_1/gm)].length;
    expect(sums(blocked)).toBe(sums(plain) * (m % 2 === 0 ? 2 : 3));
  });

  it("stay where a row needs the one before", () => {
    const recurrent = `${row} { let z = i > 0 ? u[Math.max(i - 1, 0)] : 0; ${column} z += W[i][j] * Math.tanh(y[j]); u[i] = z; }
      s[0] = u[b.length - 1];`;
    const jet = jets(field(8, 6, recurrent), "y", { order: 2, directions: "unit", collapsed: true }, none);
    const plain = tidy(jet, []);
    expect(values(jammed(plain))).toEqual(values(plain));
  });
});

describe("random programs", () => {
  const programs = isLong ? 20_000 : 200;
  const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });

  it("keep every bit, their cotangents too", () => {
    let changed = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        const wrt = new Set(inputs.map((one) => one.name));
        const none = { arrays: [], functions: [] };
        const jet = jets(fn, "x", { order: 2, directions: "unit", collapsed: true }, none);
        for (const one of [fn, vjp(fn, wrt, none), jet, vjp(jet, wrt, none)]) {
          const plain = tidy(one, []);
          const before = values(plain);
          fc.pre(results.every(({ name }) => before[name]?.every(Number.isFinite) ?? true));
          const blocked = jammed(plain);
          if (printFn(blocked) !== printFn(plain)) changed++;
          expect(values(blocked)).toEqual(before);
        }
      }),
      { numRuns: programs },
    );
    expect(changed).toBeGreaterThan(0);
  });
});
