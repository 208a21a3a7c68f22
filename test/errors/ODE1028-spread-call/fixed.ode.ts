import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = [x, y];
    let z = a[0];
    for (let i = 1; i < a.length; i++) z = Math.max(z, a[i]);
    return { x: y, y: -k * x };
  },
});
