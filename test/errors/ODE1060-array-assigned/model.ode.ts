import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let a = vec(2);
    if (x > 0) a = vec(2, x);
    return { x: y, y: -k * x + a[0] };
  },
});
