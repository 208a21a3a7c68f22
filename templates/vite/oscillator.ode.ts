// A damped oscillator, x'' = -k x - c x'.
import { ode } from "odegrad";

export const oscillator = ode({
  state: { x: 1, v: 0 },
  params: { k: 4, c: 0.5 },
  rhs: ({ x, v }, { k, c }) => ({ x: v, v: -k * x - c * v }),
  times: [0, 1, 2, 3, 4, 5],
  loss: { terminal: ({ x }) => x ** 2 },
  solver: { method: "rk4", t1: 5, steps: 100 },
});
