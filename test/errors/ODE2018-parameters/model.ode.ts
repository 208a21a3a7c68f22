import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }, env, more) => ({ x: -k * x }),
});
