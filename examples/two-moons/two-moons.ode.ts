// A continuous normalising flow (Chen et al. 2018, Grathwohl et al. 2019): the velocity of a small network carries points of
// two moons to the normal distribution, and the divergence along the way says how likely they were.
import { divergence, mat, normal, ode, vec } from "odegrad";

const hidden = 32;

interface Weights {
  A: Float64Array[];
  a: Float64Array;
  c: Float64Array;
  B: Float64Array[];
  b: Float64Array;
}

function velocity(z: Float64Array, { A, a, c, B, b }: Weights, t: number): Float64Array {
  const v = vec(2);
  for (let i = 0; i < 2; i++) v[i] = b[i]!;
  for (let k = 0; k < hidden; k++) {
    const h = Math.tanh(A[k]![0]! * z[0]! + A[k]![1]! * z[1]! + c[k]! * t + a[k]!);
    for (let i = 0; i < 2; i++) v[i]! += B[i]![k]! * h;
  }
  return v;
}

export const flow = ode({
  // The point, and the logarithm of how much the flow has spread its neighbourhood.
  state: { z: vec(2, [0.5, 0.25]), spread: 0 },
  params: {
    A: mat(hidden, 2, normal(1, 0, 1.5)),
    a: vec(hidden, normal(2, 0, 1)),
    c: vec(hidden, normal(3, 0, 1)),
    B: mat(2, hidden, normal(4, 0, 0.1)),
    b: vec(2),
  },
  rhs: ({ z }, p, { t }) => ({ z: velocity(z, p, t), spread: divergence(velocity)(z, p, t) }),
  // Minus the logarithm of the density of the point.
  loss: {
    terminal: ({ z, spread }) => 0.5 * (z[0]! ** 2 + z[1]! ** 2) + Math.log(2 * Math.PI) - spread,
  },
  solver: { method: "rk4", t1: 1, steps: 12, wrt: ["params"] },
});
