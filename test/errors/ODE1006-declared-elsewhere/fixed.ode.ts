import { ode } from "odegrad";

const rate = (x: number): number => x / (1 + x);

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: -k * rate(x) }),
});
