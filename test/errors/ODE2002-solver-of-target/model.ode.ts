import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  solver: { t1: 2, real: "float", math: "portable", batch: 32 },
});
