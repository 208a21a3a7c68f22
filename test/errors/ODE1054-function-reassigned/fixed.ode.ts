import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const f = (a: number) => a;
    const g = (a: number) => 2 * a;
    const z = x > 0 ? f(x) : g(x);
    return { x: y, y: -k * x };
  },
});
