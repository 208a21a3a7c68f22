import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const r = [x, y];
    let s = 0;
    for (let i = 0; i < r.length; i++) s += r[i];
    return { x: y, y: -k * x };
  },
});
