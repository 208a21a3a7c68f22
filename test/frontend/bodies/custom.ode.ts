import { ode, vec, custom } from "odegrad";
const smooth = custom((x: number) => Math.sqrt(x * x + 0.01), { vjp: (x, bar) => (bar * x) / Math.sqrt(x * x + 0.01) });
const product = custom((x: number, y: number) => x * y, { jvp: (x, y, xd, yd) => xd * y + x * yd });
const rotate = custom((u: Float64Array, a: number) => [Math.cos(a) * u[0] - Math.sin(a) * u[1], Math.sin(a) * u[0] + Math.cos(a) * u[1]], {
  vjp: (u, a, bar) => [
    [Math.cos(a) * bar[0] + Math.sin(a) * bar[1], -Math.sin(a) * bar[0] + Math.cos(a) * bar[1]],
    bar[0] * (-Math.sin(a) * u[0] - Math.cos(a) * u[1]) + bar[1] * (Math.cos(a) * u[0] - Math.sin(a) * u[1]),
  ],
  jvp: (u, a, ud, ad) => [
    Math.cos(a) * ud[0] - Math.sin(a) * ud[1] + ad * (-Math.sin(a) * u[0] - Math.cos(a) * u[1]),
    Math.sin(a) * ud[0] + Math.cos(a) * ud[1] + ad * (Math.cos(a) * u[0] - Math.sin(a) * u[1]),
  ],
});
export const m = ode({
  state: { x: 0.3, u: vec(2, [1, 0.5]) },
  params: { k: 0.7, w: vec(4, [0.1, 0.2, 0.3, 0.4]) },
  rhs: ({ x, u }, { k, w }) => {
    let s = 0;
    for (let i = 0; i < 4; i++) {
      s = smooth(s * w[i] + x);
      if (s > 0.5) s = product(s, w[i] * k);
    }
    const r = rotate(u, k * s);
    return { x: -s + product(x, k), u: [r[1] - u[0], -r[0] * x] };
  },
  loss: { terminal: ({ x, u }) => x * u[0] + smooth(u[1]) },
  solver: { method: "rk4", t1: 1, steps: 10 },
});
