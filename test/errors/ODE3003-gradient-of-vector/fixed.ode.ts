import { jacobian, ode, vec } from "odegrad";

const f = (x: Float64Array) => [x[0] * x[1], x[1]];

export const model = ode({
  state: { x: vec(2, 1) },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const g = jacobian(f)(x);
    return { x: [-k * x[0], g[0][0]] };
  },
});
