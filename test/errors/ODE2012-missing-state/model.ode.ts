import { ode } from "odegrad";

export const model = ode({
  rhs: () => ({}),
});
