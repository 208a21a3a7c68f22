// Inputs of every shape, names that meet names of the compiler, default initialisers.
import { hold, mat, normal, ode, uniform, vec } from "odegrad";

const count = 4;
let pieces = 2;
pieces *= 2;

export const model = ode({
  state: { t: 1, result: 2, f_t: vec(2, uniform(7)), nested: { t: 0.5 } },
  params: {
    k: 3,
    gamma: vec(3, normal(11, 0, 2)),
    deep: { k: mat(2, 2, uniform(3, -1, 1)), more: [1, 2] as const },
  },
  inputs: {
    plain: hold(count),
    shaped: hold(count, { W: mat(2, 2, 0.5), b: 1 }, (k) => ({ W: mat(2, 2, k), b: -k })),
    vector: hold(pieces, vec(2)),
  },
  data: { y: vec(4, uniform(5)) },
  rhs: (
    { t, result, f_t, nested },
    { k, gamma, deep },
    { t: time, inputs: { plain, shaped, vector }, data },
  ) => ({
    t: t * time + plain * k + Number.EPSILON,
    result:
      result * gamma[2] + deep.k[1][0] + deep.more[1] * deep.more[0] + deep.k[0][0] + Math.LN2 * data.y[3],
    f_t: [f_t[1] * shaped.W[0][1] + vector[0], f_t[0] * shaped.b + vector[1]],
    nested: { t: nested.t + Math.E },
  }),
  loss: {
    running: (_s, _p, { inputs }) => inputs.plain ** 2 + inputs.shaped.b,
    terminal: (state, params, env) => state.nested.t * params.k + env.t,
  },
});
