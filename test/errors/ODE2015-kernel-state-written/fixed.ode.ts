import { kernel } from "odegrad";

export const model = kernel({
  state: 2,
  params: ["k"],
  rhs: (t, y, p, dy) => {
    const doubled = y[0] * 2;
    dy[0] = y[1];
    dy[1] = -p[0] * doubled;
  },
});
