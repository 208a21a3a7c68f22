// Defaults from arrays, functions of the index, and seeded generators.
import { mat, normal, ode, uniform, vec } from "odegrad";

export const model = ode({
  state: { u: vec(3, uniform(7, -1, 1)) },
  params: { W: mat(3, 3, normal(1, 0, 0.5)), b: vec(3, (i) => i / 10), c: vec(3, [1, 2, 3]) },
  rhs: ({ u }, { W, b, c }) => ({ u: W.map((row, i) => Math.tanh(row[0] * u[0] + row[1] * u[1] + row[2] * u[2] + b[i]) * c[i]) }),
  loss: { terminal: ({ u }) => u[0] * u[1] - u[2] },
  solver: { method: "midpoint", t1: 0.3, steps: 3 },
});
