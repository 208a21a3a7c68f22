import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  times: [1, 2, 3],
  solver: { t1: 3 },
});
