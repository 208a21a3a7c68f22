/** What a gradient on a graph keeps grows with the nodes, and not with edges, words or the square of features. */

import { expect, it } from "vitest";
import { compile } from "../../compiler/index.ts";

const features = 8;
const steps = 3;

/** A ring with chords of so many lengths; papers of so many words. */
const model = (nodes: number, chords: number, words: number): string => `
import { adjacency, csr, mat, ode, vec } from "odegrad";
const n = ${nodes};
const C = ${features};
const edges = mat(n * ${chords}, 2);
for (let i = 0; i < n; i++) for (let d = 0; d < ${chords}; d++) {
  edges[i * ${chords} + d]![0] = i;
  edges[i * ${chords} + d]![1] = (i + d + 1) % n;
}
const A = adjacency(n, edges, { selfLoops: true, normalise: "symmetric" });
const start = vec(n + 1);
const word = vec(n * ${words});
for (let i = 0; i <= n; i++) start[i] = ${words} * i;
for (let k = 0; k < word.length; k++) word[k] = (7 * k) % 50;
const X = csr(n, 50, start, word, vec(n * ${words}, 1));
export const gcde = ode({
  state: { H: mat(n, C) },
  params: { V: mat(50, C, (i, j) => 0.01 * (i - j)), W: mat(C, C, (i, j) => 0.1 * (i - j)), b: vec(C) },
  initial: ({ V }) => {
    const H = mat(n, C);
    for (let i = 0; i < n; i++) {
      const z = vec(C);
      for (let e = X.rowStart[i]!; e < X.rowStart[i + 1]!; e++)
        for (let c = 0; c < C; c++) z[c]! += X.value[e]! * V[X.column[e]!]![c]!;
      for (let c = 0; c < C; c++) H[i]![c] = Math.tanh(z[c]!);
    }
    return { H };
  },
  rhs: ({ H }, { W, b }) => {
    const dH = mat(n, C);
    for (let i = 0; i < n; i++) {
      const h = vec(C);
      for (let e = A.rowStart[i]!; e < A.rowStart[i + 1]!; e++)
        for (let c = 0; c < C; c++) h[c]! += A.value[e]! * H[A.column[e]!]![c]!;
      const z = vec(C);
      for (let c = 0; c < C; c++) z[c] = b[c]!;
      for (let k = 0; k < C; k++) for (let c = 0; c < C; c++) z[c]! += h[k]! * W[k]![c]!;
      for (let c = 0; c < C; c++) dH[i]![c] = Math.tanh(z[c]!);
    }
    return { H: dH };
  },
  loss: { terminal: ({ H }) => H[0]![0]! ** 2 },
  solver: { method: "midpoint", t1: 1, steps: ${steps}, adjoint: "store-all", wrt: ["params"] },
});
`;

function bytes(nodes: number, chords: number, words: number): number {
  const { plan, diagnostics } = compile(model(nodes, chords, words), { target: ["js"] });
  expect(diagnostics).toEqual([]);
  return plan!.workspaceBytes;
}

it("the workspace of a gradient is linear in the nodes", () => {
  const [one, two, four] = [bytes(100, 2, 3), bytes(200, 2, 3), bytes(400, 2, 3)];
  expect(four! - two!).toBe(2 * (two! - one!));
  // Of each of two stages of each step the state, A H and tanh; beside them what one step works with.
  const kept = steps * 2 * 3 * features * 8;
  expect((two! - one!) / 100).toBeGreaterThan(kept);
  expect((two! - one!) / 100).toBeLessThan(2 * kept);
});

it("edges and words take no workspace", () => {
  expect(bytes(100, 8, 3)).toBe(bytes(100, 2, 3));
  expect(bytes(100, 2, 24)).toBe(bytes(100, 2, 3));
});
