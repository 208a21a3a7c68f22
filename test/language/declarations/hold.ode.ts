// An input that is constant on each of its pieces; a record of leaves, each piece with a default of its own.
import { hold, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.5 },
  params: { k: 2 },
  inputs: { push: hold(2, 0.3), layer: hold(4, { w: vec(2), b: 0 }, (i) => ({ w: vec(2, 0.1 * (i + 1)), b: i / 10 })) },
  rhs: ({ x }, { k }, { inputs: { push, layer } }) => ({ x: -k * x + push + Math.tanh(layer.w[0] * x + layer.w[1] + layer.b) }),
  loss: { terminal: ({ x }) => x ** 2, running: (_state, _params, { inputs }) => inputs.push ** 2 },
  solver: { method: "heun", t1: 1, steps: 4 },
});
