import { laplacian, ode, vec } from "odegrad";

const u = (y: Float64Array, k: number) => k * y[0] ** 2 * y[1];

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: [-k * x[0], laplacian(u)(x, k)] }),
});
