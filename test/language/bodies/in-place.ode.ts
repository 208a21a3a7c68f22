// Updates of entries that were read before: sums, products, a row from another.
import { mat, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const v = vec(4);
    for (let i = 0; i < 4; i++) {
      v[i] += u[i];
      v[i] *= 1 + v[i];
    }
    for (let i = 1; i < 4; i++) v[i] = v[i - 1] * v[i] + v[i];
    const M = mat(2, 4, 1);
    for (let i = 0; i < 4; i++) {
      M[0][i] = v[i];
      M[1][i] -= M[0][i] * k;
    }
    M[1][2] = M[1][1];
    y = v[3] + M[1][2] * M[1][3];
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
