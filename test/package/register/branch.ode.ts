import { ode } from "odegrad";

export const valve = ode({
  state: { level: 0.5 },
  params: { inflow: 1, leak: 0.1 },
  rhs: ({ level }, { inflow, leak }) => {
    let rate = inflow;
    if (level > 100) {
      rate = -leak * Math.exp(-level);
    } else {
      rate = inflow - leak * Math.sin(level);
    }
    return { level: rate };
  },
  loss: { terminal: ({ level }) => level * level },
  solver: { method: "rk4", t1: 1, steps: 10 },
});
