import { laplacian, ode } from "odegrad";

const u = (p: { x: number; y: number }) => p.x ** 2 * p.y;

export const model = ode({
  state: { x: 1, y: 2 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => ({ x: -k * x, y: laplacian(u)({ x, y }) }),
});
