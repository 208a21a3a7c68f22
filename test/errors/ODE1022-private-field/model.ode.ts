import { ode } from "odegrad";

class Rate {
  #k = 2;
}

export const model = ode({
  state: { x: 1 },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
});
