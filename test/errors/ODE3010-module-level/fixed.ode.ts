import { laplacian, ode, vec } from "odegrad";

const u = (y: Float64Array) => y[0] ** 2 * y[1];

export const model = ode({
  state: { x: vec(2, 1) },
  rhs: ({ x }) => ({ x: [-laplacian(u)([1, 2]) * x[0], x[1]] }),
});
