// Patterns in declarations, parameters and assignments; a swap.
import { ode, vec } from "odegrad";

const parts = (v: Float64Array) => ({ middle: v[1] * v[2], ends: [v[0], v[3]] });

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const [first, , third] = u;
    const { middle, ends: [left, right] } = parts(u);
    let low = x;
    let high = k;
    if (low < high) [low, high] = [high, low];
    const w = u.map((each) => each);
    [w[0], w[3]] = [w[3], w[0]];
    y = first * third + middle * left - right + low / high + w[0] ** 2;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
