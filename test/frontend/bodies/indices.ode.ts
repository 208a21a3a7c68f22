// Subscripts: remainders, quotients, gathers through constant arrays, periodic grids, sparse rows, tensors.
import { csr, mat, ode, spmv, tensor, vec } from "odegrad";
import numbers from "./parts/numbers.json" with { type: "json" };

const nx = 4;
const ny = 3;
const size = nx * ny;

const degree = new Int32Array(size);
const rowStart = new Int32Array(size + 1);
for (let i = 0; i < size; i++) {
  degree[i] = 1 + (i % 2);
  rowStart[i + 1] = rowStart[i] + degree[i];
}
const column = Array.from({ length: rowStart[size] }, (_, e) => (5 * e + 3) % size);
const value = column.map((j) => 1 / (1 + j));
const links = csr(size, size, rowStart, column, value);
const order = [3, 1, 2, 0];
const faces = [
  [0, 1],
  [2, 3],
  [1, 2],
];

export const model = ode({
  state: { u: vec(size, (i) => Math.sin(0.7 * i)), z: vec(4, [1, 2, 3, 4]) },
  params: { D: 0.3, T: tensor([2, 3, 4], (i, j, k) => i + 0.1 * j - 0.2 * k) },
  constants: { links, order },
  data: { rows: mat(size, 2, (i, j) => i * j) },
  rhs: ({ u, z }, { D, T }, { constants, data }) => {
    const du = vec(size);
    for (let i = 0; i < ny; i++) {
      for (let j = 0; j < nx; j++) {
        const east = i * nx + ((j + 1) % nx);
        const west = i * nx + ((j - 1 + nx) % nx);
        const north = ((i + 1) % ny) * nx + j;
        du[i * nx + j] = D * (u[east] + u[west] + u[north] - 3 * u[i * nx + j]);
      }
    }
    for (let e = 0; e < size; e++) {
      const row = Math.floor(e / nx);
      const col = e % nx;
      du[e] += T[1][row][col] * T[e % 2][Math.trunc(e / 4)][3 - col] + data.rows[e][1];
    }
    const { links: A } = constants;
    for (let i = 0; i < size; i++) {
      for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++) du[i] += A.value[e] * u[A.column[e]];
      du[i] /= A.rowStart[i + 1] - A.rowStart[i];
    }
    const product = spmv(A, u);
    for (let i = 0; i < size; i++) du[i] += 0.01 * product[i];
    const dz = vec(4);
    for (let i = 0; i < 4; i++) {
      const next = numbers.next[i];
      dz[i] = z[constants.order[i]] - z[next] * numbers.rows[i][1] + order[i] * 0.5;
    }
    for (const [from, to] of faces) {
      const flow = z[from] - z[to];
      dz[from] -= flow;
      dz[to] += flow;
    }
    for (let f = 0; f < faces.length; f++) dz[faces[f][0]] += 0.1 * faces[f][1] * z[faces[f][1]];
    for (const k of order) dz[k] += k / (1 + z[k] ** 2);
    return { u: du, z: dz };
  },
  times: [0.5, 1],
  loss: { at: ({ z }, _p, { k, data }) => z[k] * data.rows[k + 3][1] + z[(k + 1) % 4] },
});
