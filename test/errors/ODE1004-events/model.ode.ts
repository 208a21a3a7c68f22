import { ode } from "odegrad";

export const model = ode({
  state: { x: 0.5, v: 1 },
  rhs: ({ v }) => ({ x: v, v: 0 }),
  events: [
    { when: ({ x }) => x, then: ({ x, v }) => ({ x, v: -v }) },
    { when: ({ x }) => x - 1, then: ({ x, v }) => ({ x, v: -v }) },
  ],
});
