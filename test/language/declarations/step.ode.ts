// The exact gradient with one stored state a step, the step again with its tapes.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(2, [0.4, 0.9]) },
  params: { k: 1.5 },
  rhs: ({ u }, { k }) => {
    const h = vec(2);
    for (let i = 0; i < 2; i++) h[i] = Math.tanh(k * u[i] + u[1 - i]);
    return { u: [h[0] * h[1], -h[0]] };
  },
  loss: { terminal: ({ u }) => u[0] * u[1] },
  solver: { method: "heun", t1: 0.5, steps: 3, adjoint: "step" },
});
