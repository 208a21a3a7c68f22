import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, u: vec(3, 1) },
  rhs: ({ x, u }) => ({ x: u[0], u: u.map((each) => -each * x) }),
});
