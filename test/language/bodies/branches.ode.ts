// if and else, one inside the other; the side that is not taken is at a pole.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    if (x > 2) {
      y = x;
    } else if (x > 0) {
      if (k > 1) y = x * k;
      else y = 1 / (k - 1.2);
    } else {
      y = Math.log(x);
    }
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
