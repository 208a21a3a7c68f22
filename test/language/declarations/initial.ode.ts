// An initial state that is computed from the parameters.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0, u: vec(2) },
  params: { k: 2, height: vec(2, [0.5, 1.5]) },
  initial: ({ k, height }) => ({ x: Math.sqrt(k), u: height.map((each) => each / k) }),
  rhs: ({ x, u }, { k }) => ({ x: -k * x * u[0], u: [u[1], -u[0]] }),
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * u[1] },
  solver: { method: "heun", t1: 0.5, steps: 3 },
});
