// An input that runs straight from knot to knot.
import { linear, ode } from "odegrad";

export const model = ode({
  state: { x: 0.5 },
  params: { k: 2 },
  inputs: { push: linear(3, 0, (i) => 0.4 - 0.3 * i) },
  rhs: ({ x }, { k }, { inputs: { push } }) => ({ x: -k * x * push + Math.sin(push) }),
  loss: { terminal: ({ x }) => x ** 2 },
  solver: { method: "rk4", t1: 1, steps: 5 },
});
