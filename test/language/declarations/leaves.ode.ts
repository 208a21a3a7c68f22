// Scalars, vectors, matrices, tensors, records and tuples, in state and parameters.
import { mat, ode, tensor, vec } from "odegrad";

export const model = ode({
  state: { x: 0.5, body: { q: vec(2, [0.1, 0.4]), spin: 0.2 }, pair: [0.3, vec(2, 0.6)] },
  params: { k: 1.5, net: { W: mat(2, 2, [1, 2, 3, 4]), layers: [vec(2, 0.5), mat(1, 2, 0.1)] }, T: tensor([2, 1, 2], 0.7) },
  rhs: ({ x, body: { q, spin }, pair: [p, w] }, { k, net, T }) => ({
    x: -k * x + T[1][0][1] * q[0],
    body: { q: [q[1] * net.W[0][1], -q[0] * net.layers[0][1]], spin: net.layers[1][0][1] * p },
    pair: [w[1] * spin, w.map((each, i) => each * net.W[1][i])],
  }),
  loss: { terminal: ({ x, body, pair }) => x ** 2 + body.q[0] * body.spin + pair[0] * pair[1][1] },
  solver: { method: "heun", t1: 0.2, steps: 2 },
});
