import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = vec(3);
    for (let i = 0; i < 3; i++) z[i] = i;
    return { x: y, y: -k * x };
  },
});
