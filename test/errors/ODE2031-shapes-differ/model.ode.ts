import { dot, ode, vec } from "odegrad";

export const chain = ode({
  state: { q: vec(3), p: vec(2) },
  hamiltonian: ({ q, p }) => 0.5 * (dot(p, p) + dot(q, q)),
});
