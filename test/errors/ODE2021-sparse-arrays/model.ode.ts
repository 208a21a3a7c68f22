import { ode, csr } from "odegrad";

const A = csr(2, 2, [0, 1], [0, 1], [1, 1]);

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = k;
    return { x: y, y: -k * x };
  },
});
