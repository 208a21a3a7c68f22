import { ode } from "odegrad";

function pass(a: number) {
  let s = 0;
  for (let j = 0; j < 3; j++) s += a * j;
  return s;
}

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = pass(x);
    return { x: y, y: -k * x };
  },
});
