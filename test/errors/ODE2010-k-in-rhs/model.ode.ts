import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1 },
  data: { y: vec(3) },
  rhs: ({ x }, _params, { k, data }) => ({ x: data.y[k] - x }),
});
