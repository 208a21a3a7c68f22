// -u'' = f on [0, 1], u = 0 at both ends, with f = pi^2 sin(pi x), whose solution is sin(pi x).
// u = x (1 - x) N(x) is 0 at the ends whatever the network N is.
import { field, laplacian, normal, vec } from "odegrad";

const width = 12;

const params = {
  w: vec(width, normal(1, 0, 2)),
  b: vec(width, normal(2, 0, 1)),
  out: vec(width, normal(3, 0, 0.3)),
};

function u(x: Float64Array, { w, b, out }: typeof params): number {
  let n = 0;
  for (let i = 0; i < width; i++) n += out[i]! * Math.tanh(w[i]! * x[0]! + b[i]!);
  return x[0]! * (1 - x[0]!) * n;
}

/** What training brings to 0. */
export const residual = field({
  point: vec(1, 0.5),
  params,
  value: (x, p) => laplacian(u)(x, p) + Math.PI ** 2 * Math.sin(Math.PI * x[0]!),
  loss: { at: (value) => value ** 2 },
});

/** What is learned. */
export const solution = field({ point: vec(1, 0.5), params, value: u });
