// Helpers that return arrays and records, and that write into an array.
import { ode, vec } from "odegrad";

function normalised(v: Float64Array): { unit: Float64Array; size: number } {
  const size = Math.sqrt(v.reduce((s, each) => s + each * each, 1));
  return { unit: v.map((each) => each / size), size };
}
function addTo(to: Float64Array, from: Float64Array, factor: number): number {
  for (let i = 0; i < to.length; i++) to[i] += factor * from[i];
  return factor;
}

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const { unit, size } = normalised(u);
    const d = vec(4);
    const used = addTo(d, unit, k) + addTo(d, u, -1);
    y = d[0] * d[3] + size * used;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
