// An input that is the natural cubic spline through its knots.
import { cubic, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.5 },
  params: { k: 2 },
  inputs: { push: cubic(4, vec(2), (i) => vec(2, [0.4 - 0.3 * i, i * i])) },
  rhs: ({ x }, { k }, { inputs: { push } }) => ({ x: -k * x * push[0] + Math.sin(push[1]) }),
  loss: { terminal: ({ x }) => x ** 2 },
  solver: { method: "rk4", t1: 1, steps: 5 },
});
