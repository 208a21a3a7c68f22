import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z;
    if (x > 0) z = y;
    const w = z + 1;
    return { x: y, y: -k * x };
  },
});
