// dot, matvec and matmul of the library.
import { dot, mat, matmul, matvec, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const W = mat(2, 2, x);
    W[0][1] = k;
    W[1][1] *= k;
    const h = matvec(W, vec(2, u[0]));
    const V = matmul(W, W);
    y = dot(h, vec(2, u[3])) + V[0][1] * V[1][1] + dot(u, a);
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
