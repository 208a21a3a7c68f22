import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    let a = x;
    let b = k;
    a += 1;
    b += 1;
    return { x: -a * b };
  },
});
