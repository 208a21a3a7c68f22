import { mat, ode, vec } from "odegrad";

export const model = ode({
  state: { u: vec(2, 1) },
  params: { W: mat(2, 2, 1) },
  rhs: ({ u }, { W }) => {
    const turned = mat(2, 2);
    for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) turned[i][j] = W[j][i];
    return { u: [turned[0][1] * u[0], turned[1][0] * u[1]] };
  },
});
