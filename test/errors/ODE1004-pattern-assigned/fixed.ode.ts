import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let a = x;
    let b = y;
    const c = a;
    a = b;
    b = c;
    return { x: y, y: -k * x };
  },
});
