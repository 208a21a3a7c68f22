import { ode, vec, linear, cubic } from "odegrad";

export const model = ode({
  state: { x: 1, v: vec(2) },
  params: { k: 2 },
  inputs: { u: linear(2) },
  rhs: ({ x, v }, { k }) => ({ x: -k * x, v: [v[1], -v[0]] }),
});
