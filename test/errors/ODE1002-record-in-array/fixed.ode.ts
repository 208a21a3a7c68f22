import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = [{ b: x }, { b: y }];
    let z = 0;
    for (const item of a) z += item.b;
    return { x: y, y: -k * x };
  },
});
