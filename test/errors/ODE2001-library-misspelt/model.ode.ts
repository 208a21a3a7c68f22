import { ode, vecc } from "odegrad";

export const model = ode({
  state: { u: vecc(2, 1) },
  rhs: ({ u }) => ({ u }),
});
