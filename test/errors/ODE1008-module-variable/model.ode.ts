import { ode } from "odegrad";

let calls = 0;

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    calls += 1;
    return { x: y, y: -k * x };
  },
});
