import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = [x, y];
    let s = 0;
    for (let i = 0; i < 2; i++) s += a[i];
    return { x: y, y: -k * x };
  },
});
