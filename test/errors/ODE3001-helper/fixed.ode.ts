import { field, laplacian, vec } from "odegrad";

const bent = (s: number) => s * Math.tanh(s);
const u = (x: Float64Array) => bent(x[0]) * x[1];

export const model = field({
  point: vec(2, [1, 2]),
  value: (x) => laplacian(u)(x),
});
