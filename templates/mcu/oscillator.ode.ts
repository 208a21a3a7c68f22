// A damped oscillator, q'' = -stiffness q - damping q', that is watched eight times in two seconds.
import { ode, vec } from "odegrad";

export const oscillator = ode({
  state: { q: 1, v: 0 },
  params: { stiffness: 1, damping: 0.1 },
  data: { seen: vec(8) },
  rhs: ({ q, v }, { stiffness, damping }) => ({ q: v, v: -stiffness * q - damping * v }),
  times: [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2],
  loss: { at: ({ q }, _params, { k, data }) => (q - data.seen[k]!) ** 2 },
  solver: { method: "rk4", t1: 2, steps: 32, wrt: ["params"] },
});
