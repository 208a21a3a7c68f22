import { adjacency, mat, matvec, ode, softsign, spmv, vec } from "odegrad";

const nodes = 6;
const ring = adjacency(
  nodes,
  [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 0],
  ],
  { normalise: "rows" },
);

/** Heat on a ring with a fixed network of weights between the nodes: tables of real numbers and of integers. */
export const heat = ode({
  state: { x: vec(nodes, 0.5) },
  params: { k: 0.75, gain: vec(nodes, 0.25) },
  constants: {
    weights: mat(
      6,
      6,
      [
        0.25, -0.5, 0.125, 0.75, -0.25, 0.5, -0.125, 0.25, 0.5, -0.75, 0.25, 0.125, 0.5, 0.25, -0.25, 0.125,
        0.75, -0.5, 0.25, 0.5, 0.125, -0.25, 0.5, 0.75, -0.5, 0.125, 0.25, 0.5, -0.75, 0.25, 0.75, -0.125,
        0.5, 0.25, 0.125, -0.25,
      ],
    ),
  },
  rhs: ({ x }, { k, gain }, { constants: { weights } }) => {
    const around = spmv(ring, x);
    const mixed = matvec(weights, x);
    const dx = vec(nodes);
    for (let i = 0; i < nodes; i++) dx[i] = k * (around[i]! - x[i]!) + gain[i]! * softsign(mixed[i]!);
    return { x: dx };
  },
  loss: {
    terminal: ({ x }) => {
      let sum = 0;
      for (let i = 0; i < nodes; i++) sum += (x[i]! - i) ** 2;
      return sum;
    },
  },
  solver: { method: "rk4", t1: 1, steps: 8 },
});
