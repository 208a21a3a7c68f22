import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = vec(4);
    const b = a.subarray(0, 2);
    return { x: y, y: -k * x };
  },
});
