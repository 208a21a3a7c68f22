import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    if (x < 0) throw new RangeError("negative");
    return { x: y, y: -k * x };
  },
});
