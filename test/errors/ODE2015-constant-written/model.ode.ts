import { ode } from "odegrad";

const links = [1, 2];

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    links[0] = x;
    return { x: y, y: -k * x };
  },
});
