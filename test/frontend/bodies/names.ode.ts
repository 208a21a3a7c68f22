// Names that come to stand for something else: patterns that are assigned to, arrays in a chain of layers.
import { mat, matvec, normal, ode, vec } from "odegrad";

const layers = [
  { gain: 0.5, rows: [[1, 2], [0.5, -1], [0.25, 3]] },
  { gain: 0.25, rows: [[1, 2, -1]] },
];

function swapped([a, b]: [number, number]): [number, number] {
  [a, b] = [b, a];
  return [a + 1, b];
}

export const patterns = ode({
  state: { x: 0.3, y: vec(4, [0.1, -0.4, 0.7, 0.2]) },
  params: { k: 0.2 },
  rhs: ({ x, y }, { k }) => {
    const dy = vec(4);
    let [a, b] = [x, k];
    for (let i = 0; i < 4; i++) {
      [a, b] = [a * y[i] + b, a - 0.5];
      [dy[i], dy[3 - i]] = [b, a + dy[i]];
    }
    for (let i = 0; i < 2; i++) [dy[i], dy[i + 2]] = [dy[i + 2], dy[i]];
    [, a] = swapped([a, b]);
    let rest = 0;
    ({ x: dy[0], deep: [rest] } = { x: dy[1], deep: [dy[0]] });
    return { x: a - rest, y: dy };
  },
});

export const layered = ode({
  state: { h: vec(3, [0.1, -0.2, 0.3]) },
  params: {
    net: [
      { W: mat(5, 3, normal(1, 0, 0.5)), b: vec(5, 0.1) },
      { W: mat(4, 5, normal(2, 0, 0.5)), b: vec(4, -0.1) },
      { W: mat(3, 4, normal(3, 0, 0.5)), b: vec(3) },
    ],
  },
  rhs: ({ h }, { net }) => {
    let z = h;
    for (const { W, b } of net) z = matvec(W, z).map((sum, i) => Math.tanh(sum + b[i]));
    let v = h;
    for (let l = 0; l < net.length; l++) {
      const { W, b } = net[l];
      const next = vec(b.length);
      for (let i = 0; i < b.length; i++) {
        next[i] = b[i];
        for (let j = 0; j < v.length; j++) next[i] += W[i][j] * v[j];
      }
      v = next;
    }
    let u = [h[0], h[1]];
    for (let l = 0; l < 2; l++) {
      const { rows, gain } = layers[l];
      const w = vec(rows.length);
      for (let i = 0; i < rows.length; i++) {
        for (let j = 0; j < u.length; j++) w[i] += gain * rows[i][j] * u[j];
      }
      u = w;
    }
    return { h: [z[0] + v[0], z[1] - v[1] * u[0], z[2] * v[2]] };
  },
});

export const extremes = ode({
  state: { u: vec(6, [0.1, -0.4, 0.7, 0.2, 0.5, -0.3]) },
  params: { band: mat(6, 3, (i, j) => 0.1 * i - 0.3 * j) },
  rhs: ({ u }, { band }) => {
    const n = u.length;
    const du = vec(6);
    for (let i = 0; i < n; i++) {
      // Walls that reflect, and a band of a matrix.
      const left = u[Math.max(i - 1, 0)];
      const right = u[Math.min(n - 1, i + 1)];
      du[i] = left - 2 * u[i] + right;
      for (let j = Math.max(0, i - 1); j <= Math.min(i + 1, n - 1); j++) du[i] += band[i][j - i + 1] * u[j];
      for (let j = Math.min(n, i + 3) - 1; j > Math.max(i - 2, -1); j--) du[i] -= 0.1 * u[j] * Math.max(j, 2);
      for (let j = Math.max(1, i - 3, 2); j < Math.min(n, i + 2, 5); j += 2) du[i] += 0.01 * u[j] * u[i];
    }
    return { u: du };
  },
});
