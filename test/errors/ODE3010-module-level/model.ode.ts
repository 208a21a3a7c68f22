import { laplacian, ode, vec } from "odegrad";

const u = (y: Float64Array) => y[0] ** 2 * y[1];
const bend = laplacian(u)([1, 2]);

export const model = ode({
  state: { x: vec(2, 1) },
  rhs: ({ x }) => ({ x: [-bend * x[0], x[1]] }),
});
