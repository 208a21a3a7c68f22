import { field, stochastic, vec } from "odegrad";

export const model = field({
  point: vec(3),
  value: (x) => Math.sin(x[0]) * x[1] * x[2],
  operators: [stochastic("biharmonic", { samples: 16, distribution: "rademacher", seed: 1 })],
});
