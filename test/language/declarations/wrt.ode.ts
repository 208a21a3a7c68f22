// A gradient of some leaves alone.
import { hold, ode } from "odegrad";

export const model = ode({
  state: { x: 0.5, v: 1 },
  params: { k: 2, damping: 0.1 },
  inputs: { push: hold(2, 0.3) },
  rhs: ({ x, v }, { k, damping }, { inputs }) => ({ x: v, v: -k * x - damping * v + inputs.push }),
  loss: { terminal: ({ x, v }) => x ** 2 + v },
  solver: { method: "heun", t1: 1, steps: 4, wrt: ["params.k", "inputs"] },
});
