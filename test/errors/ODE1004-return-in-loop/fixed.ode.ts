import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => {
    let rate = 0;
    for (let i = 2; i >= 0; i--) {
      if (x > i) rate = i;
    }
    return { x: rate };
  },
});
