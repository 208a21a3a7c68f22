import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  solver: { method: 4, steps: 0.5, rtol: 1e-6, wrt: "x" },
});
