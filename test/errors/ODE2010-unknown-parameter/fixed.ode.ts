import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { gamma: 1 },
  rhs: ({ x }, { gamma }) => ({ x: -gamma * x }),
});
