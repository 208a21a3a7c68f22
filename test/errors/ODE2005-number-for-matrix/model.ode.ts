import { mat, ode } from "odegrad";

export const model = ode({
  state: { x: 1, body: { W: mat(2, 3, 0.5) } },
  rhs: ({ x, body }) => ({ x: body.W[0][1], body: { W: -x } }),
});
