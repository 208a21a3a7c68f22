import { ode, vec } from "odegrad";

const n = 4;

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = vec(n);
    return { x: y, y: -k * x };
  },
});
