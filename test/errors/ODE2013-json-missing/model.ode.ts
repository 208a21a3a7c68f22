import { ode } from "odegrad";

import numbers from "./numbers.json" with { type: "json" };

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = k;
    return { x: y, y: -k * x };
  },
});
