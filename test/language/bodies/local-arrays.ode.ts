// Vectors, matrices, tensors and literals that a function makes.
import { mat, ode, tensor, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const v = vec(3, 0.5);
    const M = mat(2, 3, (i, j) => i + j * x);
    const T = tensor([2, 2, 2], k);
    const f = new Float64Array(2);
    const copy = new Float64Array(v);
    const L = [
      [x, 1],
      [u[0], k],
    ];
    v[1] = x;
    T[1][0][1] *= x;
    f[0] = L[1][0] * L[0][1];
    y = v[1] * M[1][2] + T[1][0][1] * f[0] + copy[1];
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
