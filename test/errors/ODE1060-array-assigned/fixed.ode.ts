import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = vec(2);
    if (x > 0) a.fill(x);
    return { x: y, y: -k * x + a[0] };
  },
});
