// What `map` hands on: rows are the rows themselves, whoever writes to them; arrays of JavaScript may become matrices.
import { mat, ode, tensor, vec } from "odegrad";

const order = [1, 0];

const scaled = (row: Float64Array, by: number): Float64Array => {
  row[0] = by * row[1];
  return row;
};

export const rows = ode({
  state: { x: vec(4, [0.3, -0.4, 1.1, 0.7]) },
  params: { k: 1.7 },
  rhs: ({ x }, { k }) => {
    const same = mat(2, 2, x[0]);
    const alias = same.map((row) => row);
    alias[0][0] = k;
    const own = mat(2, 2, (i, j) => x[i] + j);
    const written = own.map((row, i) => {
      row[i] = k * row[1];
      return row;
    });
    written[1][0] += 3;
    const helped = mat(2, 2, (i, j) => x[i] * j);
    const through = helped.map((row) => scaled(row, k));
    through[0][1] = 5;
    const looped = mat(2, 2, x[1]);
    for (const row of looped.map((each) => each)) row[0] = k;
    return {
      x: [
        same[0][0] * same[1][1],
        own[0][0] * own[1][0] + own[1][1] * written[0][1],
        helped[0][0] - helped[0][1] * helped[1][0],
        looped[0][0] * looped[1][1],
      ],
    };
  },
});

export const read = ode({
  state: { x: vec(4, [0.3, -0.4, 1.1, 0.7]) },
  params: { k: 1.7, W: mat(2, 3, 0.4) },
  rhs: ({ x }, { k, W }) => {
    const blocks = tensor([2, 2, 2], (i, j, l) => x[i] * j + l * k);
    const second = blocks.map((block) => block[1]);
    const turned = blocks.map((block, i, all) => all[1 - i].map((row) => row.map((each) => each * k)));
    turned[0][1][0] = 2;
    const weights = W.map((row) => row);
    const chosen = mat(2, 2, k).map((row) => (x[0] > 0 ? [x[1], row[0]] : [row[1], x[2]]));
    chosen[1][0] = 4;
    const sums = weights.map((row) => row[0] + row[2]).map((sum) => [sum, k]);
    const pairs = order.map((to, i, all) => [x[to], all[1 - i]]);
    pairs[0][1] += x[3];
    return {
      x: [
        second[0][1] * second[1][0],
        turned[0][1][0] * turned[1][1][1],
        chosen[0][0] + chosen[1][0] * chosen[1][1],
        sums[1][0] * sums[0][1] + pairs[0][0] * pairs[0][1] - pairs[1][1],
      ],
    };
  },
});
