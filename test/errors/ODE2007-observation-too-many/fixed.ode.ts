import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1 },
  data: { y: vec(4) },
  rhs: ({ x }) => ({ x: -x }),
  times: [0.25, 0.5, 0.75, 1],
  loss: { at: ({ x }, _params, { k, data }) => (x - data.y[k]) ** 2 },
});
