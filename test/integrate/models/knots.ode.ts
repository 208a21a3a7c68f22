import { cubic, linear, ode, vec } from "odegrad";
export const knots = ode({
  state: { x: 0, v: vec(2) },
  params: { k: 0.7, e: 0.2 },
  constants: { c: 0.3 },
  data: { d: vec(3, [0.1, 0.2, 0.4]) },
  initial: ({ k, e }, { t, constants, data, inputs: { u } }) => ({
    x: k * k + u + t * e,
    v: [Math.sin(e) * constants.c, data.d[1] / (1 + k)],
  }),
  inputs: {
    u: cubic(6, 0, (k) => Math.sin(k) + 0.1 * k * k),
    w: linear(4, { a: vec(2), b: 0.1 }, (k) => ({ a: [0.1 * k, 1 - k], b: k * k * 0.1 })),
  },
  times: [0.5, 0.61, 1.3, 2],
  rhs: ({ x, v }, { k }, { t, inputs: { u, w } }) => ({
    x: -k * x + u * w.b,
    v: [w.a[0] * v[1] - v[0], Math.sin(w.a[1] - v[1] * u * u + t)],
  }),
  outputs: { o: (_s, _p, { inputs }) => inputs.u * inputs.w.b },
  loss: {
    at: ({ x, v }, { e }, { inputs: { u, w } }) => e * x * u + v[0] * v[1] * w.a[1],
    running: ({ x }, _p, { inputs: { u, w } }) => u * u * x + w.b,
    terminal: ({ v }, _p, { inputs: { w, u } }) => v[0] * w.a[0] + u * v[1],
  },
  solver: { method: "rk4", t0: 0.2, t1: 2, steps: 180 },
});
