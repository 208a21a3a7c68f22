// Functions with kinks and steps, away from them.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    y = Math.abs(x - k) + Math.sign(x) * k + Math.max(x, k, u[0]) - Math.min(x, u[3], 2);
    y += Math.floor(3 * x) * x + Math.ceil(k) * k + Math.round(u[0]) - Math.trunc(-k) * x + Math.fround(0.5) * x;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
