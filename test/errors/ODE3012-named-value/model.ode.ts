import { field, vec } from "odegrad";

export const model = field({
  point: vec(2),
  value: (x) => x[0] ** 3 * x[1],
  operators: { value: "laplacian" },
});
