import { ode } from "odegrad";
import { pull } from "./parts.ts";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: pull(x) * k }),
});
