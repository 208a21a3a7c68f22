import { ode } from "odegrad";

function even(n: number): number {
  return n > 0 ? odd(n - 1) : 1;
}
function odd(n: number): number {
  return n > 0 ? even(n - 1) : 0;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = even(x);
    return { x: y, y: -k * x };
  },
});
