import { csr, ode, spmv, vec } from "odegrad";

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const A = csr(2, 2, [0, 1, 2], [0, 1], [-1, -2]);
    return { x: spmv(A, x).map((each) => k * each) };
  },
});
