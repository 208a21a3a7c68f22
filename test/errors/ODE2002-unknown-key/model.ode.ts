import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  parms: { k: 1 },
  rhs: ({ x }) => ({ x: -x }),
  solver: { metod: "rk4" },
  loss: { terminl: ({ x }) => x },
});
