import { ode } from "odegrad";

export const pendulum = ode({
  state: { angle: 1, rate: 0 },
  hamiltonian: ({ angle, rate }) => rate ** 2 / 2 - Math.cos(angle),
});
