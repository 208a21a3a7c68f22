import { field, vec, weightedLaplacian } from "odegrad";

export const model = field({
  point: vec(3),
  value: (x) => x[0] * x[1] * x[2],
  operators: [weightedLaplacian([[1, 0], [0, 1]])],
});
