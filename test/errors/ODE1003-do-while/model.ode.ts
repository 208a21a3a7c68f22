import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z = x;
    do {
      z = z / 2;
    } while (z > 1);
    return { x: y, y: -k * x };
  },
});
