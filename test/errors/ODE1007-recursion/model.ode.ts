import { ode } from "odegrad";

function power(b: number, n: number): number {
  return n > 0 ? b * power(b, n - 1) : 1;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = power(x, 3);
    return { x: y, y: -k * x };
  },
});
