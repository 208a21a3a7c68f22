import { ode, vec } from "odegrad";

const links = [1, 2];

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const v = vec(2);
    for (let i = 0; i < 2; i++) v[i] = links[i];
    v[0] = x;
    return { x: y, y: -k * x };
  },
});
