import { ode, vec } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let a = 0;
    for (let i = 0; i < 4; i++) {
      break;
      a += x;
    }
    return { x: y, y: -k * x };
  },
});
