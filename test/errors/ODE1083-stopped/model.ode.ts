import { ode, stopGradient, vec } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const v = vec(2, x);
    const held = stopGradient(v);
    v[0] = k;
    return { x: -held[0] * v[0] };
  },
});
