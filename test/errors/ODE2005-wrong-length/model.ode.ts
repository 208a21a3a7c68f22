import { ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(3, 1) },
  rhs: ({ u }) => ({ u: [u[0], u[1]] }),
});
