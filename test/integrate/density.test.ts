/**
 * The continuous-consistent gradient of inputs, on the problem of numerics 4.3: z' = V tanh(W z + θ(t)), whose density is
 * known from a fine grid. Figures of its table hold for one problem of this kind; orders hold for all.
 */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled } from "../support/compiled.ts";

const shape = (i: string, t: string): string =>
  `0.4 * Math.sin(2 * ${t} + ${i}) + 0.2 * Math.cos(3 * ${t} * (1 + ${i}))`;

/** θ in pieces, one a step, or at knots. */
const text = (input: string): string => `import { cubic, hold, linear, mat, matvec, ode, vec } from "odegrad";
const d = 3;
export const net = ode({
  state: { z: vec(d, [0.7, -0.4, 0.3]) },
  constants: {
    W: mat(d, d, (i, j) => 1.2 * Math.sin(1.3 * i + 0.7 * j + 0.5)),
    V: mat(d, d, (i, j) => 1.1 * Math.cos(0.9 * i - 1.1 * j)),
  },
  inputs: { theta: ${input} },
  rhs: ({ z }, _params, { constants: { W, V }, inputs: { theta } }) => ({
    z: matvec(V, matvec(W, z).map((x, i) => Math.tanh(x + theta[i]))),
  }),
  loss: {
    terminal: ({ z }) => (z[0] - 1) ** 2 + (z[1] + 0.5) ** 2 + z[2] ** 2,
    running: ({ z }, _params, { inputs: { theta } }) => 0.05 * (z[0] ** 2 + theta[1] ** 2),
  },
  solver: { t1: 1 },
});
`;
const pieces = (n: number): string =>
  text(`hold(${n}, vec(d), (k) => vec(d, (i) => ${shape("i", `(k / ${n})`)}))`);
const knots = (kind: string, n: number): string =>
  text(`${kind}(${n}, vec(d), (k) => vec(d, (i) => ${shape("i", `(k / ${n - 1})`)}))`);

async function ask(model: string, options: Options) {
  const { engine, problem, c } = await compiled(
    model,
    { ...options, density: true },
    options.target !== undefined,
  );
  const gradients = engine.gradient(problem);
  expect(gradients.status).toBe(0);
  const other = c?.gradient(problem);
  c?.close();
  return { ...gradients, other };
}

/** Random directions, and steps along them, of which fourth-order differences are exact to 1e-9. */
it.each(["hold", "linear"])("changes along a direction as its differences say, %s", async (kind) => {
  const model = kind === "hold" ? pieces(8) : knots(kind, 9);
  const options: Options = { method: "rk4", steps: 16, density: true, emit: ["solve", "gradient", "hvp"] };
  const { engine, problem, c } = await compiled(model, options);
  const inputs = problem.inputs.map((_, i) => Math.sin(1 + 3 * i));
  const state0 = Float64Array.of(0.3, -0.8, 0.5);
  const none = { t0: 0, t1: 0, params: problem.params, times: problem.times.map(() => 0) };
  const { change } = engine.hvp!(problem, { ...none, state0, inputs });
  const along = (step: number): Float64Array =>
    engine.gradient({
      ...problem,
      state0: problem.state0.map((x, i) => x + step * state0[i]!),
      inputs: problem.inputs.map((x, i) => x + step * inputs[i]!),
    }).density!;
  const h = 1e-3;
  const [p1, m1, p2, m2] = [h, -h, 2 * h, -2 * h].map(along) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  expect(change.density!.length).toBe(inputs.length);
  for (const [i, got] of change.density!.entries())
    expect(Math.abs(got - (8 * (p1[i]! - m1[i]!) - (p2[i]! - m2[i]!)) / (12 * h))).toBeLessThan(1e-9);
  expect(Math.max(...change.density!.map(Math.abs))).toBeGreaterThan(0.01);
  const inC = c?.hvp?.(problem, { ...none, state0, inputs }).change.density;
  c?.close();
  for (const [i, got] of (inC ?? []).entries())
    expect(Math.abs(got - change.density![i]!)).toBeLessThan(1e-14);
});

/** The density at k/100 of the unit interval, k from 0 to 100: 1600 steps of order 4 at cubic knots. */
const truth = ask(knots("cubic", 1601), { method: "rk4", steps: 1600 }).then(({ density }) => density!);
const trueAt = async (part: number): Promise<number[]> => {
  const values = await truth;
  return [0, 1, 2].map((i) => values[3 * Math.round(1600 * part) + i]!);
};

/** Largest error over nodes, relative to the largest density; `raw` is the exact gradient over the step. */
async function errors(method: string, steps: number, isHeld: boolean) {
  const model = isHeld ? pieces(steps) : knots("linear", steps + 1);
  const { density, inputs } = await ask(model, { method, steps });
  let [corrected, raw, size] = [0, 0, 0];
  for (let k = 0; k < density!.length / 3; k++) {
    (await trueAt(k / steps)).forEach((value, i) => {
      size = Math.max(size, Math.abs(value));
      corrected = Math.max(corrected, Math.abs(density![3 * k + i]! - value));
      raw = Math.max(raw, Math.abs(inputs[3 * k + i]! * steps - value));
    });
  }
  return { corrected: corrected / size, raw: raw / size };
}

describe("leapfrog", () => {
  it("the exact gradient is off by order one, whatever the step", { timeout: 60_000 }, async () => {
    for (const steps of [50, 100, 200, 400]) {
      const { raw } = await errors("leapfrog", steps, true);
      expect(raw).toBeGreaterThan(0.6);
      expect(raw).toBeLessThan(1.5);
    }
  });

  it("the density is of second order at every node", { timeout: 60_000 }, async () => {
    const [coarse, fine] = [await errors("leapfrog", 100, true), await errors("leapfrog", 400, true)];
    expect(coarse.corrected).toBeLessThan(3e-3);
    expect(Math.log2(coarse.corrected / fine.corrected) / 2).toBeGreaterThan(1.85);
  });
});

describe("every method", () => {
  it.each([
    ["euler", 1],
    ["heun", 2],
    ["midpoint", 2],
    ["ralston", 2],
    ["rk4", 2],
    ["gauss1", 2],
    ["radau5", 2],
    ["ab2", 2],
    ["ab3", 2],
    ["ab4", 2],
    ["ab5", 2],
    ["abm4", 2],
    ["alf", 2],
    ["reversible-heun", 2],
  ])("%s: order %i at every node", { timeout: 60_000 }, async (method, order) => {
    // What is held over a step is known to first order there; at knots, to second.
    const isHeld = /^(euler|ab\d)$/.test(method);
    const [coarse, fine] = [await errors(method, 100, isHeld), await errors(method, 400, isHeld)];
    expect(
      Math.log2(coarse.corrected / fine.corrected) / 2,
      `${coarse.corrected} ${fine.corrected}`,
    ).toBeGreaterThan(order - 0.2);
  });

  it("the last entry of AB2 is half as large again without it", async () => {
    const { inputs } = await ask(pieces(400), { method: "ab2", steps: 400 });
    (await trueAt(399 / 400)).forEach((value, i) => {
      expect(Math.abs((inputs[3 * 399 + i]! * 400) / value - 1.5)).toBeLessThan(0.05);
    });
  });

  it("adaptive steps give it at knots", async () => {
    const { density } = await ask(knots("linear", 101), { method: "dopri5", rtol: 1e-8, atol: 1e-10 });
    const size = Math.max(...(await truth).map(Math.abs));
    for (let k = 0; k <= 100; k++)
      (await trueAt(k / 100)).forEach((value, i) => {
        expect(Math.abs(density![3 * k + i]! - value) / size).toBeLessThan(2e-2);
      });
  });
});

it("pieces of several steps have the mean over them", async () => {
  const { density } = await ask(pieces(10), { method: "rk4", steps: 400 });
  const { inputs } = await ask(pieces(10), { method: "rk4", steps: 400 });
  // The exact gradient of a piece is the integral of the density over it.
  density!.forEach((value, i) => {
    expect(Math.abs(value - 10 * inputs[i]!)).toBeLessThan(5e-2);
  });
});

it("pieces of several steps have the mean of what it is where the steps begin, to their order", async () => {
  // x' = -1.3 x + u cos t: g = cos t · e^(-1.3 (2 - t)).
  const model = `import { hold, ode } from "odegrad";
export const m = ode({
  state: { x: 0.7 },
  params: { k: 1.3 },
  inputs: { u: hold(8, 0.3) },
  rhs: ({ x }, { k }, { t, inputs: { u } }) => ({ x: -k * x + u * Math.cos(t) }),
  loss: { terminal: ({ x }) => x },
  solver: { t1: 2, steps: 80 },
});`;
  const { density } = await ask(model, { method: "rk4" });
  const g = (t: number): number => Math.cos(t) * Math.exp(-1.3 * (2 - t));
  density!.forEach((value, k) => {
    const starts = Array.from({ length: 10 }, (_, i) => g((10 * k + i) / 40));
    expect(Math.abs(value - starts.reduce((sum, each) => sum + each) / 10)).toBeLessThan(1e-8);
  });
});

it("JavaScript and C give the same", async () => {
  for (const model of [pieces(20), knots("linear", 11), knots("cubic", 11)]) {
    const { density, other } = await ask(model, { method: "leapfrog", steps: 20, target: ["c"] });
    expect(density!.some((value) => value !== 0)).toBe(true);
    other?.density?.forEach((value, i) => {
      expect(Math.abs(value - density![i]!)).toBeLessThan(1e-14);
    });
  }
});

describe("what is said about it", () => {
  const host = { read: () => undefined };
  const codes = (options: Options, model = pieces(20)): string[] =>
    build({ file: "model.ode.ts", text: model, host }, { steps: 20, ...options }).diagnostics.map(
      ({ code }) => code,
    );

  it.each(["leapfrog", "alf", "reversible-heun"])("%s with inputs is warned of", (method) => {
    expect(codes({ method })).toEqual(["ODE4027"]);
    expect(codes({ method, density: true })).toEqual([]);
    expect(codes({ method, wrt: ["state"] })).toEqual([]);
  });
  it.each(["rk4", "ab2", "ab5", "abm4", "gauss2"])("%s is not", (method) =>
    expect(codes({ method })).toEqual([]),
  );
  it("plans that do not go through all steps are refused", () => {
    expect(codes({ density: true, adjoint: "revolve" })).toEqual(["ODE4026"]);
    expect(codes({ density: true, wrt: ["state"] })).toEqual(["ODE4026"]);
  });
});
