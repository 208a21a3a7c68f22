import { ode } from "odegrad";

function sum(a: number[]) {
  return a[0] + a[1];
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = sum([x, y]);
    return { x: y, y: -k * x };
  },
});
