import { ode } from "odegrad";
import start from "./start.json" with { type: "json" };

export const model = ode({
  state: { x: start.x },
  params: { k: 2 },
  rhs: ({ x }, { k }) => ({ x: -k * x }),
});
