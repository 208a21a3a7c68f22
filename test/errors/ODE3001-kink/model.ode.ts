import { field, vec } from "odegrad";

export const model = field({
  point: vec(2, [1, 2]),
  params: { a: 0.5 },
  value: (x, { a }) => Math.max(0, a * x[0]) + x[1] ** 2,
  operators: ["laplacian"],
});
