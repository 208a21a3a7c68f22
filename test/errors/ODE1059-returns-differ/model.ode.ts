import { ode } from "odegrad";

function f(a: number) {
  if (a > 0) return a;
  return [a, a];
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = f(x);
    return { x: y, y: -k * x };
  },
});
