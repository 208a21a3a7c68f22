import { ode, laplacian } from "odegrad";

const f = (p: number[]) => p[0];

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = laplacian(f)([x]);
    return { x: y, y: -k * x };
  },
});
