import { ode } from "odegrad";

const first = 0;

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = x * first;
    return { x: y, y: -k * x };
  },
});
