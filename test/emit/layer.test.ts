/** The comfortable layer of generated modules: named records in and out, in the shapes of the model. */

import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { type Compiled, compiled } from "../support/compiled.ts";

interface Layer {
  simulate(question?: object): { status: number; t: number[]; state: object; outputs: object; value: number };
  valueAndGradient(question?: object): {
    status: number;
    value: number;
    gradient: { params: object; state: object; inputs: object };
  };
}

const text = `
import { ode, vec, mat, hold } from "odegrad";
export const model = ode({
  state: { x: 1, pair: [0.5, { u: vec(2, [0.1, 0.2]) }] },
  params: { layers: [{ w: mat(2, 3, [[1, 2, 3], [4, 5, 6]]) }, { w: 0.25 }], rate: 0.3 },
  inputs: { push: hold(2, { a: 0.1, b: vec(2, [0.2, 0.3]) }), level: hold(4, 1) },
  data: { seen: vec(2, [0.9, 0.8]) },
  rhs: ({ x, pair }, { layers, rate }, { inputs: { push, level } }) => {
    const du = vec(2);
    for (let i = 0; i < 2; i++) du[i] = -layers[0].w[i][2] * pair[1].u[i] + push.b[i];
    return { x: -rate * x + push.a * level, pair: [layers[1].w * x, { u: du }] };
  },
  outputs: { twice: ({ x }) => 2 * x },
  times: [0.5, 1],
  loss: { at: ({ x }, _p, { k, data }) => (x - data.seen[k]) ** 2, terminal: ({ pair }) => pair[1].u[0] * pair[0] },
  solver: { method: "heun", t1: 1, steps: 4 },
});`;

let made: Compiled;
let layer: Layer;
beforeAll(async () => {
  made = await compiled(text);
  layer = made.loaded as unknown as Layer;
  made.c?.close();
});

const flat = (value: unknown): number[] =>
  typeof value === "number" ? [value] : Object.values(value as object).flatMap(flat);

describe("valueAndGradient", () => {
  it("has the numbers of the flat records, in the shapes of the model, as plain objects", () => {
    const truth = made.engine.gradient(made.problem);
    const { status, value, gradient } = layer.valueAndGradient();
    expect(status).toBe(0);
    expect(value).toBe(truth.value);
    expect(flat(gradient.params)).toEqual([...truth.params]);
    expect(flat(gradient.state)).toEqual([...truth.state0]);
    const [w] = [truth.params];
    assert.deepStrictEqual(gradient.params, {
      layers: [
        {
          w: [
            [w[0], w[1], w[2]],
            [w[3], w[4], w[5]],
          ],
        },
        { w: w[6] },
      ],
      rate: w[7],
    });
    const v = truth.inputs;
    // Leaf by leaf in flat storage, piece by piece here.
    assert.deepStrictEqual(gradient.inputs, {
      push: [
        { a: v[0], b: [v[2], v[3]] },
        { a: v[1], b: [v[4], v[5]] },
      ],
      level: [v[6], v[7], v[8], v[9]],
    });
  });
});

describe("simulate", () => {
  it("has a list over time for each leaf", () => {
    const { t, state, outputs } = layer.simulate();
    const { states } = made.engine.solve(made.problem);
    expect(t).toEqual([0.5, 1]);
    const leaf = (offset: number) => [states[offset]!, states[offset + 4]!];
    assert.deepStrictEqual(state, {
      x: leaf(0),
      pair: [
        leaf(1),
        {
          u: [
            [states[2], states[3]],
            [states[6], states[7]],
          ],
        },
      ],
    });
    assert.deepStrictEqual(outputs, { twice: leaf(0).map((x) => 2 * x) });
  });

  it("takes the values of a question for one call, also if it is refused", () => {
    const { io } = made.loaded;
    const before = layer.simulate();
    const arrays = ["control", "state0", "params", "inputs", "data", "times"] as const;
    const kept = arrays.map((name) => io[name]!.slice());
    const other = layer.simulate({
      state: { pair: [3, { u: Float64Array.of(1, 2) }] },
      params: {
        layers: [
          {
            w: [
              [0, 0, 9],
              [0, 0, 9],
            ],
          },
        ],
        rate: 2,
      },
      inputs: { level: [4, 3, 2, 1] },
      data: { seen: [0, 0] },
      times: [0.5, 2],
      t1: 2,
      steps: 8,
    });
    expect(other.status).toBe(0);
    expect(other.t).toEqual([0.5, 2]);
    expect(other.value).not.toBe(before.value);
    expect(() => layer.simulate({ params: { rate: 5 }, data: { seen: 1 } })).toThrow(TypeError);
    expect(arrays.map((name) => io[name])).toEqual(kept);
    expect(layer.simulate()).toEqual(before);
  });

  it("has the bits of the flat records for the same question", () => {
    const params = made.problem.params.slice();
    params[7] = 0.9;
    const truth = made.engine.gradient({ ...made.problem, params, steps: 8 });
    made.engine.gradient(made.problem);
    expect(layer.valueAndGradient({ params: { rate: 0.9 }, steps: 8 }).value).toBe(truth.value);
  });

  it.each([
    [
      { parms: {} },
      /no option of the name parms; there is state, params, inputs, data, times, t0, t1, steps/,
    ],
    [{ params: { rat: 1 } }, /no parameter of the name rat; there is layers\.0\.w, layers\.1\.w, rate/],
    [{ params: { layers: [{ v: 1 }] } }, /no parameter of the name layers\.0\.v; there is layers\.0\.w/],
    [{ params: { layers: 3 } }, /a record is expected, of layers\.0\.w, layers\.1\.w/],
    [{ params: null }, /a record is expected, of layers\.0\.w/],
    [{ params: { layers: [{ w: [[1, 2, 3]] }] } }, /layers\.0\.w has the shape 2 × 3/],
    [{ params: { rate: "0.3" } }, /rate is a number/],
    [{ params: { rate: [1] } }, /rate is a number/],
    [{ state: { y: 1 } }, /no state of the name y; there is x, pair\.0, pair\.1\.u/],
    [{ inputs: null }, /a record is expected, of push, level/],
    [{ inputs: { pull: [] } }, /no input of the name pull; there is push, level/],
    [{ inputs: { level: [1, 2] } }, /level has 4 entries, one per piece or knot/],
    [{ inputs: { level: null } }, /level has 4 entries/],
    [
      { inputs: { push: [{ a: 1, c: 2 }, { a: 1 }] } },
      /no input of the name push\.c; there is push\.a, push\.b/,
    ],
    [{ data: { seen: [1, 2, 3] } }, /seen has the shape 2/],
    [{ times: [1] }, /times has the shape 2/],
    [{ t1: "2" }, /t1 is a number/],
    [null, /a record is expected/],
    [5, /a record is expected/],
  ])("refuses %j with the names there are", (question, message) => {
    for (const ask of [layer.simulate, layer.valueAndGradient]) {
      expect(() => ask(question as object)).toThrow(TypeError);
      expect(() => ask(question as object)).toThrow(message);
    }
  });
});

describe("a model without times", () => {
  it("is observed at its end, wherever that is", async () => {
    const { loaded, c } = await compiled(`
import { ode } from "odegrad";
export const model = ode({
  state: { x: 1 },
  params: { rate: 0.5 },
  rhs: ({ x }, { rate }) => ({ x: -rate * x }),
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "rk4", t1: 1, steps: 10 },
});`);
    c?.close();
    const { simulate } = loaded as unknown as Layer;
    expect(simulate({ t1: 2 }).t).toEqual([2]);
    expect(simulate().t).toEqual([1]);
    expect(() => simulate({ times: [1] })).toThrow(/the model has no times/);
  });
});

describe("functions that are left out", () => {
  const field = `
import { field, vec } from "odegrad";
export const model = field({
  point: vec(2, [0.7, 0.4]),
  params: { a: 1.3 },
  value: (x, { a }) => a * x[0] ** 3 * x[1],
  operators: ["laplacian"],
  loss: { at: (u) => u ** 2 },
});`;
  const isFunction = (value: unknown): value is () => unknown => typeof value === "function";

  it.each([
    [["solve"], ["solve", "simulate"], ["evaluate", "simulate"]],
    [["gradient"], ["gradient", "valueAndGradient"], ["gradient", "valueAndGradient"]],
    [["field"], ["field"], []],
    [
      ["jvp", "hvp"],
      ["jvp", "hvp"],
      ["jvp", "hvp"],
    ],
  ])("take with them what calls them: %j", async (names, ofModel, ofField) => {
    for (const [source, expected] of [
      [text, [...ofModel, "reserve"]],
      [field, ofField],
    ] as const) {
      const { loaded, code } = await compiled(source, { emit: names }, false);
      const functions = Object.entries(loaded).filter(([, value]) => isFunction(value));
      expect(functions.map(([name]) => name).sort()).toEqual([...expected].sort());
      for (const name of ["simulate", "valueAndGradient", "reserve"]) {
        const ask = loaded[name];
        if (isFunction(ask)) expect(ask).not.toThrow();
      }
      // Nothing stands there that nobody calls.
      for (const [, name] of code.matchAll(/^function (\w+)/gm))
        expect(code.split(new RegExp(`\\b${name}\\(`)).length, name).toBeGreaterThan(2);
    }
  });
});
