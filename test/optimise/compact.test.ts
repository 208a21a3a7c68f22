/**
 * C that is to be small: fewer statements and less memory, and not one bit of a result changed. Working memory stays
 * within a twentieth of what is needed at one time.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { cEngine } from "../../compiler/execute/c.ts";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import { compact, withoutPassing } from "../../compiler/optimise/index.ts";
import { overlay, wordsOfWork } from "../../compiler/optimise/overlay.ts";
import type { Options } from "../../compiler/options.ts";
import { compiler } from "../support/compiled.ts";
import { inTurn, isLong } from "../support/long.ts";

const root = path.resolve(import.meta.dirname, "../..");
const host = {
  read: (file: string): string | undefined =>
    fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined,
};

const models: readonly (readonly [string, readonly Options[]])[] = [
  ["examples/lotka-volterra/lotka-volterra", [{}, { adjoint: "revolve" }]],
  [
    "examples/neural-ode/neural-ode",
    [{}, { adjoint: "step" }, { adjoint: "store-all" }, { method: "gauss1" }],
  ],
  ["examples/pendulum-control/pendulum-control", [{}, { adjoint: "revolve" }]],
  ["examples/hamiltonian-network/hamiltonian-network", [{}]],
  ["examples/two-moons/two-moons", [{}]],
  ["test/reference/models/allen-cahn/allen-cahn", [{}, { adjoint: "store-all" }]],
  [
    "test/reference/models/gcde-karate/gcde-karate",
    [
      { steps: 5 },
      { steps: 5, adjoint: "step" },
      isLong ? { steps: 2, method: "gauss3" } : { steps: 1, method: "gauss2" },
    ],
  ],
  // Methods of many stages: their coefficients are in tables, which loops in loops share.
  ["test/reference/models/kepler/kepler", [{}, { adjoint: "reversible" }, { method: "dopri8" }]],
  ["test/reference/models/neural-ode/neural-ode", [{ method: "dopri8" }, { method: "rodas5p" }]],
  ["test/reference/models/kuramoto-csr/kuramoto-csr", [{}]],
  ["test/reference/models/resnet-hold/resnet-hold", [{}, { adjoint: "store-all" }]],
  ["test/reference/models/van-der-pol/van-der-pol", [{}]],
];
const cases = models.flatMap(([model, all]) => all.map((options) => ({ model, options })));
const short = inTurn(cases, 3);

function made(model: string, options: Options) {
  const file = path.join(root, `${model}.ode.ts`);
  const built = build({ file, text: fs.readFileSync(file, "utf8"), host }, options);
  if (built.ready === undefined) throw new Error(built.diagnostics.map((one) => one.message).join("; "));
  return built.ready;
}

function results(model: string, options: Options) {
  const ready = made(model, options);
  const [header, source] = emit(ready, "c", { ...options, prefix: "m" });
  const engine = cEngine(
    {
      header: { name: header!.name, text: header!.text },
      source: { name: source!.name, text: source!.text },
    },
    ready.module.model,
    "m",
    "double",
    ready.module.solver,
  );
  try {
    const problem = defaultProblem(ready.module.model, ready.module.solver);
    return {
      text: source!.text,
      solve: engine.solve(problem),
      gradient: engine.gradient(problem),
      // Invalid results are no numbers, in every place.
      refused: engine.gradient({ ...problem, t1: problem.t0 }),
    };
  } finally {
    engine.close();
  }
}

describe.skipIf(compiler === undefined)("small C", { timeout: 120_000 }, () => {
  it.each(short)("$model with $options has the bits of fast C", ({ model, options }) => {
    const small = results(model, { ...options, optimise: "size" });
    const fast = results(model, options);
    expect(small.solve).toEqual(fast.solve);
    expect(small.gradient).toEqual(fast.gradient);
    expect(small.refused).toEqual(fast.refused);
    expect(small.gradient.status).toBe(0);
    expect(Number.isFinite(small.gradient.value)).toBe(true);
  });
});

describe("working memory of small C", () => {
  it.each(cases)("$model with $options is what is needed at one time", ({ model, options }) => {
    const { module } = made(model, { ...options, optimise: "size" });
    const entries = module.entries.filter((entry) => entry.arguments.length === 0).map((entry) => entry.fn);
    const passed = withoutPassing(module.program, entries);
    const program = compact(passed, entries);
    expect(verifyProgram(program, entries)).toEqual([]);
    // The solve of a gradient's module needs less than the gradient does: one workspace serves both.
    const needed = overlay({ ...passed, functions: passed.functions }, entries).mostWords;
    expect(needed).toBeGreaterThan(0);
    const tables = program.arrays
      .filter(({ name }) => name.startsWith("of_stage"))
      .reduce((sum, { shape }) => sum + shape[0]!, 0);
    expect((wordsOfWork(program) - tables) / needed).toBeLessThanOrEqual(1.05);
  });
});

describe("small C of two scalars", () => {
  const model = "examples/lotka-volterra/lotka-volterra";
  const textOf = (options: Options): string => emit(made(model, options), "c", options)[1]!.text;

  it("has no loops whose tables take as much as they save, and its comments in front of what they are about", () => {
    const text = textOf({ optimise: "size", method: "rk4", emit: ["gradient"] });
    expect(text).not.toContain("of_stage");
    expect(text).toMatch(/Stage 2: c = 1\/2, a = 1\/2\. \*\/\n +const double x_hare =/);
    expect(text).toMatch(/Adjoint of evaluation 3\. \*\/\n +const double w_hare/);
  });

  it("has no comment left in front of another where loops took what stood between them", () => {
    const text = textOf({ optimise: "size", method: "dopri5", rtol: 1e-6, atol: 1e-9, emit: ["gradient"] });
    expect(text).not.toMatch(/Stage \d+:.*\*\/\n\s*\/\* Stage/);
  });
});
