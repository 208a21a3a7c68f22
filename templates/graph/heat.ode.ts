// Heat on a graph: each node moves towards the mean of its neighbours, x_i' = k (mean of x_j - x_i).
import { adjacency, ode, spmv, vec } from "odegrad";
import graph from "./graph.json" with { type: "json" };

const nodes = 8;
const means = adjacency(nodes, graph.edges, { normalise: "rows" });

export const heat = ode({
  state: { x: vec(nodes) },
  params: { k: 1 },
  data: { measured: vec(nodes) },
  rhs: ({ x }, { k }) => {
    const around = spmv(means, x);
    const dx = vec(nodes);
    for (let i = 0; i < nodes; i++) dx[i] = k * (around[i]! - x[i]!);
    return { x: dx };
  },
  loss: {
    terminal: ({ x }, _params, { data }) => {
      let sum = 0;
      for (let i = 0; i < nodes; i++) sum += (x[i]! - data.measured[i]!) ** 2;
      return sum;
    },
  },
  solver: { method: "rk4", t1: 1, steps: 20 },
});
