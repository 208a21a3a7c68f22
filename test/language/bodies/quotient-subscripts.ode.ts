// A grid in a vector: Math.floor of a quotient, and its remainder.
import { mat, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const M = mat(2, 2);
    for (let e = 0; e < 4; e++) M[Math.floor(e / 2)][e % 2] += u[e] * a[3 - e];
    y = M[0][1] * M[1][0] - M[0][0] * k;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
