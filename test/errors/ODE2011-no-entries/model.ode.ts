import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, rest: vec(0) },
  params: { k: 2 },
  rhs: ({ x, rest }, { k }) => ({ x: -k * x, rest }),
});
