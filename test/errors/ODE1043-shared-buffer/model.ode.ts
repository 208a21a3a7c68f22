import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = new SharedArrayBuffer(8);
    return { x: y, y: -k * x };
  },
});
