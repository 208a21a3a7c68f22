import { ode } from "odegrad";

function count(a: number) {
  return arguments.length + a;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = count(x);
    return { x: y, y: -k * x };
  },
});
