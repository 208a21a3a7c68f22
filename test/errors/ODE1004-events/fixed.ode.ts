import { ode } from "odegrad";

export const model = ode({
  state: { q: 1, p: 0 },
  rhs: ({ q, p }) => ({ q: p, p: -q }),
});
