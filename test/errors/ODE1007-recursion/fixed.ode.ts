import { ode } from "odegrad";

function power(b: number, n: number): number {
  let p = 1;
  for (let i = 0; i < 3; i++) p *= b;
  return p;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = power(x, 3);
    return { x: y, y: -k * x };
  },
});
