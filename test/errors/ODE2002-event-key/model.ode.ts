import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  events: { when: ({ x }) => x - 0.5, stops: true },
});
