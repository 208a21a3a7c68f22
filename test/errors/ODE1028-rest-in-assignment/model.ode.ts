import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let a = 0;
    const b = vec(2);
    [a, ...b] = [x, y];
    return { x: y, y: -k * x };
  },
});
