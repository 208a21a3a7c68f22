import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z = 0;
    for (let i = 0; i < 3; i++) {
      if (x > i) continue;
      z += i;
    }
    return { x: y, y: -k * x };
  },
});
