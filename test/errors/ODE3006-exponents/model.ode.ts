import { field, linearOperator, vec } from "odegrad";

export const model = field({
  point: vec(3),
  value: (x) => x[0] * x[1] * x[2],
  operators: [linearOperator([{ c: 1, alpha: [1, 1] }])],
});
