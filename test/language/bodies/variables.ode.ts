// let, every assignment operator, shadowing, a declaration without a value.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    let s = x;
    s += k;
    s -= u[0];
    s *= x;
    s /= 2;
    s **= 2;
    s %= 5;
    s++;
    let chosen: number;
    if (s > 1) chosen = s * k;
    else chosen = -s;
    {
      const x = chosen * 2;
      s += x;
    }
    y = s * chosen;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
