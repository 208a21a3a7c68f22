import { laplacian, ode, vec } from "odegrad";

const u = (x: Float64Array) => x[0] ** 3 + x[1] ** 2;

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: [-k * x[0], laplacian(u)(x)] }),
});
