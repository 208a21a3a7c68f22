import { ode } from "odegrad";

export const model = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -x }),
  outputs: { x_2: ({ x }) => 2 * x },
});
