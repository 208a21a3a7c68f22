import { ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(2, 1) },
  rhs: ({ u }) => {
    const v = vec(2);
    for (let i = 0; i < 2; i++) v[i] = u[i];
    v[0] = 1;
    return { u: v };
  },
});
