// Helpers: arrays and records in and out, several shapes, closures, local functions, the library.
import { dot, mat, matmul, matvec, ode, relu, sigmoid, softmax, softplus, vec } from "odegrad";
import defaultHelper, { renamed as doubled } from "./parts/more.ts";
import { half, scaleBy, table } from "./parts/shared";
import * as shared from "./parts/shared.js";

type Pair = { first: number; second: number };

function sumOf(a: Float64Array): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i]!;
  return s;
}

function pair(a: number, b: number): Pair {
  return { first: a * b, second: a - b };
}

function normalise(a: Float64Array) {
  const size = Math.sqrt(dot(a, a) + 1);
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i] / size;
  return out;
}

/** Generic in a type, which is erased. */
function second<T>(items: readonly [T, T]): T {
  return items[1];
}

function addTo(target: Float64Array, from: Float64Array, factor: number) {
  for (let i = 0; i < target.length; i++) target[i] += factor * from[i];
  return factor;
}

const affine = (slope: number) => (x: number) => slope * x + half;
const steep = affine(3);

export const model = ode({
  state: { v: vec(3, [0.5, -1, 2]), w: vec(4, (i) => 0.2 * i), s: 0.7 },
  params: {
    A: mat(3, 3, (i, j) => Math.cos(i + 2 * j)),
    B: mat(3, 4, (i, j) => i - j),
    g: { a: 1, b: [2, 3] as const },
  },
  constants: { offsets: [0.1, 0.2, 0.3], nested: { scale: 2 } },
  rhs: ({ v, w, s }, { A, B, g }, env) => {
    const {
      t,
      constants: { offsets, nested },
    } = env;
    const { first, second: difference } = pair(second([v[0], s]), sumOf(second([w, v])));
    const [b0, b1] = g.b;
    const local = (x: number) => {
      const y = x * g.a;
      return y + t;
    };
    const dv = matvec(A, v);
    const p = softmax(v);
    addTo(dv, normalise(v), -nested.scale);
    const used = addTo(dv, p, 0.25) + dv[0];
    for (let i = 0; i < 3; i++) dv[i] += relu(v[i]) + sigmoid(v[i]) * softplus(-v[i]) + offsets[i] + b0 - b1;
    const AB = matmul(A, B);
    const dw = vec(4);
    for (let j = 0; j < 4; j++) dw[j] = dot(AB[1], B[2]) * w[j] + table[j][1] + shared.scaleBy(w[j], 2);
    return {
      v: dv,
      w: dw,
      s: local(first) + difference + steep(s) + scaleBy(s, 3) + used + defaultHelper(s) + doubled(s),
    };
  },
  outputs: {
    mean: ({ v }) => sumOf(v) / 3,
    both: ({ v, s }) => [v[0] * s, v[1]],
    rows: ({ w }) => w,
  },
});

/** Writes into its arguments, and returns nothing. */
function rotate(v: Float64Array, angle: number): void {
  if (angle > 2) return;
  const [a, b] = v;
  v[0] = Math.cos(angle) * a - Math.sin(angle) * b;
  v[1] = Math.sin(angle) * a + Math.cos(angle) * b;
}

export const procedures = ode({
  state: { v: vec(2, [0.4, -0.9]) },
  params: { k: 0.3 },
  rhs: ({ v }, { k }) => {
    const w = vec(2, (i) => v[i]);
    const scale = (u: Float64Array, by: number) => {
      for (let i = 0; i < u.length; i++) u[i] *= by;
    };
    rotate(w, k);
    scale(w, v[0]);
    rotate(w, 3 + k);
    return { v: w };
  },
});
