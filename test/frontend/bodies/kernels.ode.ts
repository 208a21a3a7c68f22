// Bare functions as other libraries take them: the derivative returned, or written in place.
import { kernel } from "odegrad";

function spring(t: number, y: Float64Array, p: Float64Array, dy: Float64Array) {
  const [k, c] = p;
  if (y[0] > 2) {
    dy.fill(0.5);
    return;
  }
  dy[0] = y[1];
  dy[1] = -k * y[0] - c * y[1] + 0.1 * Math.sin(t);
}

export const inPlace = kernel({ state: [1, 0], params: { k: 2, c: 0.1 }, rhs: spring });

export const returned = kernel({
  state: 2,
  params: ["k", "c"],
  rhs: (t, y, p) => [y[1], -p[0] * y[0] - p[1] * y[1] + Math.cos(t)],
});

export const chained = kernel({
  state: 5,
  params: ["a", "b", "c"],
  rhs(_t, y, p, dy) {
    for (let i = 0; i < y.length; i++) {
      dy[i] -= y[i];
      for (let j = 0; j < p.length; j++) dy[i] += p[j] * y[(i + j) % 5];
    }
    return dy;
  },
});

export const alone = kernel({ state: 1, rhs: (_t, [y]) => [-y] });
