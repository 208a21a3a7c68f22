/**
 * Batches: samples with a state and data of their own that share parameters and inputs. What a batch gives is what its
 * samples give one by one, each to the bit, and the sum of what they share; for every family of methods and plans, in
 * JavaScript and C.
 */

import { afterAll, describe, expect, it } from "vitest";
import { status } from "../../compiler/module.ts";
import type { Options } from "../../compiler/options.ts";
import { type Compiled, compiled } from "../support/compiled.ts";

const opened: Compiled[] = [];
afterAll(() => {
  for (const each of opened) each.c?.close();
});
const open = async (text: string, options: Options): Promise<Compiled> => {
  const made = await compiled(text, options);
  opened.push(made);
  return made;
};

const text = (more = ""): string => `import { ode, vec, mat, hold } from "odegrad";
export const model = ode({
  state: { x: vec(2, [1, 0.4]), z: 0.2 },
  params: { a: 0.7, W: mat(2, 2, [0.1, -0.5, 0.6, 0.2]) },
  inputs: { u: hold(2) },
  data: { seen: mat(2, 2), scale: 1 },
  rhs: ({ x, z }, { a, W }, { inputs: { u }, data: { scale } }) => {
    const d = vec(2);
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 2; j++) d[i] += W[i][j] * Math.tanh(x[j]);
      d[i] -= 0.1 * a * x[i];
    }
    return { x: d, z: scale * Math.sin(a * x[0]) - z + u };
  },
  outputs: { size: ({ x }) => Math.hypot(x[0], x[1]) },
  times: [0.5, 1],
  loss: {
    at: ({ x }, _p, { k, data }) => (x[0] - data.seen[k][0]) ** 2 + (x[1] - data.seen[k][1]) ** 2,
    running: ({ z }) => 0.1 * z * z,
    terminal: ({ z }, { a }) => a * z,
  },
  ${more}
  solver: { method: "rk4", t1: 1, steps: 10 },
});`;

const states = [
  [1, 0.4, 0.2],
  [-0.3, 0.8, 0],
  [0.5, -1.1, 0.6],
];
const data = [
  [0.9, 0.5, 0.7, 0.6, 1],
  [-0.1, 0.6, 0.2, 0.3, 0.5],
  [0.1, -0.9, 0, -0.4, 2],
];
const inputs = Float64Array.of(0.3, -0.2);

const near = (found: ArrayLike<number>, truth: ArrayLike<number>): void => {
  expect(found.length).toBe(truth.length);
  const scale = Math.max(1e-300, ...Array.from(truth).map(Math.abs));
  Array.from(truth).forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(2e-14 * scale);
  });
};

const sum = (all: readonly Float64Array[]): Float64Array =>
  all[0]!.map((_, i) => all.reduce((total, each) => total + each[i]!, 0));

const cases: readonly (readonly [string, Options])[] = [
  ["rk4", {}],
  ["dopri5 with step", { method: "dopri5", adjoint: "step" }],
  ["heun with store-all", { method: "heun", adjoint: "store-all" }],
  ["rk4 with revolve", { adjoint: "revolve", checkpoints: 2 }],
  ["tsit5, adaptive", { method: "tsit5", rtol: 1e-6, atol: 1e-8 }],
  ["gauss2", { method: "gauss2" }],
  ["radau5, adaptive", { method: "radau5", rtol: 1e-6, atol: 1e-8 }],
  ["rodas4", { method: "rodas4" }],
  ["ab3", { method: "ab3" }],
  ["leapfrog, reversed", { method: "leapfrog", adjoint: "reversible" }],
];

describe.each(cases)("a batch of three: %s", (_name, options) => {
  it("is its samples one by one", async () => {
    const one = await open(text(), options);
    const batch = await open(text(), { ...options, batch: 3 });
    const problems = states.map((state, b) => ({
      ...one.problem,
      state0: Float64Array.from(state),
      data: Float64Array.from(data[b]!),
      inputs,
    }));
    const whole = {
      ...batch.problem,
      state0: Float64Array.from(states.flat()),
      data: Float64Array.from(data.flat()),
      inputs,
    };
    const solutions = problems.map((problem) => one.engine.solve(problem));
    const gradients = problems.map((problem) => one.engine.gradient(problem));
    for (const engine of [batch.engine, ...(batch.c === undefined ? [] : [batch.c])]) {
      const solved = engine.solve(whole);
      expect(solved.status).toBe(status.ok);
      near([solved.value], [solutions.reduce((total, each) => total + each.value, 0)]);
      near(
        solved.states,
        solutions.flatMap((each) => [...each.states]),
      );
      near(
        solved.outputs,
        solutions.flatMap((each) => [...each.outputs]),
      );
      if (solved.run !== undefined) {
        const accepted = solutions.reduce((total, each) => total + each.run!.accepted, 0);
        expect(solved.run.accepted).toBe(accepted);
      }
      const found = engine.gradient(whole);
      expect(found.status).toBe(status.ok);
      near([found.value], [solutions.reduce((total, each) => total + each.value, 0)]);
      near(
        found.state0,
        gradients.flatMap((each) => [...each.state0]),
      );
      near(found.params, sum(gradients.map((each) => each.params)));
      near(found.inputs, sum(gradients.map((each) => each.inputs)));
    }
  });
});

describe("products of a batch", () => {
  const emit = ["solve", "gradient", "jvp", "hvp"];
  it("are those of its samples", async () => {
    const one = await open(text(), { emit });
    const batch = await open(text(), { emit, batch: 2 });
    const pair = [0, 1];
    const problems = pair.map((b) => ({
      ...one.problem,
      state0: Float64Array.from(states[b]!),
      data: Float64Array.from(data[b]!),
    }));
    const whole = {
      ...batch.problem,
      state0: Float64Array.from(states.slice(0, 2).flat()),
      data: Float64Array.from(data.slice(0, 2).flat()),
    };
    const params = Float64Array.of(0.3, -0.1, 0.2, 0.5, -0.4);
    const moved = pair.map((b) => Float64Array.of(0.1 * (b + 1), -0.2, 0.3 * b));
    const along = { params, state0: Float64Array.from(moved.flatMap((each) => [...each])) };
    for (const [engine, single] of [
      [batch.engine, one.engine],
      ...(batch.c === undefined ? [] : [[batch.c, one.c!] as const]),
    ] as const) {
      const each = pair.map((b) => single.jvp!(problems[b]!, { params, state0: moved[b]! }).change);
      const found = engine.jvp!(whole, along).change;
      near([found.value], [each[0]!.value + each[1]!.value]);
      near(
        found.states,
        each.flatMap((change) => [...change.states]),
      );
      const second = pair.map((b) => single.hvp!(problems[b]!, { params, state0: moved[b]! }).change);
      const product = engine.hvp!(whole, along).change;
      near(product.params, sum(second.map((change) => change.params)));
      near(
        product.state0,
        second.flatMap((change) => [...change.state0]),
      );
    }
  });
});

describe("a batch in generated JavaScript", () => {
  it("takes and gives lists of records", async () => {
    const { loaded } = await open(text(), { batch: 2 });
    const { simulate, valueAndGradient, reserve, meta } = loaded as unknown as {
      simulate(question: object): { state: { x: number[][]; z: number[] }[]; value: number };
      valueAndGradient(question: object): { value: number; gradient: { state: { z: number }[] } };
      reserve(options: object): void;
      meta: { batch: number };
    };
    expect(meta.batch).toBe(2);
    const state = [{ x: [1, 0.4] }, { x: [-0.3, 0.8], z: 0 }];
    const solved = simulate({ state });
    expect(solved.state).toHaveLength(2);
    expect(solved.state[1]!.z).toHaveLength(2);
    const { gradient, value } = valueAndGradient({ state });
    near([value], [solved.value]);
    expect(gradient.state).toHaveLength(2);
    expect(simulate({ state: { z: 0.1 } }).state[0]).toEqual(simulate({ state: { z: 0.1 } }).state[1]);
    expect(() => simulate({ state: [{ z: 1 }] })).toThrow("a list of 2 records");
    expect(() => reserve({ batch: 3 })).toThrow("batch of 2");
    reserve({ batch: 2, maxSteps: 20 });
  });

  it("is no number where one sample fails, and says so", async () => {
    const wild = text().replace("- z + u", "- z + u + z ** 9 * 1e9");
    for (const batch of [await open(wild, { batch: 3 })]) {
      const state0 = Float64Array.from(states.flat()).fill(9, 5, 6);
      for (const engine of [batch.engine, ...(batch.c === undefined ? [] : [batch.c])]) {
        const found = engine.gradient({ ...batch.problem, state0 });
        expect(found.status).not.toBe(status.ok);
        expect(found.value).toBeNaN();
        for (const values of [found.params, found.state0, found.inputs])
          expect([...values].every(Number.isNaN)).toBe(true);
      }
    }
  });
});
