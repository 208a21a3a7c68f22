import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z = x;
    for (let n = 0; n < 50; n++) if (z > 1) z = z / 2;
    return { x: y, y: -k * x };
  },
});
