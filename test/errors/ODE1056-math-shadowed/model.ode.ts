import { ode } from "odegrad";

const Math = { sin: (a: number) => a };

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = k;
    return { x: y, y: -k * x };
  },
});
