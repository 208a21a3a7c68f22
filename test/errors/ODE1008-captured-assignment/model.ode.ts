import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z = x;
    const grow = (by: number) => {
      z += by;
      return z;
    };
    const w = grow(1);
    return { x: y, y: -k * x };
  },
});
