import { ode, mat, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = mat(2, 2);
    a[0] = vec(2);
    return { x: y, y: -k * x };
  },
});
