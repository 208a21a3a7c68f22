import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  inputs: { u: 3 },
  rhs: ({ x }, _params, { inputs }) => ({ x: inputs.u - x }),
});
