import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Input, Leaf, Model, SolverDefaults } from "../compiler/model.ts";
import type { Options } from "../compiler/options.ts";
import { defaultSteps, resolveSolver, wrtPaths } from "../compiler/resolve.ts";

const span = (start: number) => ({ file: "m.ode.ts", start, end: start + 1 });
const leaf = (path: string[], name = path.join("_")): Leaf => ({
  path,
  name,
  shape: [],
  offset: 0,
  initial: [0],
  span: span(1),
});
const hold = (name: string, count: number): Input => ({
  name,
  kind: "hold",
  count,
  leaves: [leaf([name])],
  span: span(2),
});

/** A model of which only the parts that are resolved matter. */
function model(solver: Partial<SolverDefaults>, parts: Partial<Model> = {}): Model {
  const fn = { name: "rhs", parameters: [], body: [] };
  return {
    name: "m",
    file: "m.ode.ts",
    span: span(0),
    state: [leaf(["y"])],
    params: [leaf(["net", "W"]), leaf(["rate"])],
    inputs: [],
    data: [],
    constants: [],
    functions: [],
    rules: [],
    operators: [],
    rhs: fn,
    loss: {},
    outputs: [],
    timesSpan: span(9),
    solver: { method: "rk4", t0: 0, t1: 1, adjoint: "symplectic", ...solver },
    solverSpans: {
      method: span(3),
      steps: span(4),
      dt: span(5),
      t1: span(6),
      adjoint: span(7),
      wrt: span(8),
    },
    ...parts,
  };
}

const solve = (options: Options, solver: Partial<SolverDefaults> = {}, parts: Partial<Model> = {}) =>
  resolveSolver(model(solver, parts), options);

describe("number of steps", () => {
  it.each<[string, Options, Partial<SolverDefaults>, number]>([
    ["of the option over the model's", { steps: 7 }, { steps: 3 }, 7],
    ["of the model", {}, { steps: 3 }, 3],
    ["from the option's step size over the model's steps", { dt: 0.125 }, { steps: 3 }, 8],
    ["from the model's step size on the option's interval", { t1: 2 }, { dt: 0.1 }, 20],
    ["from a decimal step size that is no double", { dt: 0.1, t1: 0.3 }, {}, 3],
    ["by default", {}, {}, defaultSteps],
    ["backwards in time", { t0: 1, t1: 0, dt: -0.25 }, {}, 4],
  ])("%s", (_, options, solver, steps) => {
    expect(solve(options, solver).solver?.steps).toBe(steps);
  });

  it("by default is raised to meet pieces and times", () => {
    expect(solve({}, {}, { inputs: [hold("u", 30)] }).solver?.steps).toBe(120);
    expect(solve({}, {}, { times: [1 / 7, 1] }).solver?.steps).toBe(105);
    expect(solve({}, {}, { inputs: [hold("u", 4), hold("v", 6)], times: [0.1] }).solver?.steps).toBe(120);
  });
});

it("what belongs to the model's own method goes with it where another one is asked for", () => {
  const own = (solver: Partial<SolverDefaults>, options: Options) => solve(options, solver).solver!;
  expect(own({ method: "taylor", order: 6 }, {})).toMatchObject({ method: "taylor", order: 6 });
  expect(own({ method: "taylor", order: 6 }, { method: "rk4" }).order).toBeUndefined();
  expect(own({ method: "ab3", start: "ralston" }, { method: "ab2" }).start).toBe("ralston");
  expect(own({ method: "ab3", start: "ralston" }, { method: "dopri5" }).start).toBeUndefined();
});

describe("the help for a step size that does not divide", () => {
  const help = (options: Options, model: Partial<Model>): string =>
    (solve(options, {}, model) as { diagnostics: readonly Diagnostic[] }).diagnostics[0]!.suggestion!;

  it("names steps that meet pieces and times", () => {
    expect(help({ dt: 0.15 }, {})).toContain("`--steps 7`");
    const parts = { inputs: [hold("u", 4)], times: [0.3, 1] };
    const [, steps] = /`--steps (\d+)`/.exec(help({ dt: 0.15 }, parts))!;
    expect(solve({ steps: Number(steps) }, {}, parts).solver?.steps).toBe(20);
    expect(help({ dt: 0.15 }, { times: [Math.PI / 4, 1] })).toContain("`--method dopri5 --rtol 1e-8`");
  });

  it("turns the sign where that is all", () => {
    const back = { t0: 0, t1: -1 };
    expect(help({ ...back, dt: 0.1 }, {})).toContain("`--dt=-0.1`");
    expect(solve({ ...back, dt: -0.1 }, {}, {}).solver?.steps).toBe(10);
    expect(help({ ...back, dt: 0.3 }, {})).toContain("`--steps 3`");
    expect(help({ dt: -0.1 }, { times: [0.25, 1] })).toContain("`--steps 12`");
  });
});

describe("what does not fit", () => {
  it.each<
    [
      string,
      Options,
      Partial<SolverDefaults>,
      Partial<Model>,
      string,
      number | undefined,
      "model" | "options",
    ]
  >([
    ["unknown method of the model", {}, { method: "rk5" }, {}, "ODE4001", 3, "model"],
    ["unknown method of the option", { method: "rk5" }, {}, {}, "ODE4001", undefined, "options"],
    ["an order without taylor", { order: 4 }, {}, {}, "ODE4031", undefined, "options"],
    ["an order taylor has not", { method: "taylor", order: 40 }, {}, {}, "ODE4031", undefined, "options"],
    [
      "a plan taylor has not",
      { method: "taylor", adjoint: "continuous" },
      {},
      {},
      "ODE4032",
      undefined,
      "options",
    ],
    ["an order without taylor of the model", {}, { order: 4 }, {}, "ODE4031", undefined, "model"],
    ["a start of the model that its method has not", {}, { start: "rk4" }, {}, "ODE4017", undefined, "model"],
    ["unknown adjoint", {}, { adjoint: "symplektic" }, {}, "ODE4003", 7, "model"],
    [
      "adjoint the method has not",
      { method: "gauss2", adjoint: "continuous" },
      {},
      {},
      "ODE4004",
      undefined,
      "options",
    ],
    ["no interval", {}, { t1: 0 }, {}, "ODE4005", 6, "model"],
    ["infinite interval", {}, { t1: Number.POSITIVE_INFINITY }, {}, "ODE4005", 6, "model"],
    ["broken steps", {}, { steps: 2.5 }, {}, "ODE4006", 4, "model"],
    ["step size that does not divide", {}, { dt: 0.3 }, {}, "ODE4007", 5, "model"],
    ["more steps than can be counted", {}, { steps: 2 ** 31 }, {}, "ODE4006", 4, "model"],
    ["more steps of that size than can be counted", {}, { dt: 1e-10 }, {}, "ODE4034", 5, "model"],
    [
      "a size of steps that is nothing beside the interval",
      { dt: 1e-320 },
      {},
      {},
      "ODE4034",
      undefined,
      "options",
    ],
    [
      "more attempts than can be counted",
      { rtol: 1e-3, maxSteps: 2 ** 31 },
      { method: "dopri5" },
      {},
      "ODE4006",
      undefined,
      "options",
    ],
    ["a batch beyond what an array has", { batch: 2 ** 24 + 1 }, {}, {}, "ODE4033", undefined, "options"],
    [
      "checkpoints beyond what an array has",
      { adjoint: "revolve", checkpoints: 2 ** 24 + 1 },
      {},
      {},
      "ODE4035",
      undefined,
      "options",
    ],
    ["step size zero", { dt: 0 }, {}, {}, "ODE4007", undefined, "options"],
    ["step size of the wrong sign", { dt: -0.1 }, {}, {}, "ODE4007", undefined, "options"],
    ["steps and step size", { steps: 3, dt: 0.1 }, {}, {}, "ODE4008", undefined, "options"],
    ["steps and step size of the model", {}, { steps: 10, dt: 0.5 }, {}, "ODE4008", 5, "model"],
    ["pieces straddled", {}, { steps: 30 }, { inputs: [hold("u", 20)] }, "ODE4009", 4, "model"],
    [
      "pieces straddled by the option",
      { steps: 30 },
      {},
      { inputs: [hold("u", 20)] },
      "ODE4009",
      2,
      "options",
    ],
    ["time off the steps", {}, { steps: 10 }, { times: [0.25] }, "ODE4010", 9, "model"],
    ["time outside", { t1: 0.5 }, {}, { times: [0.75] }, "ODE4011", 9, "options"],
    ["times out of order", {}, {}, { times: [0.5, 0.25] }, "ODE4012", 9, "model"],
    ["unknown wrt", {}, { wrt: ["params.nett"] }, {}, "ODE4013", 8, "model"],
  ])("%s", (_, options, solver, parts, code, start, fault) => {
    const resolved = solve(options, solver, parts);
    expect(resolved.solver).toBeUndefined();
    if (resolved.solver !== undefined) return;
    expect(resolved.diagnostics.map((each) => each.code)).toEqual([code]);
    expect(resolved.diagnostics[0]!.span?.start).toBe(start);
    expect(resolved.fault).toBe(fault);
    expect(resolved.diagnostics[0]!.suggestion).toBeTruthy();
  });

  it("is told all at once", () => {
    const resolved = solve({ method: "rk5", adjoint: "no", wrt: ["x"] });
    expect(resolved.solver === undefined && resolved.diagnostics.length).toBe(3);
  });

  it("names the largest batch, by what each sample has for itself", () => {
    const state = [leaf(["y"]), { ...leaf(["z"]), shape: [3, 5] }];
    const most = Math.floor(2 ** 24 / 16);
    expect(solve({ batch: most }, {}, { state }).solver?.batch).toBe(most);
    const resolved = solve({ batch: most + 1 }, {}, { state });
    expect(resolved.solver === undefined && resolved.diagnostics[0]!.suggestion).toContain(`take ${most} at`);
  });

  const hinted = (options: Options, parts: Partial<Model>): string => {
    const resolved = solve(options, {}, parts);
    return resolved.solver === undefined ? (resolved.diagnostics[0]!.suggestion ?? "") : "";
  };

  it("names flags for adaptive steps that the method admits", () => {
    const times = { times: [0.5, 1] };
    expect(hinted({ wrt: ["times"] }, times)).toContain("`--method dopri5 --rtol 1e-8`");
    const admitted = solve({ wrt: ["times"], method: "dopri5", rtol: 1e-8 }, {}, times);
    expect(admitted.solver?.tolerance).toBeDefined();
    expect(hinted({ wrt: ["times"], method: "tsit5" }, times)).toContain(" `--rtol 1e-8`");
    expect(solve({ wrt: ["times"], method: "tsit5", rtol: 1e-8 }, {}, times).solver).toBeDefined();
    expect(hinted({ dt: 1e-10 }, {})).toContain("`--method dopri5 --rtol 1e-8`");
  });

  it.each([[3], [4], [7]])("names a step count that can be counted and fits %i pieces", (pieces) => {
    const parts = { inputs: [hold("u", pieces)], times: [0.5] };
    const [, steps] = /`--steps (\d+)`/.exec(hinted({ dt: 1e-10 }, parts))!;
    expect(solve({ steps: Number(steps) }, {}, parts).solver?.steps).toBe(Number(steps));
  });

  it("names a number of steps that fits", () => {
    const resolved = solve({ steps: 30 }, {}, { inputs: [hold("u", 20)], times: [0.5] });
    expect(resolved.solver === undefined && resolved.diagnostics[0]!.suggestion).toContain("40 steps");
  });
});

it("wrt may name records and leaves", () => {
  expect(wrtPaths(model({}))).toEqual([
    "state",
    "state.y",
    "params",
    "params.net",
    "params.net.W",
    "params.rate",
  ]);
  expect(solve({ wrt: ["params.net", "state"] }).solver?.wrt).toEqual(["params.net", "state"]);
});
