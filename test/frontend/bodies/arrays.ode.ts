// Local arrays: literals, matrices, rows, fill, map, reduce, records of arrays, tuples; and the order of evaluation.
import { mat, ode, tensor, vec } from "odegrad";

const bump = (a: Float64Array): number => {
  a[0] += 1;
  return a[0];
};

export const model = ode({
  state: { x: vec(3, [0.3, -0.4, 1.1]), layers: [vec(2, 0.5), { w: vec(3, 0.1), c: 2 }] as const },
  params: { k: 1.7 },
  rhs: ({ x, layers }, { k }) => {
    const list = [x[0], 2, k * x[2]];
    list[1] += list[0];
    const grid = [
      [x[0], x[1]],
      [k, -1],
      [0.5, x[2] * x[2]],
    ];
    grid[2][0] *= 3;
    const square = mat(2, 2, 0.25);
    const start = vec(3, [1, k, 2]);
    const curve = vec(4, (i) => k * i + x[1]);
    const block = tensor([2, 2, 2]);
    block[1][0][1] = k;
    const squares = x.map((v) => v * v);
    const shifted = x.map((v, i) => v + i * k);
    const sum = x.reduce((s, v) => s + v, 0);
    const deep = list.reduce((s, v, i) => s + v * grid[i][0], k);
    const work = new Float64Array(3);
    work.fill(k);
    const before = work[0] + bump(work);
    const after = work[0] * 2 + (work[0] - bump(work)) + work[0];
    work[1] += bump(work) * work[1];
    work[0] = work[0] ** 2 + (x[0] + 1) ** 3 - (x[0] + 1) ** -2 + Math.abs(x[0]) ** 1.5;
    const zeros = new Array(3).fill(0);
    zeros[2] = work[0];
    const record = { a: work, b: { c: x[0] } };
    record.a[2] -= record.b.c;
    const alias = record.a;
    alias[2] *= 2;
    const [first, , third] = alias;
    const row = grid[1];
    row[0] += 1;
    let acc = 0;
    for (const layer of layers) acc += 1;
    acc += layers[0][1] * layers[1].c + layers[1].w[2];
    const hyper =
      Math.hypot(x[0], x[1], x[2]) + Math.max(x[0], x[1], 0.2, k) - Math.min(x[0], x[1]) + Math.max(k);
    return {
      x: [
        list[0] + list[1] * list[2] + before + third,
        grid[1][0] +
          grid[2][0] * grid[2][1] +
          square[1][1] +
          start[1] +
          curve[3] +
          first +
          block[1][0][1] +
          block[0][0][0],
        sum + deep + after + squares[1] + shifted[2] + zeros[2] + hyper + acc,
      ],
      layers: [[x[0], x[1]], { w: x, c: (x[1] % 0.7) + ((5 + 2) % 4) + (-x[0]) ** 2 }],
    };
  },
});

// Tuples that begin with numbers: what is read before something is written keeps its value.
export const tuples = ode({
  state: { x: vec(3, [0.3, -0.4, 1.1]) },
  params: { k: 1.7 },
  rhs: ({ x }, { k }) => {
    const split = (z: number): [number, Float64Array, number] => [Math.sin(z), x.map((e) => e * z), z * k];
    const chosen = (z: number): [number, Float64Array] => {
      if (z > 0) return [z, x];
      return [k, split(z)[1]];
    };
    const work = vec(2, x[0]);
    const row = [work[0], bump(work), x, work[0]] as const;
    const [sine, scaled, last] = split(x[1]);
    const [size, side] = chosen(x[0]);
    let sum = 0;
    for (let i = 0; i < 3; i++) {
      const pair: [number, Float64Array] = [i, x];
      sum += pair[1][pair[0]] * pair[0];
    }
    return { x: [sine * scaled[2] + last, size * side[1] + sum, row[0] * row[1] * row[2][2] - row[3]] };
  },
});
