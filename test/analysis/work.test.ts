/** Operations, counted without running: as many as evaluations of the field say, and linear in the steps. */

import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { forEachTime } from "../../compiler/analysis/times.ts";
import { workOf } from "../../compiler/analysis/work.ts";
import { build } from "../../compiler/compile.ts";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build_ from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Program, Statement } from "../../compiler/ir/nodes.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import type { Options } from "../../compiler/options.ts";

function counted(name: string, options: Options = {}) {
  const file = new URL(`../reference/models/${name}.ode.ts`, import.meta.url).pathname;
  const host = { read: (path: string) => readFileSync(path, "utf8") };
  const { ready } = build({ file, text: readFileSync(file, "utf8"), host }, options);
  const { module } = ready!;
  const of = (entry: string) => workOf(module.program, entry, module.solver.steps);
  return { counts: module.counts, solve: of("solve"), gradient: of("gradient") };
}

describe("operations", () => {
  it.each(["symplectic", "store-all"])("are those of the field's evaluations: %s", (adjoint) => {
    const { counts, solve, gradient } = counted("neural-ode/neural-ode", { adjoint });
    const hidden = 16;
    expect(solve.operations.get("tanh")).toBe(hidden * counts.solve.field);
    const { field, vjp } = counts.gradient;
    // A plan that keeps the tapes of the field computes no activation twice.
    expect(gradient.operations.get("tanh")).toBe(hidden * (adjoint === "symplectic" ? field + vjp : field));
    expect([solve.isStatic, gradient.isStatic]).toEqual([true, true]);
  });

  describe("leave out the evaluations whose slopes nobody reads, where stages are made again", () => {
    const steps = 10;
    const entries = 20;
    const text = (running: string): string => `import { ode, vec } from "odegrad";
export const waves = ode({
  state: { q: vec(${entries}, (i) => 0.1 * i), p: vec(${entries}, 0.5) },
  rhs: ({ q, p }) => {
    const dq = vec(${entries}), dp = vec(${entries});
    for (let i = 0; i < ${entries}; i++) { dq[i] = Math.sin(p[i]); dp[i] = -Math.sin(q[i]); }
    return { q: dq, p: dp };
  },
  loss: { terminal: ({ q }) => q[3] * q[3], ${running} },
  solver: { t1: 1, steps: ${steps} },
});`;
    const asked = (options: Options, running = "") => {
      const host = { read: () => undefined };
      const { module } = build({ file: "m.ode.ts", text: text(running), host }, options).ready!;
      const { operations } = workOf(module.program, "gradient", steps);
      return { counts: module.counts.gradient, operations };
    };
    const stages = { "symplectic-euler": 2, verlet: 3, "verlet-dkd": 3, ruth3: 6, yoshida4: 7, rk4: 4 };

    it.each(
      Object.entries(stages).flatMap(([method, each]) =>
        ["symplectic", "step"].map((adjoint) => [method, adjoint, each] as const),
      ),
    )("%s, %s", (method, adjoint, each) => {
      const { counts, operations } = asked({ method, adjoint });
      expect(counts).toEqual({ field: steps * (2 * each - 1), vjp: steps * each });
      // A whole evaluation is two sines an entry, a half one.
      const perEntry = method === "rk4" ? 2 : 1;
      expect(operations.get("sin")).toBe(perEntry * entries * counts.field);
      expect(operations.get("cos")).toBe(perEntry * entries * counts.vjp);
    });

    it("but not that which the running loss asks behind", () => {
      const { counts, operations } = asked({ method: "verlet" }, "running: ({ p }) => p[2] * p[2],");
      expect(counts.field).toBe(steps * 6);
      expect(operations.get("sin")).toBe(entries * counts.field);
    });
  });

  it("of a loop that ends by what it computes are those of one trip, both ways", () => {
    const text = `import { ode } from "odegrad";
export const fall = ode({
  state: { x: 1 },
  params: { k: 0.5 },
  rhs: ({ x }, { k }) => {
    let z = x;
    for (let i = 0; i < 7; i++) {
      z = Math.cos(z * k);
      if (z < 0.1) break;
    }
    return { x: -z };
  },
  loss: { terminal: ({ x }) => x * x },
  solver: { method: "rk4", t1: 1, steps: 10 },
});`;
    const host = { read: () => undefined };
    const { module } = build({ file: "m.ode.ts", text, host }, { adjoint: "store-all" }).ready!;
    const { operations, isStatic } = workOf(module.program, "gradient", 10);
    expect(isStatic).toBe(false);
    // The derivative of the cosine, once for each of the 40 evaluations.
    expect(operations.get("sin")).toBe(40);
  });

  it("grow by the same for each step", () => {
    const [few, more, most] = [10, 20, 30].map(
      (steps) => counted("gcde-karate/gcde-karate", { steps }).gradient.operations,
    );
    for (const [name, count] of few!)
      expect(most!.get(name)! - more!.get(name)!, name).toBe(more!.get(name)! - count);
    expect(more!.get("mul")).toBeGreaterThan(few!.get("mul")!);
  });

  it("follow an index into ways of different length, and count both where it is too long for that", () => {
    // Each step but the first few is one evaluation, whichever way a long loop is counted.
    for (const steps of [400, 5000]) {
      const { counts, solve } = counted("neural-ode/neural-ode", { method: "leapfrog", steps });
      expect(solve.operations.get("tanh"), `${steps}`).toBe(16 * counts.solve.field);
    }
  });

  it("are exact where values decide nothing", () => {
    expect(counted("neural-ode/neural-ode").solve.isExact).toBe(true);
    // A gated product is computed whatever its factors are.
    expect(counted("gcde-karate/gcde-karate-relu").gradient.isExact).toBe(true);
    const text = `import { ode } from "odegrad";
export const m = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: x > 0.5 ? -Math.sin(x) : -x }), solver: { t1: 1, steps: 4 } });`;
    const host = { read: () => undefined };
    const { module } = build({ file: "m.ode.ts", text, host }, {}).ready!;
    expect(workOf(module.program, "solve", 4).isExact).toBe(false);
  });

  it("of what is met once each are counted once each, whatever asks where that is", () => {
    const left = affine.gather("left", []);
    const here = build_.compare(
      "eq",
      build_.integerValue(affine.gather("at", [left])),
      build_.integerValue(affine.index("n")),
    );
    const met = [
      build_.store("y", [], build_.primitive("cbrt", [build_.read("y")])),
      build_.store("left", [], build_.sub(build_.integerValue(left), build_.one)),
    ];
    const tests: readonly Statement[] = [
      build_.branch(here, met),
      { kind: "while", counter: "met", test: here, limit: 3, body: met },
      { kind: "while", counter: "met", test: here, limit: 3, body: met, usual: 0.3 },
    ];
    for (const test of tests) {
      const asked = build_.branch(build_.compare("gt", build_.integerValue(left), build_.zero), [test]);
      const rest = build_.loop("k", affine.integer(0), left, [
        build_.store("y", [], build_.primitive("cbrt", [build_.read("y")])),
      ]);
      const body = [
        build_.store("left", [], build_.number(3)),
        build_.loop("n", affine.integer(0), affine.integer(10), [asked], { down: true }),
        rest,
      ];
      const program: Program = {
        arrays: [
          { name: "y", role: "workspace", element: "real", shape: [] },
          { name: "left", role: "workspace", element: "integer", shape: [] },
          { name: "at", role: "workspace", element: "integer", shape: [5] },
        ],
        functions: [{ name: "sweep", parameters: [], body }],
      };
      const { operations, isStatic } = workOf(program, "sweep", 10);
      expect([operations.get("cbrt"), isStatic]).toEqual([3, true]);
      let times = 0;
      forEachTime(program, "sweep", 10, (statement, often) => {
        if (statement.kind === "store" && statement.array === "y") times += often;
      });
      expect(times).toBe(3);
    }
  });

  it("are not known beforehand where a run chooses its steps", () => {
    const { solve } = counted("neural-ode/neural-ode", { method: "dopri5", rtol: 1e-6, atol: 1e-9 });
    expect(solve.isStatic).toBe(false);
  });
});

describe("a schedule of checkpoints", () => {
  const modelWith = (loss: string): string => `import { ode } from "odegrad";
export const m = ode({ state: { x: 0.5 }, params: { k: 1.3 },
  rhs: ({ x }, { k }) => ({ x: Math.cbrt(k * x + 2) }), ${loss} });`;
  const terminal = modelWith("loss: { terminal: ({ x }) => x * x }");
  const cases: readonly (readonly [number, number])[] = [
    [1, 3],
    [5, 1],
    [20, 1],
    [20, 4],
    [61, 2],
    [61, 7],
    [8, 30],
  ];

  it.each([
    ...cases.map((one) => [...one, "no", terminal] as const),
    ...[[20, 4] as const].flatMap((one) =>
      ["[0.25, 1]", "[0, 0.5, 0.75]"].map(
        (times) =>
          [...one, times, modelWith(`times: ${times}, loss: { at: ({ x }) => Math.cbrt(x + 1) }`)] as const,
      ),
    ),
  ])(
    "is counted as it runs: %i steps, %i checkpoints, observed at %s times",
    (steps, checkpoints, at, text) => {
      const options: Options = { adjoint: "revolve", method: "heun", steps, checkpoints };
      const host = { read: () => undefined };
      const { ready } = build({ file: "m.ode.ts", text, host }, options);
      const { program, model, solver } = ready!.module;
      const { operations, isStatic } = workOf(program, "gradient", steps);
      expect(isStatic).toBe(true);
      const problem = defaultProblem(model, solver);
      const memory = allocate(program);
      for (const { name, home } of program.arrays) {
        if (home?.record === "state0") memory.get(name)!.set(problem.state0);
        if (home?.record === "params") memory.get(name)!.set(problem.params);
      }
      if (at !== "no") memory.get("times")!.set(JSON.parse(at));
      for (const [name, value] of Object.entries({ t0: 0, t1: 1, steps, capacity: steps }))
        memory.get(name)?.set([value]);
      const called = vi.spyOn(primitives.cbrt, "value");
      expect(evaluate(program, "gradient", [], memory)).toBe(0);
      const times = called.mock.calls.length;
      called.mockRestore();
      expect(operations.get("cbrt")).toBeCloseTo(times, 6);
    },
  );
});
