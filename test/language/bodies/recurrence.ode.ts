// A tridiagonal system by the algorithm of Thomas.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const c = vec(4);
    const d = vec(4);
    c[0] = -1 / (4 + k);
    d[0] = u[0] / (4 + k);
    for (let i = 1; i < 4; i++) {
      const scale = 1 / (4 + k + c[i - 1]);
      c[i] = -scale;
      d[i] = (u[i] + d[i - 1]) * scale;
    }
    for (let i = 2; i >= 0; i--) d[i] -= c[i] * d[i + 1];
    for (let i = 0; i < 4; i++) y += d[i] * a[i];
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
