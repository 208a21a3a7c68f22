import { ode } from "odegrad";

const f = (a: number, b: number) => a * b;

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = f(x);
    return { x: y, y: -k * x };
  },
});
