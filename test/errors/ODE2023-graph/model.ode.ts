import { adjacency, ode, vec } from "odegrad";

const A = adjacency(3, [[0, 1], [1, 3]], { selfLoops: true });

export const model = ode({
  state: { x: vec(3, 1) },
  params: { k: 2 },
  constants: { A },
  rhs: ({ x }, { k }, { constants: { A } }) => {
    const dx = vec(3);
    for (let i = 0; i < 3; i++) for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++) dx[i] += k * A.value[e] * x[A.column[e]];
    return { x: dx };
  },
});
