import { ode } from "odegrad";

import { rate } from "./rate.d.ts";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: -k * rate(x) }),
});
