import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => {
    const f = () => 2;
    return { x: -k * x * f() };
  },
});
