// A bare function that writes its derivative.
import { kernel } from "odegrad";

function spring(t: number, y: Float64Array, p: Float64Array, dy: Float64Array) {
  dy[0] = y[1];
  dy[1] = -p[0] * y[0] - p[1] * y[1] + Math.sin(t);
}

export const model = kernel({
  state: [1, 0.5],
  params: { k: 2, c: 0.1 },
  rhs: spring,
  loss: { terminal: ({ y }, { k }) => k * y[0] ** 2 },
  solver: { method: "heun", t1: 1, steps: 4 },
});
