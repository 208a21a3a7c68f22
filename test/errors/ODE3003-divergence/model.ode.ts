import { divergence, ode, vec } from "odegrad";

const v = (z: Float64Array, a: number) => [a * z[0], z[1], z[0]];

export const flow = ode({
  state: { z: vec(2, 1), logp: 0 },
  params: { a: 0.5 },
  rhs: ({ z }, { a }) => ({ z: [z[1], -a * z[0]], logp: -divergence(v)(z, a) }),
});
