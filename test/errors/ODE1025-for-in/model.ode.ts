import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let s = 0;
    for (const key in { x, y }) s += 1;
    return { x: y, y: -k * x };
  },
});
