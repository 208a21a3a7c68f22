/** Operations, counted without running: as many as evaluations of the field say, and linear in the steps. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { workOf } from "../../compiler/analysis/work.ts";
import { build } from "../../compiler/compile.ts";
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

  it("grow by the same for each step", () => {
    const [few, more, most] = [10, 20, 30].map(
      (steps) => counted("gcde-karate/gcde-karate", { steps }).gradient.operations,
    );
    for (const [name, count] of few!)
      expect(most!.get(name)! - more!.get(name)!, name).toBe(more!.get(name)! - count);
    expect(more!.get("mul")).toBeGreaterThan(few!.get("mul")!);
  });

  it("are not known beforehand where a run chooses its steps", () => {
    const { solve } = counted("neural-ode/neural-ode", { method: "dopri5", rtol: 1e-6, atol: 1e-9 });
    expect(solve.isStatic).toBe(false);
  });
});
