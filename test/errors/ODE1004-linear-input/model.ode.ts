import { ode, linear } from "odegrad";

export const model = ode({
  state: { x: 1 },
  inputs: { u: linear(5) },
  rhs: ({ x }, _params, { inputs }) => ({ x: inputs.u - x }),
});
