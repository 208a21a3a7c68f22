// A loss that is integrated over the time, with a part at the end.
import { ode } from "odegrad";

export const model = ode({
  state: { x: 0.5 },
  params: { k: 2, weight: 0.3 },
  rhs: ({ x }, { k }) => ({ x: -k * x ** 2 }),
  loss: { running: ({ x }, { weight }, { t }) => weight * x ** 2 * t, terminal: ({ x }, { k }) => x * k },
  solver: { method: "rk4", t1: 1, steps: 3 },
});
