import { ode } from "odegrad";

function scaled(a: number, by = 2) {
  return a * by;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = scaled(x);
    return { x: y, y: -k * x };
  },
});
