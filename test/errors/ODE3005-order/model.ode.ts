import { field, linearOperator, vec } from "odegrad";

export const model = field({
  point: vec(2),
  value: (x) => x[0] ** 3 * x[1] ** 5,
  operators: [linearOperator([{ c: 1, alpha: [3, 4] }])],
});
