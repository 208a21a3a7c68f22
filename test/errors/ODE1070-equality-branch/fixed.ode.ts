import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = Math.abs(x - y) < 1e-9 ? x : 2 * y;
    const w = z + 1;
    return { x: y, y: -k * x };
  },
});
