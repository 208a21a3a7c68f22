import { ode, vec, uniform } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = vec(2, uniform(1));
    return { x: y, y: -k * x };
  },
});
