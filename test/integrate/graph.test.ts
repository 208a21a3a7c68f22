/**
 * Graph neural ODEs H' = sigma(A H W + b), one to three layers: gradients in H(0), W, b and A against complex steps through
 * the same Runge-Kutta steps written by hand.
 */

import { describe, expect, it } from "vitest";
import { compile } from "../../compiler/index.ts";
import { type Matrix, normalMatrix, product, transposed, zip } from "../support/matrices.ts";

const nodes = 5;
const features = 3;
const steps = 8;

type Activation = "tanh" | "relu";

interface Case {
  readonly layers: number;
  readonly activation: Activation;
  readonly isSymmetric: boolean;
}

interface Values {
  readonly H: Matrix;
  readonly A: Matrix;
  readonly W: readonly Matrix[];
  readonly b: readonly (readonly number[])[];
}

function valuesOf({ layers, isSymmetric }: Case): Values {
  const drawn = normalMatrix(nodes, nodes, 11, 0.6);
  return {
    H: normalMatrix(nodes, features, 12, 1),
    A: isSymmetric ? zip(drawn, transposed(drawn), (a, b) => (a + b) / 2) : drawn,
    W: Array.from({ length: layers }, (_, l) => normalMatrix(features, features, 20 + l, 0.7)),
    b: Array.from({ length: layers }, (_, l) => normalMatrix(1, features, 30 + l, 0.3)[0]!),
  };
}

// The same by hand in complex numbers: with so small a step the imaginary part over it is the derivative to rounding.

const step = 1e-100;

interface Complex {
  readonly re: Matrix;
  readonly im: Matrix;
}
const combine = (x: Complex, y: Complex, f: (a: number, b: number) => number): Complex => ({
  re: zip(x.re, y.re, f),
  im: zip(x.im, y.im, f),
});
const times = (x: Complex, y: Complex): Complex => ({
  re: zip(product(x.re, y.re), product(x.im, y.im), (a, b) => a - b),
  im: zip(product(x.re, y.im), product(x.im, y.re), (a, b) => a + b),
});
/** tanh(a + ib) = (sinh 2a + i sin 2b) / (cosh 2a + cos 2b); ReLU by the side on which the real part lies. */
const activate: Readonly<Record<Activation, (re: number, im: number) => readonly [number, number]>> = {
  tanh: (a, b) => {
    const below = Math.cosh(2 * a) + Math.cos(2 * b);
    return [Math.sinh(2 * a) / below, Math.sin(2 * b) / below];
  },
  relu: (a, b) => (a > 0 ? [a, b] : [0, 0]),
};

/** The change along a direction in all values of the loss, half the sum of squares of H at the end. */
function lossAlong({ activation }: Case, at: Values, along: Values): number {
  const sigma = activate[activation];
  const moved = (re: Matrix, change: Matrix): Complex => ({
    re,
    im: change.map((row) => row.map((value) => step * value)),
  });
  const A = moved(at.A, along.A);
  const f = (H: Complex): Complex =>
    at.W.reduce((h: Complex, W, l) => {
      const z = times(times(A, h), moved(W, along.W[l]!));
      const bias = moved(
        z.re.map(() => at.b[l]!),
        z.re.map(() => along.b[l]!),
      );
      const sum = combine(z, bias, (a, b) => a + b);
      return {
        re: zip(sum.re, sum.im, (a, b) => sigma(a, b)[0]),
        im: zip(sum.re, sum.im, (a, b) => sigma(a, b)[1]),
      };
    }, H);
  let H = moved(at.H, along.H);
  const h = 1 / steps;
  const plus = (x: Complex, by: number, y: Complex): Complex => combine(x, y, (a, b) => a + by * b);
  for (let n = 0; n < steps; n++) {
    const k1 = f(H);
    const k2 = f(plus(H, h / 2, k1));
    const k3 = f(plus(H, h / 2, k2));
    const k4 = f(plus(H, h, k3));
    H = [k1, k2, k3, k4].reduce((sum, k, s) => plus(sum, (h / 6) * [1, 2, 2, 1][s]!, k), H);
  }
  return zip(H.re, H.im, (a, b) => (a * b) / step)
    .flat()
    .reduce((sum, value) => sum + value, 0);
}

/** A model; where it is sparse, A is a constant of compressed rows. */
function model({ layers, activation }: Case, { A }: Values, isSparse: boolean): string {
  const list = Array.from({ length: layers }, (_, l) => l);
  const edges = A.flatMap((row, i) => row.map((value, j) => `[${j}, ${i}, ${value}]`)).join(", ");
  const inner = isSparse
    ? "for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++) for (let c = 0; c < C; c++) M[i][c] += A.value[e] * H[A.column[e]][c];"
    : "for (let j = 0; j < N; j++) for (let c = 0; c < C; c++) M[i][c] += A[i][j] * H[j][c];";
  return `import { adjacency, mat, ode, vec } from "odegrad";
const N = ${nodes};
const C = ${features};
${isSparse ? `const A = adjacency(N, [${edges}], { directed: true });` : ""}
type Graph = ${isSparse ? "{ rowStart: Int32Array; column: Int32Array; value: Float64Array }" : "Float64Array[]"};
function layer(A: Graph, H: Float64Array[], W: Float64Array[], b: Float64Array): Float64Array[] {
  const M = mat(N, C);
  for (let i = 0; i < N; i++) { ${inner} }
  const out = mat(N, C);
  for (let i = 0; i < N; i++) for (let c = 0; c < C; c++) {
    let z = b[c];
    for (let k = 0; k < C; k++) z += M[i][k] * W[k][c];
    out[i][c] = ${activation === "tanh" ? "Math.tanh(z)" : "Math.max(z, 0)"};
  }
  return out;
}
export const gcde = ode({
  state: { H: mat(N, C) },
  params: { ${isSparse ? "" : "A: mat(N, N), "}${list.map((l) => `W${l}: mat(C, C), b${l}: vec(C)`).join(", ")} },
  ${isSparse ? "constants: { A }," : ""}
  rhs: ({ H }, p${isSparse ? ", { constants: { A } }" : ""}) => ({ H: ${list.reduce(
    (text, l) => `layer(${isSparse ? "A" : "p.A"}, ${text}, p.W${l}, p.b${l})`,
    "H",
  )} }),
  loss: { terminal: ({ H }) => { let s = 0; for (let i = 0; i < N; i++) for (let c = 0; c < C; c++) s += 0.5 * H[i][c] ** 2; return s; } },
  solver: { method: "rk4", t1: 1, steps: ${steps} },
});
`;
}

async function gradientOf(which: Case, at: Values, isSparse: boolean): Promise<Record<string, number[]>> {
  const { outputs, diagnostics } = compile(model(which, at, isSparse), { target: ["js"] });
  expect(diagnostics).toEqual([]);
  const code = Buffer.from(outputs[0]!.text).toString("base64");
  const generated = (await import(`data:text/javascript;base64,${code}`)) as {
    io: Record<"state0" | "params" | "state0Bar" | "paramsBar", Float64Array>;
    meta: { params: { leaves: { name: string; offset: number; shape: number[] }[] } };
    gradient: () => unknown;
  };
  const { io, meta } = generated;
  io.state0.set(at.H.flat());
  const values: Record<string, number[]> = { A: at.A.flat() };
  at.W.forEach((W, l) => {
    values[`W${l}`] = W.flat();
  });
  at.b.forEach((b, l) => {
    values[`b${l}`] = [...b];
  });
  for (const { name, offset } of meta.params.leaves) io.params.set(values[name]!, offset);
  generated.gradient();
  const out: Record<string, number[]> = { H: [...io.state0Bar] };
  for (const { name, offset, shape } of meta.params.leaves)
    out[name] = [...io.paramsBar.subarray(offset, offset + shape.reduce((a, b) => a * b, 1))];
  return out;
}

const zeros = (m: Matrix): Matrix => m.map((row) => row.map(() => 0));

/** The gradient, entry by entry, by hand. */
function truthOf(which: Case, at: Values): Record<string, number[]> {
  const still: Values = {
    H: zeros(at.H),
    A: zeros(at.A),
    W: at.W.map(zeros),
    b: at.b.map((b) => b.map(() => 0)),
  };
  const unit = (m: Matrix, e: number): Matrix =>
    m.map((row, i) => row.map((_, j) => Number(i * row.length + j === e)));
  const each = (m: Matrix, along: (one: Matrix) => Values): number[] =>
    m.flat().map((_, e) => lossAlong(which, at, along(unit(m, e))));
  const out: Record<string, number[]> = {
    H: each(at.H, (H) => ({ ...still, H })),
    A: each(at.A, (A) => ({ ...still, A })),
  };
  at.W.forEach((W, l) => {
    out[`W${l}`] = each(W, (one) => ({ ...still, W: still.W.map((old, k) => (k === l ? one : old)) }));
    out[`b${l}`] = each([at.b[l]!], (one) => ({
      ...still,
      b: still.b.map((old, k) => (k === l ? one[0]! : old)),
    }));
  });
  return out;
}

const distance = (x: readonly number[], y: readonly number[]): number =>
  Math.max(...x.map((value, e) => Math.abs(value - y[e]!))) / Math.max(...y.map(Math.abs));

const cases = [1, 2, 3].flatMap((layers) =>
  (["tanh", "relu"] as const).flatMap((activation) =>
    [true, false].map((isSymmetric) => ({ layers, activation, isSymmetric })),
  ),
);

describe.each(cases)("$layers layers of $activation, symmetric: $isSymmetric", (which) => {
  it.each([false, true])("sparse: %s, have the gradient of the steps by hand", async (isSparse) => {
    const at = valuesOf(which);
    const truth = truthOf(which, at);
    const gradient = await gradientOf(which, at, isSparse);
    const names = Object.keys(truth).filter((name) => !isSparse || name !== "A");
    expect(Object.keys(gradient).sort()).toEqual(names.sort());
    for (const name of names) expect(distance(gradient[name]!, truth[name]!)).toBeLessThan(1e-12);
  });
});
