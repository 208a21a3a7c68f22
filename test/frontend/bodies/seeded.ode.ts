// Arrays of random numbers with a seed: an initialiser of the module, one written in a function, one of a helper.
import { mat, normal, ode, tensor, uniform, vec } from "odegrad";

const seed = 3;
const init = uniform(seed, -1, 1);

const noisy = (x: number): number => x + vec(2, normal(seed + 1))[1];

export const model = ode({
  state: { x: vec(2, [0.3, -0.4]) },
  params: { k: 1.7 },
  rhs: ({ x }, { k }) => {
    const a = vec(2, init);
    const W = mat(2, 2, uniform(7));
    const T = tensor([2, 1, 2], init);
    W[0][1] = k;
    a[0] += x[1];
    return { x: [a[0] * W[0][1] + T[1][0][0], noisy(x[0]) - W[1][0] * a[1] * x[1]] };
  },
});
