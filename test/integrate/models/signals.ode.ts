import { cubic, hold, linear, mat, ode, vec } from "odegrad";
export const straight = ode({
  state: { x: 0.3, v: vec(2, [1, 0.5]) },
  params: { k: 0.7 },
  inputs: {
    u: linear(5, 0, (k) => Math.sin(k)),
    w: linear(4, { a: vec(2), b: 0.1 }, (k) => ({ a: [0.1 * k, 1 - k], b: k * k })),
    h: hold(2, 0, (k) => k + 1),
  },
  times: [0.5, 1, 2],
  rhs: ({ x, v }, { k }, { inputs: { u, w, h } }) => ({
    x: -k * x + u * w.b + h,
    v: [w.a[0] * v[1] - v[0], w.a[1] - v[1] * u * u],
  }),
  outputs: { now: (_s, _p, { inputs }) => inputs.u },
  loss: {
    at: ({ x, v }, _p, { inputs: { u } }) => x * u + v[0] * v[1],
    running: (_s, _p, { inputs: { u } }) => u * u,
    terminal: ({ v }, _p, { inputs: { w } }) => v[0] * w.a[0],
  },
  solver: { method: "rk4", t1: 2, steps: 20 },
});
export const curved = ode({
  state: { x: 0.3, v: vec(2, [1, 0.5]) },
  params: { k: 0.7, e: 0.2 },
  initial: ({ k, e }, { inputs: { u } }) => ({ x: k * k + u, v: [e, k * e] }),
  inputs: {
    u: cubic(5, 0, (k) => Math.sin(k)),
    w: cubic(4, { a: vec(2), b: 0.1 }, (k) => ({ a: [0.1 * k, 1 - k], b: k * k })),
    two: cubic(2, 1),
    three: cubic(3, mat(1, 2, 1)),
  },
  times: [0.5, 1, 2],
  rhs: ({ x, v }, { k }, { inputs: { u, w, two, three } }) => ({
    x: -k * x + u * w.b + two,
    v: [w.a[0] * v[1] - v[0] * three[0][0], w.a[1] - v[1] * u * u * three[0][1]],
  }),
  loss: {
    at: ({ x, v }, _p, { inputs: { u } }) => x * u + v[0] * v[1],
    running: (_s, _p, { inputs: { u } }) => u * u,
    terminal: ({ v }, _p, { inputs: { w } }) => v[0] * w.a[0],
  },
  solver: { method: "dopri5", t1: 2, steps: 20 },
});
