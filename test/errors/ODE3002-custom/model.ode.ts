import { custom, laplacian, ode, vec } from "odegrad";

const cube = custom((s: number) => s ** 3, { jvp: (s: number, d: number) => 3 * s ** 2 * d });
const u = (x: Float64Array) => cube(x[0]) + x[1] ** 2;

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: [-k * x[0], laplacian(u)(x)] }),
});
