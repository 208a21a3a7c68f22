import { ode, vec, linear, cubic } from "odegrad";

export const model = ode({
  state: { x: 1, v: vec(2) },
  params: { k: 2 },
  inputs: { u: cubic(3, vec(2), (k) => vec(2, k)) },
  rhs: ({ x, v }, { k }) => ({ x: -k * x, v: [v[1], -v[0]] }),
});
