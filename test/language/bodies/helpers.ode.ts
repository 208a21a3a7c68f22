// Helpers that call helpers, generic in sizes and types.
import { ode, vec } from "odegrad";

function sum(v: Float64Array): number {
  let s = 0;
  for (const each of v) s += each;
  return s;
}
const half = (v: number): number => v / 2;
const twice = (v: number): number => half(4 * v) * v;
function second<T>(items: readonly [T, T]): T {
  return items[1];
}

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    y = sum(u) * twice(x) + sum(vec(2, k)) + second([x, k]);
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
