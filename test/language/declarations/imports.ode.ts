// Helpers and constants from another module, and numbers from JSON.
import { ode, vec } from "odegrad";
import * as shared from "./parts/shared.ts";
import { scaled as doubled } from "./parts/shared.ts";
import start from "./parts/start.json" with { type: "json" };

export const model = ode({
  state: { u: vec(2, start.u) },
  params: { k: start.rates[1] },
  rhs: ({ u }, { k }) => ({ u: [doubled(u[1]), -k * u[0] * shared.factor] }),
  loss: { terminal: ({ u }) => u[0] ** 2 },
  solver: { method: "heun", t1: 1, steps: 4 },
});
