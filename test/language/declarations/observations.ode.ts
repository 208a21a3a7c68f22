// Data, observation times, and a loss at each of them.
import { mat, ode } from "odegrad";

export const model = ode({
  state: { x: 0.5, v: 1 },
  params: { k: 2 },
  data: { seen: mat(3, 2, [0.6, 0.9, 0.7, 0.5, 0.5, -0.4]) },
  times: [0.2, 0.4, 1],
  rhs: ({ x, v }, { k }) => ({ x: v, v: -k * x }),
  loss: { at: ({ x, v }, _params, { k, t, data }) => (x - data.seen[k][0]) ** 2 + t * (v - data.seen[k][1]) ** 2 },
  solver: { method: "heun", t1: 1, steps: 5 },
});
