import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  events: { stop: true },
});
