import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const m = new Map([[0, x]]);
    return { x: y, y: -k * x };
  },
});
