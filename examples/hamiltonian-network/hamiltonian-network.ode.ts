// A Hamiltonian network (Greydanus, Dzamba, Yosinski 2019) learns a pendulum from its motion: the network is the energy, and
// its gradient, turned by a quarter, the vector field. What it learns conserves an energy whatever it has learned.
import { gradient, mat, normal, ode, vec } from "odegrad";

const hidden = 32;
const points = 8;

interface Weights {
  W: Float64Array[];
  b: Float64Array;
  w: Float64Array;
}

/** The energy at (q, p); the angle comes in by its sine and cosine. */
function energy(x: Float64Array, { W, b, w }: Weights): number {
  let s = 0;
  for (let i = 0; i < hidden; i++) {
    const z = W[i]![0]! * Math.cos(x[0]!) + W[i]![1]! * Math.sin(x[0]!) + W[i]![2]! * x[1]!;
    s += w[i]! * Math.tanh(z + b[i]!);
  }
  return s;
}

export const pendulum = ode({
  state: { q: 1.2, p: 0 },
  params: {
    W: mat(hidden, 3, normal(1, 0, 0.7)),
    b: vec(hidden, normal(2, 0, 0.5)),
    w: vec(hidden, normal(3, 0, 0.3)),
  },
  data: { seen: mat(points, 2) },
  rhs: ({ q, p }, weights) => {
    const g = gradient(energy)([q, p], weights);
    return { q: g[1]!, p: -g[0]! };
  },
  outputs: {
    energy: ({ q, p }, weights) =>
      energy(
        vec(2, (i) => (i === 0 ? q : p)),
        weights,
      ),
  },
  times: [0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.05, 1.2],
  loss: {
    at: ({ q, p }, _weights, { k, data }) => (q - data.seen[k]![0]!) ** 2 + (p - data.seen[k]![1]!) ** 2,
  },
  solver: { method: "rk4", t1: 1.2, steps: 24, wrt: ["params"] },
});
