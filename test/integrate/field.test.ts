/**
 * Fields: values and operators at points, the mean loss and its gradient through operators, in JavaScript and C; and how
 * many vectors the emitted loops propagate.
 */

import { describe, expect, it } from "vitest";
import { build, read } from "../../compiler/compile.ts";
import { derive } from "../../compiler/differentiate/operators.ts";
import { readModels } from "../../compiler/frontend/index.ts";
import { stemOf } from "../../compiler/ir/names.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { status } from "../../compiler/module.ts";
import type { Compiled } from "../support/compiled.ts";
import { enginesOf, opening } from "../support/opened.ts";
import { numbers } from "../support/vectors.ts";

const open = opening();

const D = 3;
const H = 6;
const network = (declaration: string): string => `import {
  biharmonic, directional, divergence, field, gradient, hessian, hvp, jvp, laplacian, linearOperator, mat, normal, vec, vjp, weightedLaplacian,
} from "odegrad";

type P = { W: Float64Array[]; b: Float64Array; V: Float64Array[]; w: Float64Array };

function u(x: Float64Array, { W, b, V, w }: P): number {
  const h = vec(${H});
  for (let i = 0; i < ${H}; i++) {
    let z = b[i];
    for (let j = 0; j < ${D}; j++) z += W[i][j] * x[j];
    h[i] = Math.tanh(z);
  }
  let s = 0;
  for (let i = 0; i < ${H}; i++) {
    let z = 0.1;
    for (let j = 0; j < ${H}; j++) z += V[i][j] * h[j];
    s += w[i] * Math.tanh(z);
  }
  return s;
}

const flow = (x: Float64Array, p: P) => {
  const g = gradient(u)(x, p);
  return [g[1] * x[0], g[2], g[0] - x[1]];
};

export const net = field({
  point: vec(${D}, [0.3, -0.5, 0.8]),
  params: { W: mat(${H}, ${D}, normal(1, 0, 0.6)), b: vec(${H}, normal(2, 0, 0.3)), V: mat(${H}, ${H}, normal(3, 0, 0.5)), w: vec(${H}, normal(4, 0, 1)) },
  ${declaration}
});
`;

/** The loss at every point of a list, moved along a direction of the parameters. */
function withPoints({ problem, module }: Compiled, points: readonly (readonly number[])[]) {
  const leaf = module.model.data.find(({ name }) => name === module.model.field!.points[0])!;
  const data = problem.data.slice();
  data.set(points.flat(), leaf.offset);
  return { ...problem, data };
}

const operators: Readonly<Record<string, string>> = {
  gradient: "gradient(u)(x, p)[1]",
  hessian: "hessian(u)(x, p)[0][2]",
  divergence: "divergence(flow)(x, p)",
  laplacian: "laplacian(u)(x, p)",
  biharmonic: "biharmonic(u)(x, p)",
  weightedLaplacian:
    "weightedLaplacian((y: Float64Array) => [[y[0], 1], [0.5, y[2]], [0.1, 0]], [1, 0, -2])(u)(x, p)",
  linearOperator: "linearOperator([{ c: 0.5, alpha: [1, 1, 1] }, { c: -1, alpha: [0, 2, 0] }])(u)(x, p)",
  directional: "directional(3)(u)(x, p, [0.2, -0.4, 1])",
  jvp: "jvp(u)(x, p, [1, -1, 0.5])",
  hvp: "hvp(u)(x, p, [1, -1, 0.5])[0]",
  vjp: "vjp(flow)(x, p, [1, -1, 0.5])[2]",
  "gradient of a Laplacian": "gradient(laplacian(u))(x, p)[2]",
  "Laplacian of a divergence": "laplacian(divergence(flow))(x, p)",
};

describe.each(Object.entries(operators))("a loss over %s", (_name, expression) => {
  it("has the gradient that forward mode has, and differences have", async () => {
    const text = network(
      `value: (x, p) => ${expression}, loss: { at: (value, x, _p, { k }) => (value - x[0] * k) ** 2 },`,
    );
    const made = await open(text, { batch: 2, emit: ["solve", "gradient", "jvp", "hvp"] });
    const problem = withPoints(made, [
      [0.3, -0.5, 0.8],
      [-0.7, 0.2, 0.4],
    ]);
    const first = made.engine.gradient(problem);
    for (const engine of enginesOf(made)) {
      const { value, params, status: code } = engine.gradient(problem);
      expect(code).toBe(status.ok);
      const solved = engine.solve(problem);
      expect(Math.abs(value - solved.value)).toBeLessThanOrEqual(1e-13 * Math.abs(value));
      const along = numbers(5, params.length);
      const slope = params.reduce((sum, bar, i) => sum + bar * along[i]!, 0);
      const size = params.reduce((sum, bar, i) => sum + Math.abs(bar * along[i]!), 0);
      const { change } = engine.jvp!(problem, { params: along });
      expect(Math.abs(slope - change.value)).toBeLessThanOrEqual(1e-12 * size);
      const at = (h: number): number =>
        engine.solve({ ...problem, params: problem.params.map((p, i) => p + h * along[i]!) }).value;
      const h = 1e-4;
      const difference = (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
      expect(Math.abs(slope - difference)).toBeLessThanOrEqual(1e-7 * size);
      // A Hessian is symmetric.
      const other = numbers(6, params.length);
      const [one, two] = [along, other].map((v) => engine.hvp!(problem, { params: v }).change.params);
      const [left, right] = [one!, two!].map((product, k) =>
        product.reduce((sum, each, i) => sum + each * (k === 0 ? other : along)[i]!, 0),
      );
      const scale = one!.reduce((sum, each, i) => sum + Math.abs(each * other[i]!), 0);
      expect(Math.abs(left! - right!)).toBeLessThanOrEqual(1e-11 * scale);
      params.forEach((bar, i) => {
        expect(Math.abs(bar - first.params[i]!)).toBeLessThanOrEqual(1e-12 * size);
      });
    }
  });
});

describe("the mean over points", () => {
  const text = network(
    "value: (x, p) => laplacian(u)(x, p), data: { target: vec(3) }, loss: { at: (value, _x, _p, { k, data }) => (value - data.target[k]) ** 2 },",
  );
  const points = [
    [0.3, -0.5, 0.8],
    [-0.7, 0.2, 0.4],
    [0.1, 0.1, -0.9],
  ];

  it("is that of the points one by one, with their numbers", async () => {
    const all = await open(text, { batch: 3 });
    const problem = withPoints(all, points);
    problem.data.set([0.4, -0.3, 0.2]);
    for (const engine of enginesOf(all)) {
      const { outputs, value } = engine.solve(problem);
      const losses = [...outputs].map((each, k) => (each - problem.data[k]!) ** 2);
      expect(value).toBe(losses.reduce((sum, each) => sum + each, 0) / 3);
    }
  });

  it("is refused where the data are of fewer points", () => {
    const { diagnostics } = build({ file: "m.ode.ts", text, host: { read: () => undefined } }, { batch: 4 });
    expect(diagnostics.map(({ code }) => code)).toEqual(["ODE2007"]);
  });

  it("is no number where a point's is none, and says which", async () => {
    const wild = network("value: (x) => Math.log(x[0]), loss: { at: (value, _x, p) => value * p.b[0] },");
    const made = await open(wild, { batch: 3 });
    const problem = withPoints(made, [points[0]!, points[1]!, points[2]!]);
    for (const engine of enginesOf(made)) {
      const found = engine.gradient(problem);
      expect(found.status).toBe(status.notFiniteField);
      expect(found.value).toBeNaN();
      expect([...found.params].every(Number.isNaN)).toBe(true);
    }
    expect(made.engine.gradient(problem).stoppedAt?.step).toBe(1);
  });
});

describe("a point that is a record", () => {
  it("has its first derivatives in a row, in the order of writing", async () => {
    const made = await open(`import { field, vec } from "odegrad";
export const net = field({
  point: { a: 0.3, b: vec(2, [0.4, 0.7]) },
  params: { k: 2 },
  value: ({ a, b }, { k }) => Math.sin(a * k) * b[0] + b[1] * b[1],
  operators: ["gradient"],
});`);
    const truth = [2 * Math.cos(0.6) * 0.4, Math.sin(0.6), 2 * 0.7];
    for (const engine of enginesOf(made)) {
      const { outputs } = engine.solve(made.problem);
      expect(outputs.length).toBe(4);
      [...outputs].slice(1).forEach((word, i) => {
        expect(Math.abs(word - truth[i]!)).toBeLessThanOrEqual(1e-15);
      });
    }
  });
});

describe("generated JavaScript of a field", () => {
  it("takes and gives named records", async () => {
    const made = await open(
      network('value: u, operators: ["gradient"], loss: { at: (value) => value ** 2 },'),
      { batch: 2 },
    );
    const { evaluate, simulate, valueAndGradient, meta } = made.loaded as unknown as {
      evaluate(): number;
      simulate(question: object): { outputs: { value: number[]; gradient: number[][] }; value: number };
      valueAndGradient(question: object): { value: number; gradient: { params: { W: number[][] } } };
      meta: { points: number };
    };
    expect(meta.points).toBe(2);
    expect(evaluate()).toBe(status.ok);
    const points = [
      [0.1, 0.2, 0.3],
      [0.4, 0.5, 0.6],
    ];
    const { outputs, value } = simulate({ points });
    expect(outputs.gradient[1]).toHaveLength(3);
    expect(value).toBe((outputs.value[0]! ** 2 + outputs.value[1]! ** 2) / 2);
    const { gradient } = valueAndGradient({ points, params: { b: [0, 0, 0, 0, 0, 0] } });
    expect(gradient.params.W).toHaveLength(H);
    expect(() => simulate({ points: [[1, 2, 3]] })).toThrow("a list of 2");
    expect(() => simulate({ point: 1 })).toThrow("no option of the name point");
  });
});

/** Words for each entry of `h` in what an operator came out as: how many vectors it propagates. */
function vectorsOf(operator: string): number {
  const { models } = readModels("m.ode.ts", network(`value: u, operators: ["${operator}"],`), {
    read: () => undefined,
  });
  const [model] = models;
  const call = model!.operators.at(-1)!;
  const { fn } = derive(call, { arrays: model!.constants, functions: model!.functions }, []);
  let words = 0;
  forEachStatement(fn.body, (statement) => {
    if (statement.kind !== "alloc" || !/^h(_\w+)?$/.test(stemOf(statement.array))) return;
    if (statement.shape[0] !== H) return;
    words += statement.shape.reduce((product, extent) => product * extent, 1);
  });
  return words / H;
}

describe("propagated vectors", () => {
  it.each([
    ["laplacian", D + 2],
    ["biharmonic", (D + 2) ** 2],
  ])("of the %s: %i, in the loops as in the report", (operator, count) => {
    expect(vectorsOf(operator)).toBe(count);
    const { models } = read({
      file: "m.ode.ts",
      text: network(`value: u, operators: ["${operator}"],`),
      host: { read: () => undefined },
    });
    const [model] = models;
    expect(model!.schemes!.get(model!.field!.operators.get(operator)!)!.taken.vectors).toBe(count);
  });

  it.each([
    [1, 5],
    [2, 14],
    [5, 49],
  ])("of the biharmonic in %i coordinates: %i", (d, count) => {
    const text = `import { field, vec } from "odegrad";
export const f = field({ point: vec(${d}, 0.5), value: (x) => Math.sin(x[0]) * Math.exp(x[${d - 1}]), operators: ["biharmonic"] });`;
    const { models } = read({ file: "m.ode.ts", text, host: { read: () => undefined } });
    const [choice] = [...models[0]!.schemes!.values()];
    expect(choice!.taken.vectors).toBe(count);
    expect(choice!.passedOver.map(({ vectors }) => vectors).every((each) => each >= count)).toBe(true);
    if (d === 5) expect(choice!.passedOver.map(({ vectors }) => vectors)).toEqual([77, 107]);
  });
});
