import { ode } from "odegrad";
import { rate } from "./parts";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: rate(x) }),
});
