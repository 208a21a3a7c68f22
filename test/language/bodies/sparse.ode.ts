// Rows of a sparse matrix, by hand and by the library.
import { csr, ode, spmv, vec } from "odegrad";

const A = csr(4, 4, [0, 1, 3, 4, 5], [1, 2, 0, 3, 1], [1, -1, 0.5, 2, 1]);

export const model = ode({
  state: { x: 0.7, u: vec(4, [0.3, -0.2, 0.9, 0.4]) },
  params: { k: 1.2, a: vec(4, [1, -2, 0.5, 3]) },
  rhs: ({ x, u }, { k, a }) => {
    let y = 0;
    for (let i = 0; i < 4; i++) {
      for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++) y += A.value[e] * Math.sin(u[A.column[e]] - u[i]) * k;
    }
    for (const each of spmv(A, u)) y += each * x;
    return { x: y - x, u: u.map((each, i) => -each + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[3] },
  solver: { method: "euler", t1: 0.2, steps: 2 },
});
