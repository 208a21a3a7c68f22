import { ode } from "odegrad";

export const model = ode({
  state: { q: 1, p: 0 },
  hamiltonian: ({ q, p }) => 0.5 * (p * p + q * q),
});
