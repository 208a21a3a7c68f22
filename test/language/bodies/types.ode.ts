// Types, which are erased.
import { ode, vec } from "odegrad";

interface Pair {
  readonly left: number;
  readonly right: number;
}

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const one = (x as number) satisfies number;
    const sure = u[1]!;
    const pair: Pair = { left: one, right: sure };
    y = pair.left * pair.right * k;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
