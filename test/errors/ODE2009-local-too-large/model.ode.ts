import { mat, ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const long = vec(1e15);
    const square = mat(70000, 70000, (i, j) => i * j);
    const wide = mat(3000, 2).map((row) => new Float64Array(3e7));
    return { x: -k * x * long[0] * square[0][0] * wide[0][0] };
  },
});
