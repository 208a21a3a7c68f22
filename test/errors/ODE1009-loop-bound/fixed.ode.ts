import { ode } from "odegrad";

const n = 3;

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z = 0;
    for (let i = 0; i < n; i++) z += x;
    return { x: y, y: -k * x };
  },
});
