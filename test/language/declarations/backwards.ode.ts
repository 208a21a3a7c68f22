// A solve from a later time to an earlier one.
import { ode } from "odegrad";

export const model = ode({
  state: { x: 0.5 },
  params: { k: 2 },
  rhs: ({ x }, { k }, { t }) => ({ x: -k * x * t }),
  loss: { terminal: ({ x }) => x ** 2 },
  solver: { method: "rk4", t0: 1, t1: 0.25, steps: 3 },
});
