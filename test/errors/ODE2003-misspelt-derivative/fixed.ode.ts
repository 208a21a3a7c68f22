import { ode } from "odegrad";

export const model = ode({
  state: { hare: 30 },
  params: { alpha: 0.5 },
  rhs: ({ hare }, { alpha }) => ({ hare: alpha * hare }),
});
