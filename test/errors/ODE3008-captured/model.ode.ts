import { laplacian, ode, vec } from "odegrad";

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const u = (y: Float64Array) => k * y[0] ** 2 * y[1];
    return { x: [-k * x[0], laplacian(u)(x)] };
  },
});
