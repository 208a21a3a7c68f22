// A neural ODE (Chen et al. 2018, section 5): a small network learns the vector field of a spiral from 41 points on it.
import { mat, normal, ode, vec } from "odegrad";

const hidden = 16;
const points = 41;

export const spiral = ode({
  state: { z: vec(2, [2, 0]) },
  params: {
    W1: mat(hidden, 2, normal(1, 0, 0.3)),
    b1: vec(hidden),
    W2: mat(2, hidden, normal(2, 0, 0.3)),
    b2: vec(2),
  },
  data: { seen: mat(points, 2) },
  rhs: ({ z }, { W1, b1, W2, b2 }) => {
    const dz = vec(2);
    for (let i = 0; i < 2; i++) dz[i] = b2[i]!;
    for (let j = 0; j < hidden; j++) {
      const h = Math.tanh(W1[j]![0]! * z[0]! + W1[j]![1]! * z[1]! + b1[j]!);
      for (let i = 0; i < 2; i++) dz[i]! += W2[i]![j]! * h;
    }
    return { z: dz };
  },
  times: [
    0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875, 2, 2.125,
    2.25, 2.375, 2.5, 2.625, 2.75, 2.875, 3, 3.125, 3.25, 3.375, 3.5, 3.625, 3.75, 3.875, 4, 4.125, 4.25,
    4.375, 4.5, 4.625, 4.75, 4.875, 5,
  ],
  loss: {
    at: ({ z }, _params, { k, data }) => (z[0]! - data.seen[k]![0]!) ** 2 + (z[1]! - data.seen[k]![1]!) ** 2,
  },
  solver: { method: "rk4", t1: 5, steps: 160, wrt: ["params"] },
});
