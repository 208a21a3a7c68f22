import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let a = vec(2);
    a = vec(2);
    return { x: y, y: -k * x };
  },
});
