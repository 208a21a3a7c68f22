import { laplacian, ode } from "odegrad";

const u = (p: Float64Array) => p[0] ** 2 * p[1];

export const model = ode({
  state: { x: 1, y: 2 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => ({ x: -k * x, y: laplacian(u)([x, y]) }),
});
