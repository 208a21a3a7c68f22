import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => {
    for (let i = 0; i < 3; i++) {
      if (x > i) return { x: i };
    }
    return { x: 0 };
  },
});
