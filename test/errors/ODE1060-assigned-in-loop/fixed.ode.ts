import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const a = vec(2, x);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 2; j++) a[j] *= y;
    }
    return { x: y, y: -k * x };
  },
});
