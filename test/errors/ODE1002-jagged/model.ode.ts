import { ode } from "odegrad";

const rows = [[1, 2], [3]];

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    let z = 0;
    for (let i = 0; i < 2; i++) z += rows[i][0];
    return { x: y, y: -k * x };
  },
});
