// Every smooth function of Math.
import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    const p = 0.3 * x;
    y = Math.sin(p) + Math.cos(p) * Math.tan(p) + Math.asin(p) - Math.acos(p) + Math.atan(k * p);
    y += Math.sinh(p) * Math.cosh(k) - Math.tanh(x) + Math.asinh(x) + Math.acosh(1 + k) + Math.atanh(p);
    y += Math.exp(-x) + Math.expm1(p) + Math.log(k) + Math.log1p(p) + Math.log2(k + x) + Math.log10(k + 2);
    y += Math.sqrt(k) + Math.cbrt(x) + Math.hypot(x, k, 2) + Math.atan2(x, k) + Math.pow(k, x);
    y *= Math.PI / Math.E;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
