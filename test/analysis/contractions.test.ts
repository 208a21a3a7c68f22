/** Contractions are found in loops however they are written, nothing else is taken for one, and every bit stays. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractionsOf } from "../../compiler/analysis/contractions.ts";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import type { Fn, GlobalArray } from "../../compiler/ir/nodes.ts";
import { printFn } from "../../compiler/ir/print.ts";
import { contracted, tidy } from "../../compiler/optimise/index.ts";
import { isLong } from "../support/long.ts";
import { read } from "../support/plain-model.ts";
import { numbers, run, size } from "../support/vectors.ts";

const recognised = (fn: Fn, arrays: readonly GlobalArray[] = []): Fn =>
  contracted({ arrays, functions: [fn] }).functions[0]!;

const kindsOf = (fn: Fn): string[] => contractionsOf(fn).map(({ kind }) => kind);

/** The right-hand side of a model with matrices W (m rows, n columns) and V (n rows, 3 columns). */
function field(m: number, n: number, body: string): Fn {
  const text = `import { mat, matmul, matvec, dot, ode, vec } from "odegrad";
export const model = ode({
  state: { y: vec(${n}) }, params: { W: mat(${m}, ${n}), V: mat(${n}, 3), b: vec(${m}), c: 1 },
  rhs: ({ y }, { W, V, b, c }) => {
    const u = vec(${m}); const s = vec(${n}); const M = mat(${m}, 3); let all = 0;
    ${body}
    for (let j = 0; j < ${n}; j++) s[j] = s[j] + all + c * (u[${m} - 1] + M[${m} - 1][2]);
    return { y: s };
  },
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
const column = "for (let j = 0; j < y.length; j++)";

describe.each([
  ["a sum in a scalar", `${row} { let z = 0; ${column} z += W[i][j] * y[j]; u[i] = z; }`, ["matvec"]],
  [
    "a start that is not zero",
    `${row} { let z = b[i]; ${column} z += W[i][j] * y[j]; u[i] = z; }`,
    ["matvec"],
  ],
  [
    "a function of the sum",
    `${row} { let z = b[i]; ${column} z += y[j] * W[i][j]; u[i] = Math.tanh(z); }`,
    ["matvec"],
  ],
  ["a sum in memory", `${row} { u[i] = b[i]; ${column} u[i] += W[i][j] * y[j]; }`, ["matvec"]],
  ["a sum in memory, in full", `${row} ${column} u[i] = u[i] + W[i][j] * y[j];`, ["matvec"]],
  ["columns outside", `${column} ${row} u[i] += W[i][j] * y[j];`, ["matvec"]],
  [
    "rows from the last to the first",
    `for (let i = b.length - 1; i >= 0; i--) { let z = 0; ${column} z += W[i][j] * y[j]; u[i] = z; }`,
    ["matvec"],
  ],
  ["a transposed product", `${row} ${column} s[j] += W[i][j] * b[i];`, ["transposed matvec"]],
  [
    "a factor that is computed",
    `${row} { const t = Math.sin(b[i]); ${column} s[j] += W[i][j] * t; }`,
    ["transposed matvec"],
  ],
  [
    "an outer product",
    `const P = mat(b.length, y.length); ${row} ${column} P[i][j] = W[i][j] / 2; ${row} ${column} P[i][j] += b[i] * y[j]; all = P[0][1];`,
    ["outer"],
  ],
  [
    "two sums in one nest",
    `const P = mat(b.length, y.length); ${row} ${column} P[i][j] = W[i][j] / 2; ${row} { const t = b[i]; ${column} { s[j] += W[i][j] * t; P[i][j] += t * y[j]; } } all = P[0][1];`,
    ["transposed matvec", "outer"],
  ],
  ["a scalar product", `${column} all += y[j] * V[j][0];`, ["dot"]],
  ["a sum of squares", `all = y.reduce((sum, each) => sum + each * each, 0);`, ["dot"]],
  [
    "a product of matrices",
    `${row} for (let k = 0; k < 3; k++) { let z = 0; ${column} z += W[i][j] * V[j][k]; M[i][k] = z; }`,
    ["matmul"],
  ],
  [
    "a product of matrices, the sum in the middle",
    `${row} ${column} for (let k = 0; k < 3; k++) M[i][k] += W[i][j] * V[j][k];`,
    ["matmul"],
  ],
  [
    "the library's",
    `const v = matvec(W, y); const N = matmul(W, V); all = dot(y, y); ${row} { u[i] = v[i]; for (let k = 0; k < 3; k++) M[i][k] = N[i][k]; }`,
    ["matvec", "matmul", "dot"],
  ],
  ["a triangle", `${row} { let z = 0; for (let j = 0; j < i; j++) z += W[i][0] * W[j][0]; u[i] = z; }`, []],
  [
    "a recurrence",
    `for (let i = 1; i < b.length; i++) { let z = u[i - 1]; ${column} z += W[i][j] * y[j]; u[i] = z; }`,
    ["dot"],
  ],
  [
    "a sum that reads what it adds to",
    `for (let i = 1; i < b.length; i++) ${column} u[i] += W[i][j] * u[i - 1];`,
    [],
  ],
  ["a falling sum", `for (let j = y.length - 1; j >= 0; j--) all += y[j] * V[j][0];`, []],
  ["sums of entries", `${row} ${column} u[i] += W[i][j];`, []],
  ["products entry by entry", `${row} ${column} s[j] = y[j] * V[j][1];`, []],
  ["a scaled sum", `${column} all += c * y[j];`, []],
  ["a difference", `${column} all += y[j] - V[j][0];`, []],
  ["a branch in the sum", `${column} if (y[j] > 0) all += y[j] * V[j][0];`, []],
] as const)("%s", (_, body, kinds) => {
  it.each([
    [8, 6],
    [4, 5],
    [3, 2],
  ])("of %i rows and %i columns", (m, n) => {
    const fn = field(m, n, body);
    const found = recognised(fn);
    expect(kindsOf(found), printFn(found)).toEqual(kinds);
    expect(verifyProgram({ arrays: [], functions: [found] })).toEqual([]);
    expect(values(found)).toEqual(values(fn));
  });
});

it("cotangents of products are products", () => {
  const fn = field(6, 5, `${row} { let z = b[i]; ${column} z += W[i][j] * y[j]; u[i] = z; }`);
  const back = tidy(vjp(fn, new Set(["y", "W"]), { arrays: [], functions: [] }), []);
  const found = recognised(back);
  expect(new Set(kindsOf(found)), printFn(found)).toEqual(new Set(["transposed matvec", "outer"]));
  expect(values(found)).toEqual(values(back));
});

it("sparse rows are one product, and their cotangent is another", () => {
  const text = `import { csr, ode, vec } from "odegrad";
const A = csr(3, 4, [0, 2, 2, 5], [0, 3, 1, 2, 3], [1, 2, 3, 4, 5]);
export const model = ode({
  state: { y: vec(4) }, params: { x: vec(4) }, constants: { A },
  rhs: ({ y }, { x }, { constants: { A } }) => {
    const u = vec(4);
    for (let i = 0; i < 3; i++) {
      let sum = 0;
      for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++) sum += A.value[e] * x[A.column[e]];
      u[i] = sum;
    }
    return { y: u };
  },
});`;
  const model = read(text)[0]!;
  const fn = tidy(model.rhs, model.constants);
  const found = recognised(fn, model.constants);
  expect(kindsOf(found), printFn(found)).toEqual(["sparse product"]);
  expect(printFn(found)).toMatch(
    /over i(#\d+)? in 0..3, e(#\d+)? in A_rowStart\[i(#\d+)?\]\.\.A_rowStart\[i(#\d+)? \+ 1\]/,
  );
  expect(verifyProgram({ arrays: model.constants, functions: [found] })).toEqual([]);
  const back = tidy(vjp(fn, new Set(["x"]), { arrays: model.constants, functions: [] }), model.constants);
  expect(kindsOf(recognised(back, model.constants))).toEqual(["sparse product"]);
});

/** Nests of loops over rows i, columns j and k, both ways, with sums of products between them that may meet or not. */
function randomNests(next: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[next() % from.length]!;
  const loops: Record<string, readonly string[]> = {
    i: ["let i = 0; i < b.length; i++", "let i = b.length - 1; i >= 0; i--"],
    j: ["let j = 0; j < y.length; j++", "let j = y.length - 1; j >= 0; j--", "let j = 1; j < y.length; j++"],
    k: ["let k = 0; k < 3; k++"],
  };
  const entries = ["W[i][j]", "V[j][k]", "M[i][k]", "y[j]", "b[i]", "u[i]", "s[j]", "u[0]", "all", "c"];
  const reachable = (places: readonly string[], open: string): string[] =>
    places.filter((place) => [...place.matchAll(/\[([ijk])\]/g)].every(([, index]) => open.includes(index!)));
  const targets = ["u[i]", "s[j]", "M[i][k]", "all", "u[0]"];
  let count = 0;
  const nest = (open: string, left: string, scalars: readonly string[]): string => {
    const own = [...scalars];
    const factor = (): string => pick([...reachable(entries, open), ...own]);
    const plain = (): string => {
      const name = `t${count++}`;
      const text = pick([
        `const ${name} = ${factor()};`,
        `const ${name} = Math.sin(${factor()}) * ${factor()};`,
        `${pick(reachable(targets, open))} = ${factor()};`,
      ]);
      if (text.startsWith("const")) own.push(name);
      return text;
    };
    const sum = (): string => `${pick(reachable(targets, open))} += ${factor()} * ${factor()};`;
    const before = next() % 3 === 0 ? plain() : "";
    if (left === "") return `${before} ${sum()} ${next() % 2 === 0 ? sum() : ""}`;
    const at = pick([...left]);
    const inner = nest(open + at, left.replace(at, ""), own);
    const loop = `for (${next() % 3 === 0 ? pick(loops[at]!) : loops[at]![0]}) { ${inner} }`;
    return `${before} ${loop} ${next() % 4 === 0 ? sum() : ""}`;
  };
  const one = (): string => `{ ${nest("", pick(["ij", "ij", "jk", "ijk", "j"]), [])} }`;
  return `${one()} ${next() % 2 === 0 ? one() : ""}`;
}

describe("random nests", () => {
  const programs = isLong ? 20_000 : 200;
  const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 80, size: "max" });

  it("keep every bit, their cotangents too", () => {
    let changed = 0;
    fc.assert(
      fc.property(choices, (list) => {
        let at = 0;
        const fn = field(
          4,
          3,
          randomNests(() => list[at++] ?? 0),
        );
        const back = vjp(fn, new Set(["y", "W", "b"]), { arrays: [], functions: [] });
        for (const plain of [fn, tidy(back, [])]) {
          const found = recognised(plain);
          if (kindsOf(found).length > 0) changed++;
          expect(verifyProgram({ arrays: [], functions: [found] })).toEqual([]);
          expect(values(found)).toEqual(values(plain));
        }
      }),
      { numRuns: programs },
    );
    expect(changed).toBeGreaterThan(programs / 8);
  });
});
