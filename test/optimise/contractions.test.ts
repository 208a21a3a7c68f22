/** Products are recognised in whatever loops they were written, and nothing else is; every value keeps its bits. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn, GlobalArray } from "../../compiler/ir/nodes.ts";
import { printStatement } from "../../compiler/ir/print.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { contracted, tidy } from "../../compiler/optimise/index.ts";
import { isLong } from "../support/long.ts";
import { read } from "../support/plain-model.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, size } from "../support/vectors.ts";

/** The contractions of a function, without the numbers that tell names of one stem apart. */
function contractionsOf(fn: Fn): string[] {
  const found: string[] = [];
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "contract") found.push(printStatement(statement).replaceAll(/#\d+/g, ""));
  });
  return found;
}

function values(fn: Fn, arrays: readonly GlobalArray[]): Record<string, number[]> {
  const given = new Map(
    fn.parameters.map((one, i) => [one.name, one.kind === "array" ? numbers(i + 1, size(one.shape)) : 0.3]),
  );
  evaluate({ arrays, functions: [fn] }, fn.name, given);
  return Object.fromEntries(
    [...given].flatMap(([name, words]) => (typeof words === "number" ? [] : [[name, Array.from(words)]])),
  );
}

function expectSame(fn: Fn, arrays: readonly GlobalArray[]): Fn {
  const { functions } = contracted({ arrays, functions: [fn] });
  expect(verifyProgram({ arrays, functions })).toEqual([]);
  expect(values(functions[0]!, arrays)).toEqual(values(fn, arrays));
  return functions[0]!;
}

function field(body: string) {
  const [model] = read(`import { csr, dot, mat, matmul, matvec, ode, spmv, vec } from "odegrad";
const graph = csr(4, 4, [0, 2, 3, 3, 5], [1, 3, 0, 0, 2], [0.5, 0.25, 1, 2, -1]);
export const model = ode({
  state: { y: vec(4), z: 0 }, params: { W: mat(5, 4), V: mat(4, 5), b: vec(5) },
  rhs: ({ y, z }, { W, V, b }) => { const u = vec(5); const d = vec(4); let s = 0; ${body} return { y: d, z: s + u[0] }; },
});`);
  return { fn: tidy(model!.rhs, model!.constants), arrays: model!.constants };
}

describe("recognised", () => {
  it.each([
    [
      "a product with a sum in a register",
      "for (let i = 0; i < 5; i++) { let sum = b[i]; for (let j = 0; j < 4; j++) sum += W[i][j] * y[j]; u[i] = Math.tanh(sum); }",
      ["contract sum_of[i] += W[i, j] * y[j] over i in 0..5, j in 0..4"],
    ],
    [
      "a product with a sum in memory",
      "for (let i = 0; i < 5; i++) { u[i] = b[i]; for (let j = 0; j < 4; j++) u[i] += W[i][j] * y[j]; }",
      ["contract u[i] += W[i, j] * y[j] over i in 0..5, j in 0..4"],
    ],
    [
      "the other order of loops, transposed",
      "for (let i = 0; i < 5; i++) for (let j = 0; j < 4; j++) d[j] += W[i][j] * b[i];",
      ["contract f_y[j] += W[i, j] * b[i] over i in 0..5, j in 0..4"],
    ],
    [
      "the library's product",
      "const p = matvec(W, y); for (let i = 0; i < 5; i++) u[i] = p[i] + b[i];",
      ["contract y[i] += W[i, i] * y[i] over i in 0..5, i in 0..4"],
    ],
    [
      "a product of matrices",
      "const P = matmul(W, V); for (let i = 0; i < 5; i++) u[i] = P[i][i];",
      ["contract C[i, j] += W[i, k] * V[k, j] over i in 0..5, j in 0..5, k in 0..4"],
    ],
    ["a dot product", "s = dot(y, y);", ["contract sum[] += y[i] * y[i] over i in 0..4"]],
    [
      "rows of a sparse matrix",
      "const p = spmv(graph, y); for (let i = 0; i < 4; i++) d[i] = p[i];",
      ["contract y[i] += value[e] * y[column[e]] over i in 0..4, e in rowStart[i]..rowStart[i + 1]"],
    ],
  ])("%s", (_, body, expected) => {
    const { fn, arrays } = field(body);
    const found = contractionsOf(expectSame(fn, arrays));
    expect(found.map((one) => one.replaceAll(/graph_/g, ""))).toEqual(expected);
  });

  it("in derivatives: both halves of the transposed product and the outer product", () => {
    const { fn, arrays } = field(
      "for (let i = 0; i < 5; i++) { let sum = b[i]; for (let j = 0; j < 4; j++) sum += W[i][j] * y[j]; u[i] = Math.tanh(sum); } for (let i = 0; i < 4; i++) d[i] = u[i];",
    );
    const derived = tidy(vjp(fn, new Set(["y", "W", "b"]), { arrays, functions: [] }), arrays);
    const found = contractionsOf(expectSame(derived, arrays));
    expect(found).toEqual(
      [
        "contract sum_of[i] += W[i, j] * y[j] over i in 0..5, j in 0..4",
        "contract y_bar[j] += sum_bar_of[i] * W[i, j] over i in 0..5, j in 0..4",
        "contract W_bar[i, j] += sum_bar_of[i] * y[j] over i in 0..5, j in 0..4",
      ].sort((a, b) => found.indexOf(a) - found.indexOf(b)),
    );
  });
});

describe("left alone", () => {
  it.each([
    ["a recurrence", "for (let i = 1; i < 4; i++) for (let j = 0; j < 4; j++) d[i] += d[i - 1] * y[j];"],
    [
      "a sum that another reads",
      "for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) { d[j] += y[i] * y[j]; u[i] += d[j] * y[i]; }",
    ],
    [
      "what is no product",
      "for (let i = 0; i < 5; i++) for (let j = 0; j < 4; j++) u[i] += Math.sin(W[i][j]);",
    ],
    [
      "a branch",
      "for (let i = 0; i < 5; i++) for (let j = 0; j < 4; j++) if (y[j] > 0) u[i] += W[i][j] * y[j];",
    ],
  ])("%s", (_, body) => {
    const { fn, arrays } = field(body);
    expect(contractionsOf(expectSame(fn, arrays))).toEqual([]);
  });
});

describe("random programs", () => {
  const programs = isLong ? 20_000 : 400;
  const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });

  it("keep every bit, their cotangents too", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const made = randomFunction(list);
        const wrt = new Set(inputs.map((one) => one.name));
        for (const one of [made, vjp(made, wrt, { arrays: [], functions: [] })]) {
          const plain = tidy(one, []);
          const before = values(plain, []);
          fc.pre(results.every(({ name }) => before[name]?.every(Number.isFinite) ?? true));
          const { functions } = contracted({ arrays: [], functions: [plain] });
          expect(values(functions[0]!, [])).toEqual(before);
        }
      }),
      { numRuns: programs },
    );
  });
});
