// A loop whose bound is the index of another; a dense lower triangle.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    for (let i = 0; i < 4; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += a[j] * u[i - j];
      y += sum * sum;
    }
    for (let i = 0; i < 4; i++) for (let j = i + 1; j < 4; j++) y -= u[i] * u[j] * k;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
