import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  times: [1, 2, Number.NaN],
  solver: { t1: 3 },
});
