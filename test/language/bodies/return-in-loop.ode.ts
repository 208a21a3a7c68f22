// A helper that returns from inside two loops.
import { ode, vec } from "odegrad";

function first(v: Float64Array, level: number): [number, number] {
  for (let i = 0; i < v.length; i++) {
    for (let j = i; j >= 0; j--) {
      if (v[i] * v[j] > level) return [v[i], v[j]];
    }
  }
  return [level, 1];
}

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const [p, q] = first(u, x - 0.5);
    y = p * q * k;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
