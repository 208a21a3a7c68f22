import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const apply = (f: (a: number) => number) => f(x);
    const z = apply((a) => 2 * a);
    return { x: y, y: -k * x };
  },
});
