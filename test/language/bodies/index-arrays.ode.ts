// Gathers and scatters through constant integer arrays.
import { ode, vec } from "odegrad";

const next = [1, 3, 0, 2];
const edges = [
  [0, 1],
  [1, 2],
  [3, 0],
];

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const v = vec(4);
    for (let i = 0; i < 4; i++) v[next[i]] += u[i] * u[next[next[i]]];
    for (let e = 0; e < edges.length; e++) y += v[edges[e][0]] * v[edges[e][1]] * k;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
