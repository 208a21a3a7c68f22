// Numbers, arrays and sparse matrices that are folded into the code.
import { csr, ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(3, 0.5) },
  params: { k: 2 },
  constants: { mass: 1.5, table: [0.5, 1, 2], nested: { A: csr(3, 3, [0, 1, 2, 4], [1, 2, 0, 1], [1, 2, 3, 4]) } },
  rhs: ({ u }, { k }, { constants: { mass, table, nested } }) => {
    const du = vec(3);
    for (let i = 0; i < 3; i++) {
      du[i] = -table[i] * u[i];
      for (let e = nested.A.rowStart[i]; e < nested.A.rowStart[i + 1]; e++) du[i] += (nested.A.value[e] * u[nested.A.column[e]] * k) / mass;
    }
    return { u: du };
  },
  loss: { terminal: ({ u }) => u[0] * u[2] },
  solver: { method: "euler", t1: 0.1, steps: 2 },
});
