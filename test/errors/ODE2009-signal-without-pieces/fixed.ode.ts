import { hold, ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  inputs: { force: hold(1) },
  rhs: ({ x }, { k }, { inputs }) => ({ x: -k * x + inputs.force }),
});
