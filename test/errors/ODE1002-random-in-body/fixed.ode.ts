import { ode, vec, uniform } from "odegrad";

const noise = vec(2, uniform(1));

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = x * noise[0];
    return { x: y, y: -k * x };
  },
});
