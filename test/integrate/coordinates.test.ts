/**
 * Operators that are given a row for each coordinate (weighted Laplacians, estimates along directions), of points that are
 * a number, a vector or a matrix: against closed forms, in JavaScript and C, in fields, in losses and in a vector field.
 */

import { describe, expect, it } from "vitest";
import { read } from "../../compiler/compile.ts";
import { enginesOf, opening } from "../support/opened.ts";
import { numbers } from "../support/vectors.ts";

const open = opening();

const near = (found: number, truth: number, tolerance = 1e-13): void =>
  expect(Math.abs(found - truth), `${found} for ${truth}`).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(truth)),
  );

/** Functions of points of every shape, with their gradient and Hessian at the point, in row-major order. */
const head = `import { field, mat, ode, stochastic, vec, weightedLaplacian } from "odegrad";
const cube = (x: number, k: number) => k * x ** 3;
const line = (x: Float64Array, k: number) => k * x[0] ** 3 + x[1] ** 2 * x[0];
const plane = (x: Float64Array[], k: number) => k * x[0][0] ** 3 + x[0][1] * x[1][0] ** 2 + x[1][2] * x[0][2] ** 2;
`;
const k = 1.5;
const X = [0.3, -0.5, 0.8, 1.1, -0.2, 0.4] as const;
const hessian = (n: number, entries: readonly (readonly [number, number, number])[]): number[][] => {
  const H = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (const [i, j, value] of entries) H[i]![j] = H[j]![i] = value;
  return H;
};
const shapes = [
  { name: "a number", u: "cube", point: "0.7", gradient: [3 * k * 0.49], H: [[6 * k * 0.7]] },
  {
    name: "a vector",
    u: "line",
    point: "vec(2, [0.7, -0.4])",
    gradient: [3 * k * 0.49 + 0.16, 2 * -0.4 * 0.7],
    H: [
      [6 * k * 0.7, -0.8],
      [-0.8, 1.4],
    ],
  },
  {
    name: "a matrix",
    u: "plane",
    point: `mat(2, 3, [${X}])`,
    gradient: [3 * k * X[0] ** 2, X[3] ** 2, 2 * X[5] * X[2], 2 * X[1] * X[3], 0, X[2] ** 2],
    H: hessian(6, [
      [0, 0, 6 * k * X[0]],
      [1, 3, 2 * X[3]],
      [3, 3, 2 * X[1]],
      [2, 2, 2 * X[5]],
      [2, 5, 2 * X[2]],
    ]),
  },
];

const quadratic = (H: readonly (readonly number[])[], v: readonly number[]): number =>
  H.reduce((sum, row, i) => sum + v[i]! * row.reduce((own, each, j) => own + each * v[j]!, 0), 0);
/** Σ over the columns of a matrix, a row for each coordinate. */
const overColumns = (H: readonly (readonly number[])[], rows: readonly (readonly number[])[]): number =>
  rows[0]!.reduce(
    (sum, _, r) =>
      sum +
      quadratic(
        H,
        rows.map((row) => row[r]!),
      ),
    0,
  );
const rowsOf = (n: number, columns: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: columns }, (__, r) => 1 + i - 0.5 * r));
const drift = (n: number): number[] => Array.from({ length: n }, (_, i) => 0.5 - i);

describe.each(shapes)("of points that are $name", ({ u, point, gradient, H }) => {
  const n = gradient.length;
  const sigma = rowsOf(n, 2);
  const [columns, first] = [JSON.stringify(sigma), JSON.stringify(drift(n))];
  const moved = overColumns(H, sigma) + gradient.reduce((sum, each, i) => sum + each * drift(n)[i]!, 0);

  it("operators of a field", async () => {
    const made = await open(`${head}export const f = field({
  point: ${point}, params: { k: ${k} }, value: (x, { k }) => ${u}(x, k),
  operators: {
    laplacian: "laplacian",
    weighted: weightedLaplacian(${columns}),
    moved: weightedLaplacian(${columns}, ${first}),
    functions: weightedLaplacian(() => ${columns}, () => ${first}),
    all: stochastic("laplacian", { samples: ${n}, distribution: "coordinate", seed: 1 }),
    columns: stochastic(weightedLaplacian(${columns}), { samples: 2, distribution: "coordinate", seed: 1, standardError: true }),
    handed: stochastic("laplacian", { samples: 2, distribution: "normal" }),
    ofColumns: stochastic(weightedLaplacian(() => ${columns}), { samples: 2, distribution: "rademacher", seed: 4 }),
  },
});`);
    const data = numbers(7, made.problem.data.length);
    // The point lies behind the directions.
    data.set(made.problem.data.slice(-n), data.length - n);
    const handed = Array.from({ length: n }, (_, i) => [data[2 * i]!, data[2 * i + 1]!]);
    const laplacian = H.reduce((sum, row, i) => sum + row[i]!, 0);
    for (const engine of enginesOf(made)) {
      const { outputs } = engine.solve({ ...made.problem, data });
      const [, l, w, m, f, all, sum, error, given, signs] = outputs as unknown as number[];
      near(l!, laplacian);
      near(w!, overColumns(H, sigma));
      near(m!, moved);
      near(f!, moved);
      near(all!, laplacian);
      near(sum!, overColumns(H, sigma));
      near(error!, 0);
      near(given!, overColumns(H, handed) / 2);
      // Signs of two columns: the sum or the difference, twice over.
      const both = [1, -1].map((sign) =>
        quadratic(
          H,
          sigma.map(([a, b]) => a! + sign * b!),
        ),
      );
      const means = [both[0]!, (both[0]! + both[1]!) / 2, both[1]!];
      expect(means.some((mean) => Math.abs(mean - signs!) <= 1e-12 * Math.max(...both.map(Math.abs)))).toBe(
        true,
      );
    }
  });

  it("in a loss, with its gradient and products", async () => {
    const made = await open(
      `${head}export const f = field({
  point: ${point}, params: { k: ${k} },
  value: (x, { k }) => weightedLaplacian(${columns}, () => ${first})(${u})(x, k) * k,
  loss: { at: (value) => value ** 2 },
});`,
      { emit: ["solve", "gradient", "jvp", "hvp"] },
    );
    // The value is k times a linear function of k.
    const slope = (at: number): number => {
      const bent = H[0]![0]! / k;
      const steep = (n === 2 ? gradient[0]! - 0.16 : gradient[0]!) / k;
      const linear = bent * (sigma[0]![0]! ** 2 + sigma[0]![1]! ** 2) + steep * drift(n)[0]!;
      const rest = moved - k * linear;
      return at === 1 ? rest + 2 * k * linear : 2 * linear;
    };
    const value = k * moved;
    for (const engine of enginesOf(made)) {
      const { problem } = made;
      const found = engine.gradient(problem);
      near(found.value, value ** 2);
      near(found.params[0]!, 2 * value * slope(1));
      const along = { params: Float64Array.of(1) };
      near(engine.jvp!(problem, along).change.value, 2 * value * slope(1));
      near(engine.hvp!(problem, along).change.params[0]!, 2 * slope(1) ** 2 + 2 * value * slope(2));
    }
  });

  it("in a vector field, with the adjoint of its solve", async () => {
    const made = await open(
      `${head}export const f = ode({
  state: { x: ${point}, y: 0 }, params: { k: ${k} },
  rhs: ({ x }, { k }) => ({ x: ${n === 1 ? "0" : n === 2 ? "vec(2)" : "mat(2, 3)"}, y: weightedLaplacian(${columns}, ${first})(${u})(x, k) }),
  loss: { terminal: ({ y }) => y },
  solver: { t1: 0.5, steps: 2 },
});`,
    );
    for (const engine of enginesOf(made)) {
      const { value, state0 } = engine.gradient(made.problem);
      near(value, 0.5 * moved);
      // The slope by the state, against differences of a polynomial.
      const at = (i: number, h: number): number => {
        const moved = made.problem.state0.slice();
        moved[i]! += h;
        return engine.solve({ ...made.problem, state0: moved }).value;
      };
      for (let i = 0; i < n; i++) near(state0[i]!, (at(i, 0.125) - at(i, -0.125)) / 0.25, 1e-12);
    }
  });
});

it("an entry of a vector is a point of one coordinate", async () => {
  const made = await open(`${head}export const f = field({
  point: vec(2, [0.7, 0.1]), params: { k: 2 },
  value: (x, { k }) => weightedLaplacian([[2]], [0.5])(cube)(x[0], k) * x[1],
});`);
  for (const engine of enginesOf(made)) near(engine.solve(made.problem).outputs[0]!, 3.507);
});

it("a divergence of a matrix is estimated by directions of all its entries", async () => {
  const made = await open(`${head}export const f = field({
  point: mat(2, 2, [0.3, -0.5, 0.8, 1.1]),
  value: (x) => [[x[0][0] ** 2, x[0][1]], [x[1][0] * x[0][0], x[1][1] ** 3]],
  operators: { exact: "divergence", all: stochastic("divergence", { samples: 4, distribution: "coordinate", seed: 1 }), weighted: weightedLaplacian([[1], [0], [2], [0.5]]) },
});`);
  for (const engine of enginesOf(made)) {
    const { outputs } = engine.solve(made.problem);
    [0.6 + 1 + 0.3 + 3.63, 0.6 + 1 + 0.3 + 3.63, 2, 0, 4, 6.6 * 0.25].forEach((truth, i) => {
      near(outputs[4 + i]!, truth);
    });
  }
});

it("a record is refused for what it is, whatever the coefficients", () => {
  for (const operator of [
    "weightedLaplacian([[1]])",
    "weightedLaplacian([[1], [1]])",
    "linearOperator([])",
  ]) {
    const text = `import { field, linearOperator, weightedLaplacian } from "odegrad";
export const f = field({ point: { a: 1, b: 2 }, value: ({ a, b }) => a * b, operators: { w: ${operator} } });`;
    const { diagnostics } = read({ file: "m.ode.ts", text, host: { read: () => undefined } });
    expect(diagnostics.map(({ code }) => code)).toEqual(["ODE3004"]);
  }
});
