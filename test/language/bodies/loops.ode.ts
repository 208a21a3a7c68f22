// Up, down, with a step, one inside the other, and loops that do not run.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    for (let i = 0; i < u.length; i++) y += u[i] * a[i];
    for (let i = 3; i >= 0; i--) y = y * 0.5 + u[i];
    for (let i = 1; i <= 3; i += 2) y *= 1 + u[i];
    for (let i = 0; i < 2; i++) {
      for (let j = 4; j > 1; j -= 2) y += u[i] * a[j - 1] * x;
    }
    for (let i = 0; i < 0; i++) y = 100 * k;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
