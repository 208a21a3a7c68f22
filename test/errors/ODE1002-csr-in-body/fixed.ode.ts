import { csr, ode, spmv, vec } from "odegrad";

const A = csr(2, 2, [0, 1, 2], [0, 1], [-1, -2]);

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    return { x: spmv(A, x).map((each) => k * each) };
  },
});
