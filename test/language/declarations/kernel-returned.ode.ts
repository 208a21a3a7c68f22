// A bare function that returns its derivative.
import { kernel } from "odegrad";

export const model = kernel({
  state: [1, 0.5],
  params: { k: 2 },
  rhs: (_t, y, p) => [y[1], -p[0] * Math.sin(y[0])],
  loss: { terminal: ({ y }) => y[0] * y[1] },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
