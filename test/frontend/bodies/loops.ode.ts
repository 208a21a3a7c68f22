// Every form of a loop: up, down, with a step, triangular, nested, empty, over rows and entries.
import { mat, ode, vec } from "odegrad";

const n = 7;

export const model = ode({
  state: { u: vec(n, (i) => 0.3 * i - 1), W: mat(3, 4, (i, j) => i - 0.5 * j) },
  params: { a: 1.5, b: vec(n, (i) => Math.sin(i)) },
  rhs: ({ u, W }, { a, b }) => {
    const du = vec(n);
    for (let i = 0; i < n; i++) du[i] = a * u[i];
    for (let i = n - 1; i >= 1; i--) du[i] += u[i - 1] * b[i];
    for (let i = n - 1; i > 0; i -= 2) du[i] -= b[i - 1];
    for (let i = 1; i <= n - 2; i += 3) du[i] *= u[i + 1];
    for (let i = 0; n > i; ++i) for (let j = 0; j < i; j++) du[i] += b[j] * u[i - 1 - j];
    for (let i = 0; i < n; i++) {
      for (let j = i; j <= n - 1; j += 2) du[j] += 0.1 * b[j - i];
      for (let j = i; j < i; j++) du[j + 100] += 1;
    }
    for (let i = 0, m = u.length; i < m; i = i + 2) du[i] /= 2 + i;
    for (let i = 5; i < 3; i++) du[i * 100] = 0;
    let total = 0;
    for (const x of u) total += x * x;
    for (const row of W) for (const x of row) total -= 0.5 * x;
    for (let i = 0; i < 1; i++) du[0] += total;
    const dW = mat(3, 4);
    for (let i = 0; i < 3; i++) {
      const row = dW[i];
      for (let j = 0; j < row.length; j++) row[j] = W[i][j] * W[2 - i][3 - j] + (i - j) / (1 + i * 2);
    }
    return { u: du, W: dW };
  },
});
