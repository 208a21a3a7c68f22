import { ode } from "odegrad";

function scaled(a: number, by: number) {
  return a * by;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = scaled(x, 2);
    return { x: y, y: -k * x };
  },
});
