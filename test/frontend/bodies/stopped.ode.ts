import { ode, vec, stopGradient } from "odegrad";
export const m = ode({
  state: { x: 0.3, u: vec(3, [1, 2, 3]) },
  params: { k: 0.5 },
  rhs: ({ x, u }, { k }) => {
    const s = stopGradient(u.map((e) => e * k));
    const [a] = stopGradient([x * k, x]);
    const r = stopGradient({ p: x, q: k });
    return { x: -stopGradient(k * x) * x + a - r.p, u: [s[0] * u[0], s[1], u[2] * stopGradient(3)] };
  },
  loss: { terminal: ({ x, u }) => x * x + u[0] - u[2] },
  solver: { method: "rk4", t1: 1, steps: 10 },
});
