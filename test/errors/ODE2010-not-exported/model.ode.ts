import { ode } from "odegrad";
import { pul } from "./parts.ts";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: pul(x) * k }),
});
