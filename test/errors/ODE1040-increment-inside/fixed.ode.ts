import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = [x, y];
    let i = 0;
    const z = a[0];
    i++;
    return { x: y, y: -k * x };
  },
});
