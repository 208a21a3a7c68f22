import { linear, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  inputs: { u: linear(3, vec(2), (k) => k) },
  rhs: ({ x }, { k }, { inputs: { u } }) => ({ x: -k * x + u[0] }),
});
