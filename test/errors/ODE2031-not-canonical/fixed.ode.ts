import { ode } from "odegrad";

export const pendulum = ode({
  state: { q: 1, p: 0 },
  hamiltonian: ({ q, p }) => p ** 2 / 2 - Math.cos(q),
});
