// Comparisons, logic, ternaries, and conditions that are kept in variables.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const isLarge = x > 0.5 && (k <= 2 || u[0] > 3);
    let isOn = !(x < k) || isLarge;
    if (u[1] >= 0) isOn = false;
    y = isOn ? x * k : Math.sin(x);
    y += u[2] < 0 ? Math.sqrt(u[2]) : u[2] > 2 ? 0 : u[2] ** 2;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
