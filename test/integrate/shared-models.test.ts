/**
 * The shared models with every method that they admit: the gradient by every exact plan is the transpose of forward mode
 * through the solve's own program, and the plans agree. All of it in the long run; one method of each family else.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Gradients } from "../../compiler/execute/problem.ts";
import { methods } from "../../compiler/integrate/methods.ts";
import type { Options } from "../../compiler/options.ts";
import { adjoints } from "../../compiler/resolve.ts";
import { direction, slopeAlong } from "../../compiler/verify/direction.ts";
import { isLong } from "../support/long.ts";

const folder = path.join(import.meta.dirname, "../reference/models");
const names = ["gcde-karate", "kepler", "kuramoto-csr", "lotka-volterra", "neural-ode"]
  .concat(["pendulum-control", "resnet-hold", "van-der-pol"])
  .concat(isLong ? ["allen-cahn"] : []);
const few = new Set(["dopri5", "yoshida4", "leapfrog", "ab4", "gauss2", "rodas4"]);
/** Systems of hundreds of equations make implicit steps slow, whatever is right about them. */
const isLarge = (name: string): boolean => name === "gcde-karate" || name === "allen-cahn";

function open(name: string, options: Options) {
  const file = path.join(folder, name, `${name}.ode.ts`);
  const host = {
    read: (one: string) => {
      const full = path.join(folder, name, one);
      return fs.existsSync(full) ? fs.readFileSync(full, "utf8") : undefined;
    },
  };
  return build({ file: path.basename(file), text: fs.readFileSync(file, "utf8"), host }, options);
}

const flat = ({ state0, params, inputs }: Gradients): number[] => [...state0, ...params, ...inputs];

describe.each(names)("%s", (name) => {
  const rows = methods.filter(
    ({ name: method, family }) =>
      (isLong || few.has(method)) &&
      !(isLarge(name) && family === "implicit") &&
      // Diffusion that is outside of what they are stable for.
      !(name === "allen-cahn" && ["ab5", "reversible-heun"].includes(method)) &&
      // A stiff system, whose explicit solves end with a status.
      (name !== "van-der-pol" || family === "implicit"),
  );
  it.each(rows.map((row) => row.name))("%s", { timeout: 300_000 }, async (method) => {
    const built = open(name, { method, emit: ["solve", "gradient", "jvp"] });
    if (built.ready === undefined) {
      // Not separable: the one reason there is.
      expect(built.diagnostics.map(({ code }) => code)).toEqual(["ODE4018"]);
      return;
    }
    const { module } = built.ready;
    const engine = javaScriptEngine(await loadJavaScript(emit(built.ready, "js", {})[0]!.text));
    const problem = defaultProblem(module.model, module.solver);
    const gradients = engine.gradient(problem);
    expect(gradients.status).toBe(0);
    for (const seed of [1, 2, 3]) {
      const along = direction(seed, module, problem, () => true);
      const { sum, size } = slopeAlong(gradients, along);
      const { change, at } = engine.jvp!(problem, along);
      expect(at.value).toBe(gradients.value);
      expect(Math.abs(change.value - sum) / size, `along ${seed}`).toBeLessThan(
        method === "rodas5p" ? 1e-12 : 1e-13,
      );
    }
    const one = flat(gradients);
    const size = Math.max(...one.map(Math.abs));
    for (const adjoint of adjoints.filter((each) => each !== module.solver.adjoint)) {
      const other = open(name, { method, adjoint, emit: ["gradient"] }).ready!;
      const plan = javaScriptEngine(await loadJavaScript(emit(other, "js", {})[0]!.text)).gradient(problem);
      expect(plan.status).toBe(0);
      flat(plan).forEach((value, i) => {
        expect(Math.abs(value - one[i]!), `${adjoint}, ${i}`).toBeLessThanOrEqual(1e-13 * size);
      });
    }
  });
});
