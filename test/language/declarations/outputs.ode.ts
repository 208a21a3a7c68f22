// Functions of the state that a simulation reports: numbers, arrays, records of none.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(2, [1, 0.5]) },
  params: { k: 2 },
  rhs: ({ u }, { k }) => ({ u: [u[1], -k * u[0]] }),
  outputs: { energy: ({ u }, { k }) => (u[1] ** 2 + k * u[0] ** 2) / 2, twice: ({ u }) => u.map((each) => 2 * each) },
  times: [0.5, 1],
  loss: { terminal: ({ u }) => u[0] },
  solver: { method: "rk4", t1: 1, steps: 4 },
});
