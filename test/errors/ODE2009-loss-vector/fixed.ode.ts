import { ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(2, 1) },
  rhs: ({ u }) => ({ u: [u[1], u[0]] }),
  loss: { terminal: ({ u }) => u[0] },
});
