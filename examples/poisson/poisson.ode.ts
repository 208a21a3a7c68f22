// Poisson's equation on the unit square, −Δu = f, u = 0 on the border, solved by training a network (Raissi et al. 2019).
// u = x (1 − x) y (1 − y) · N(x, y) is 0 on the border whatever the network N is.
import { field, laplacian, mat, normal, vec } from "odegrad";

const width = 24;

interface Weights {
  W1: Float64Array[];
  b1: Float64Array;
  W2: Float64Array[];
  b2: Float64Array;
  w3: Float64Array;
  b3: number;
}

function u(x: Float64Array, { W1, b1, W2, b2, w3, b3 }: Weights): number {
  const h = vec(width);
  for (let i = 0; i < width; i++) h[i] = Math.tanh(b1[i]! + W1[i]![0]! * x[0]! + W1[i]![1]! * x[1]!);
  let n = b3;
  for (let i = 0; i < width; i++) {
    let z = b2[i]!;
    for (let j = 0; j < width; j++) z += W2[i]![j]! * h[j]!;
    n += w3[i]! * Math.tanh(z);
  }
  return x[0]! * (1 - x[0]!) * x[1]! * (1 - x[1]!) * n;
}

/** Of the solution sin πx · sin πy. */
const exact = (x: Float64Array) => Math.sin(Math.PI * x[0]!) * Math.sin(Math.PI * x[1]!);

const params = {
  W1: mat(width, 2, normal(1, 0, 1)),
  b1: vec(width, normal(2, 0, 0.5)),
  W2: mat(width, width, normal(3, 0, 0.2)),
  b2: vec(width, normal(4, 0, 0.2)),
  w3: vec(width, normal(5, 0, 0.3)),
  b3: 0,
};

/** What training brings to 0: the residual of the equation. */
export const residual = field({
  point: vec(2, 0.5),
  params,
  value: (x, p) => laplacian(u)(x, p) + 2 * Math.PI ** 2 * exact(x),
  loss: { at: (value) => value ** 2 },
});

/** The solution that was learned. */
export const solution = field({ point: vec(2, 0.5), params, value: u });

/** How far it is from the exact one. */
export const error = field({ point: vec(2, 0.5), params, value: (x, p) => u(x, p) - exact(x) });
