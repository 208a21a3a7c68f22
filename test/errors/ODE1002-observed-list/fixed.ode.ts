import { ode, vec } from "odegrad";

export const decay = ode({
  state: { x: 1 },
  params: { k: 0.8 },
  data: { y: vec(3, [0.8, 0.7, 0.5]) },
  times: [0.25, 0.5, 0.75],
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  loss: { at: ({ x }, _params, { k, data }) => (x - data.y[k]) ** 2 },
});
