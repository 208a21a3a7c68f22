import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const half = vec(2, x);
    return { x: -k * half[0] };
  },
});
