/**
 * Differential operators as models call them, against closed forms, against each other, and where they are refused. The
 * outputs of a model are evaluated by the interpreter of the IR.
 */

import { describe, expect, it } from "vitest";
import { near, outputsOf } from "../support/operator-outputs.ts";

const x = [0.7, -0.4, 1.1];
const [X, Y, Z] = x as [number, number, number];
const [a, b] = [0.8, -0.3];

describe("of e^(a x) sin(b y) z³", () => {
  const module = `const u = (x: V, p: P) => Math.exp(p.a * x[0]) * Math.sin(p.b * x[1]) * x[2] ** 3;`;
  const E = Math.exp(a * X);
  const [S, C] = [Math.sin(b * Y), Math.cos(b * Y)];
  const found = outputsOf(
    module,
    {
      gradient: "gradient(u)(x, p)",
      hessian: "hessian(u)(x, p)",
      laplacian: "laplacian(u)(x, p)",
      biharmonic: "biharmonic(u)(x, p)",
      nested: "laplacian(laplacian(u))(x, p)",
      along: "jvp(u)(x, p, [1, 2, 3])",
      hvp: "hvp(u)(x, p, [1, 2, 3])",
      third: "directional(3)(u)(x, p, [1, 2, -1])",
      first: "directional(1)(u)(x, p, [1, 2, -1])",
      weighted: "weightedLaplacian([[1, 0.5], [0, 2], [0.25, 0]], [0.1, -0.2, 0.3])(u)(x, p)",
      varying: "weightedLaplacian((y: V) => [[y[0]], [1], [y[1] * y[2]]], (y: V) => [y[1], 0, 2])(u)(x, p)",
      mixed:
        "linearOperator([{ c: 0.5, alpha: [2, 1, 0] }, { c: (y: V) => y[0] * y[1], alpha: [1, 1, 2] }, { c: -1, alpha: [0, 0, 1] }, { c: 2, alpha: [0, 0, 0] }])(u)(x, p)",
      second: "linearOperator([{ c: 3, alpha: [1, 1, 0] }, { c: -2, alpha: [0, 1, 0] }])(u)(x, p)",
      sixth: "linearOperator([{ c: 1, alpha: [2, 2, 2] }, { c: 0.5, alpha: [3, 0, 3] }])(u)(x, p)",
    },
    { x },
  );
  /** ∂^(i, j, k). */
  const d = (i: number, j: number, k: number): number => {
    const sine = [S, b * C, -b * b * S, -(b ** 3) * C, b ** 4 * S][j]!;
    const power = [Z ** 3, 3 * Z ** 2, 6 * Z, 6, 0][k]!;
    return a ** i * E * sine * power;
  };
  const second = (i: number, j: number): number => {
    const alpha = [0, 1, 2].map((axis) => Number(axis === i) + Number(axis === j));
    return d(alpha[0]!, alpha[1]!, alpha[2]!);
  };
  const along = (v: readonly number[], order: number): number => {
    let sum = 0;
    const visit = (left: number, alpha: readonly number[], weight: number): void => {
      if (left === 0) sum += weight * d(alpha[0]!, alpha[1]!, alpha[2]!);
      else {
        for (const [i, each] of v.entries()) {
          const next = alpha.map((n, axis) => n + Number(axis === i));
          visit(left - 1, next, weight * each);
        }
      }
    };
    visit(order, [0, 0, 0], 1);
    return sum;
  };

  it("gradient", () => near(found["gradient"], [d(1, 0, 0), d(0, 1, 0), d(0, 0, 1)]));
  it("hessian", () =>
    near(
      found["hessian"],
      [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => second(i, j))),
    ));
  it("laplacian", () => near(found["laplacian"], [d(2, 0, 0) + d(0, 2, 0) + d(0, 0, 2)]));
  it("biharmonic, and the Laplacian twice", () => {
    const truth = d(4, 0, 0) + d(0, 4, 0) + 2 * (d(2, 2, 0) + d(2, 0, 2) + d(0, 2, 2));
    near(found["biharmonic"], [truth]);
    near(found["nested"], [truth]);
  });
  it("jvp and directional derivatives", () => {
    near(found["along"], [along([1, 2, 3], 1)]);
    near(found["first"], [along([1, 2, -1], 1)]);
    near(found["third"], [along([1, 2, -1], 3)]);
  });
  it("hvp", () =>
    near(
      found["hvp"],
      [0, 1, 2].map((i) => [1, 2, 3].reduce((sum, v, j) => sum + v * second(i, j), 0)),
    ));
  it("weighted Laplacian with drift, constant and of the point", () => {
    const weighted = (sigma: readonly (readonly number[])[], drift: readonly number[]): number => {
      let sum = drift[0]! * d(1, 0, 0) + drift[1]! * d(0, 1, 0) + drift[2]! * d(0, 0, 1);
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++)
          sum += sigma[i]!.reduce((dot, s, r) => dot + s * sigma[j]![r]!, 0) * second(i, j);
      return sum;
    };
    near(found["weighted"], [
      weighted(
        [
          [1, 0.5],
          [0, 2],
          [0.25, 0],
        ],
        [0.1, -0.2, 0.3],
      ),
    ]);
    near(found["varying"], [weighted([[X], [1], [Y * Z]], [Y, 0, 2])]);
  });
  it("linear operators of mixed order up to six", () => {
    near(found["mixed"], [0.5 * d(2, 1, 0) + X * Y * d(1, 1, 2) - d(0, 0, 1) + 2 * d(0, 0, 0)]);
    near(found["second"], [3 * d(1, 1, 0) - 2 * d(0, 1, 0)]);
    near(found["sixth"], [d(2, 2, 2) + 0.5 * d(3, 0, 3)], 2e-13);
  });
});

describe("of vector fields", () => {
  const module = `function v(x: V, { a, b }: P) {
    const out = vec(3);
    out[0] = a * x[0] * x[1];
    out[1] = Math.sin(b * x[2]) + x[1] ** 2;
    out[2] = x[0] * x[1] * x[2];
    return out;
  }`;
  const found = outputsOf(
    module,
    {
      divergence: "divergence(v)(x, p)",
      jacobian: "jacobian(v)(x, p)",
      laplacian: "laplacian(v)(x, p)",
      jvp: "jvp(v)(x, p, [1, -1, 2])",
      vjp: "vjp(v)(x, p, [1, -1, 2])",
      of: "gradient(divergence(v))(x, p)",
    },
    { x },
  );
  const J = [
    [a * Y, a * X, 0],
    [0, 2 * Y, b * Math.cos(b * Z)],
    [Y * Z, X * Z, X * Y],
  ];
  it("divergence and its gradient", () => {
    near(found["divergence"], [a * Y + 2 * Y + X * Y]);
    near(found["of"], [Y, a + 2 + X, 0]);
  });
  it("jacobian, jvp and vjp", () => {
    const w = [1, -1, 2];
    near(found["jacobian"], J.flat());
    near(
      found["jvp"],
      J.map((row) => row.reduce((sum, each, j) => sum + each * w[j]!, 0)),
    );
    near(
      found["vjp"],
      [0, 1, 2].map((j) => J.reduce((sum, row, i) => sum + row[j]! * w[i]!, 0)),
    );
  });
  it("laplacian, component by component", () =>
    near(found["laplacian"], [0, 2 - b * b * Math.sin(b * Z), 0]));
});

describe("harmonic and biharmonic polynomials", () => {
  const found = outputsOf(
    `const harmonic = (x: V) => x[0] ** 3 - 3 * x[0] * x[1] ** 2;
     const radius = (x: V) => (x[0] ** 2 + x[1] ** 2) ** 2;
     const biharmonicOne = (x: V) => x[0] * (x[0] ** 2 + x[1] ** 2);`,
    {
      zero: "laplacian(harmonic)(x)",
      r4: "biharmonic(radius)(x)",
      none: "biharmonic(biharmonicOne)(x)",
      eight: "laplacian(biharmonicOne)(x)",
    },
    { x: [3, 5] },
  );
  it("have exactly what they should", () => {
    expect(found["zero"]).toEqual([0]);
    expect(found["r4"]).toEqual([64]);
    expect(found["none"]).toEqual([0]);
    expect(found["eight"]).toEqual([24]);
  });
});

describe("points and arguments", () => {
  it("a number is a point, and so are records for first derivatives", () => {
    const found = outputsOf(
      `const f = (s: number, p: P) => Math.sin(p.a * s);
       const g = (q: { m: number; v: V }) => q.m * q.v[0] * q.v[1];
       const flat = (d: { m: number; v: V }) => [d.m, d.v[0], d.v[1], d.v[2]];`,
      {
        slope: "gradient(f)(x[0], p)",
        bend: "laplacian(f)(x[0], p)",
        fourth: "biharmonic(f)(x[0], p)",
        both: "flat(gradient(g)({ m: x[2], v: x }))",
      },
      { x },
    );
    near(found["slope"], [a * Math.cos(a * X)]);
    near(found["bend"], [-a * a * Math.sin(a * X)]);
    near(found["fourth"], [a ** 4 * Math.sin(a * X)]);
    near(found["both"], [X * Y, Z * Y, Z * X, 0]);
  });
});

describe("randomised estimates", () => {
  const module = `const u = (y: V, p: P) => Math.exp(p.a * y[0]) * Math.sin(y[1]) + y[0] * y[1] * y[2] ** 2;
    const v = (y: V) => [y[0] ** 2 * y[1], Math.sin(y[2]), y[0] * y[2]];
    const V2 = [[1, 0.5], [-1, 2], [0.3, 0.1]];
    const one = [1, -1, 0.3]; const two = [0.5, 2, 0.1];
    const sigma = [[1, 0], [0.5, 2], [0, 1]];`;
  const at = (operator: string, sampling: string, f = "u") =>
    `stochastic(${operator}, { ${sampling} })(${f})(x, p`;
  const found = outputsOf(
    module.replace("(y: V) =>", "(y: V, _p: P) =>"),
    {
      exact: "laplacian(u)(x, p)",
      coordinates: `${at('"laplacian"', 'samples: 3, distribution: "coordinate", seed: 7')})`,
      divergence: "divergence(v)(x, p)",
      trace: `${at('"divergence"', 'samples: 3, distribution: "coordinate", seed: 8', "v")})`,
      weighted: "weightedLaplacian(sigma)(u)(x, p)",
      columns: `${at("weightedLaplacian(sigma)", 'samples: 2, distribution: "coordinate", seed: 3')})`,
      mean: `${at("laplacian", 'samples: 2, distribution: "rademacher"')}, V2)`,
      first: "directional(2)(u)(x, p, one)",
      second: "directional(2)(u)(x, p, two)",
      fourth: `${at('"biharmonic"', 'samples: 2, distribution: "normal"')}, V2)`,
      fourthFirst: "directional(4)(u)(x, p, one)",
      fourthSecond: "directional(4)(u)(x, p, two)",
      error: `${at('"laplacian"', 'samples: 2, distribution: "normal", standardError: true')}, V2)`,
      none: `${at('"laplacian"', 'samples: 3, distribution: "coordinate", seed: 1, standardError: true')})`,
      many: `${at('"laplacian"', 'samples: 4000, distribution: "rademacher", seed: 5, standardError: true')})`,
      often: `${at('"biharmonic"', 'samples: 4000, distribution: "normal", seed: 6, standardError: true')})`,
      bi: "biharmonic(u)(x, p)",
    },
    { x },
  );

  it("of all coordinates are exact", () => {
    near(found["coordinates"], found["exact"]!);
    near(found["trace"], found["divergence"]!);
    near(found["columns"], found["weighted"]!);
    near(found["none"], [found["exact"]![0]!, 0]);
  });

  it("are the mean over the directions that are handed over", () => {
    const [one, two] = [found["first"]![0]!, found["second"]![0]!];
    near(found["mean"], [(one + two) / 2]);
    near(found["fourth"], [(found["fourthFirst"]![0]! + found["fourthSecond"]![0]!) / 6]);
    const mean = (one + two) / 2;
    near(found["error"], [mean, Math.sqrt(((one - mean) ** 2 + (two - mean) ** 2) / 2)]);
  });

  it("lie within five standard errors of the operator", () => {
    for (const [estimate, exact] of [
      [found["many"]!, found["exact"]!],
      [found["often"]!, found["bi"]!],
    ] as const) {
      expect(estimate[1]).toBeGreaterThan(0);
      expect(Math.abs(estimate[0]! - exact[0]!)).toBeLessThan(5 * estimate[1]!);
    }
  });

  it("that would be biased are refused", () => {
    for (const distribution of ["rademacher", "coordinate"])
      expect(() =>
        outputsOf(
          module,
          { e: `${at('"biharmonic"', `samples: 2, distribution: "${distribution}", seed: 1`)})` },
          { x },
        ),
      ).toThrow("ODE3009");
  });
});
