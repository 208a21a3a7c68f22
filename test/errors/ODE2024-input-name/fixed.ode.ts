import { hold, ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  inputs: { push_right: hold(2) },
  rhs: ({ x }, _params, { inputs }) => ({ x: inputs.push_right - x }),
});
