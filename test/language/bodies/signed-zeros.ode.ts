// Integers that are negated or multiplied have the -0 of JavaScript, and no other has: a loop that begins at 0, and sums.
import { ode, vec } from "odegrad";

const n = 3;

export const model = ode({
  state: { u: vec(n, [0.4, -0.6, 0.9]) },
  params: { k: 0.7, w: vec(n, [0.2, 0.5, -0.3]) },
  rhs: ({ u }, { k, w }) => {
    let angle = 0;
    for (let i = 0; i < n; i++) {
      angle += Math.atan2(-i, -1) * w[i];
      angle += Math.atan2(i * -2, -1) * w[n - 1 + -i];
      angle += Math.atan2(Math.trunc(-i / 8), -1);
      angle += Math.atan2(Math.min(-i, 2), -k) * u[n - 1 + Math.max(-i, -2)];
      angle += Math.atan2(-i + 1 - 1, -1) * k;
    }
    for (let i = 0; i > -4; i -= 2) angle += Math.atan2(i, -k);
    const total = angle / 30;
    return { u: u.map((each, i) => Math.sin(total + i) - k * each) };
  },
  loss: { terminal: ({ u }) => u[0] ** 2 + u[1] * u[2] },
  solver: { t1: 0.5, steps: 4 },
});
