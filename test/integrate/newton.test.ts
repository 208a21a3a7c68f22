/** Newton's method ends at a solution of the stages up to rounding, or it says that it did not. */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { cEngine } from "../../compiler/execute/c.ts";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import { status } from "../../compiler/module.ts";
import { compiled, compiler } from "../support/compiled.ts";

const methods = ["gauss1", "gauss3", "radau5", "esdirk4"];

describe("a rule that is not the derivative", () => {
  // x' = -1.5 x with a slope that the rule makes up: the iteration is linear, with any factor from 0 to beyond 1.
  const model = (slope: number): string => `import { custom, ode } from "odegrad";
const f = custom((x: number) => 1.5 * x, { vjp: (x, bar) => bar * ${slope} });
export const m = ode({
  state: { x: 1 },
  rhs: ({ x }) => ({ x: -f(x) }),
  loss: { terminal: ({ x }) => x },
  solver: { method: "gauss1", t1: 2, steps: 2 },
});`;

  it("delays the end of the iteration, and never moves it", async () => {
    const ended: number[] = [];
    for (const slope of [0, 0.3, 0.7, 0.9, 1.2, 1.5, 1.8, 3, 6]) {
      const { engine, problem } = await compiled(model(slope), {}, false);
      const solved = engine.solve(problem);
      ended.push(solved.status);
      if (solved.status !== status.ok) expect(solved.status).toBe(status.newtonFailed);
      // The midpoint rule with h = 1.
      else expect(Math.abs(solved.value - (0.25 / 1.75) ** 2)).toBeLessThan(1e-13);
    }
    expect(ended.filter((each) => each === status.ok).length).toBeGreaterThan(4);
    expect(ended).toContain(status.newtonFailed);
  });
});

describe("a field that jumps", () => {
  // Both sides lead to the jump: no stage behind it has a solution, however short the step.
  const text = `import { ode } from "odegrad";
export const m = ode({
  state: { x: 0 },
  params: { k: 1 },
  rhs: ({ x }, { k }) => ({ x: x < 0.5 ? k : -k }),
  loss: { terminal: ({ x }) => x },
  solver: { t1: 0.500005, steps: 5_000_000 },
});`;

  it.each(methods)("%s: what has no solution is not made one", async (method) => {
    const { engine, problem } = await compiled(text, { method }, false);
    // A jump of a ten-millionth beside a state of a half.
    const near = { ...problem, t0: 0, t1: 1e-5, steps: 100, state0: Float64Array.of(0.4999951) };
    const { status: ended, value } = engine.solve(near);
    expect(ended).toBe(status.newtonFailed);
    expect(value).toBeNaN();
  });
});

describe("a gate that is saturated", () => {
  // The exponential overflows: the field is finite, and flat in the gate, so its Jacobian is -1.
  const text = `import { ode } from "odegrad";
export const m = ode({
  state: { x: 1 },
  params: { k: 1000 },
  rhs: ({ x }, { k }) => ({ x: -x + 1 / (1 + Math.exp(k * x)) }),
  loss: { terminal: ({ x }) => x },
  solver: { t1: 0.2, steps: 10 },
});`;

  it.each([...methods, "rodas4", "taylor"])("%s goes by its derivative", async (method) => {
    const { engine, problem } = await compiled(text, { method }, false);
    const { status: ended, value } = engine.solve(problem);
    expect(ended).toBe(status.ok);
    expect(Math.abs(value - Math.exp(-0.2))).toBeLessThan(1e-4);
    expect([...engine.gradient(problem).params].map(Math.abs)).toEqual([0]);
  });
});

describe("much rounding", () => {
  const model = (lost: string): string => `import { ode } from "odegrad";
export const m = ode({
  state: { x: 1, y: 0.5 },
  params: { k: 1 },
  rhs: ({ x, y }, { k }) => ({ x: y * k + ${lost} - x ** 3, y: x - y * y }),
  loss: { terminal: ({ x }) => x },
  solver: { t1: 2, steps: 60 },
});`;

  // Both are 0 but for rounding, and lose up to eight digits of the slope; of the second the Jacobian knows nothing.
  it.each([
    ["of sums", "1e8 * (x + y) - 1e8 * (y + x)"],
    ["of differences", "(1e8 * (x + y) - 1e8 * x) - 1e8 * y"],
    ["of what cancels in the Jacobian too", "(1e6 * x * x - 1e6 * y * y) - 1e6 * (x - y) * (x + y)"],
  ])("%s is an end of the iteration", async (_, lost) => {
    for (const method of methods) {
      const rough = await compiled(model(lost), { method }, false);
      const clean = await compiled(model("0"), { method }, false);
      const { status: ended, value } = rough.engine.gradient(rough.problem);
      expect(ended, method).toBe(status.ok);
      expect(Math.abs(value - clean.engine.solve(clean.problem).value), method).toBeLessThan(1e-6);
    }
  });

  const text = `import { ode } from "odegrad";
export const stiff = ode({
  state: { x: 1, y: 0.5 },
  params: { k: 1000 },
  rhs: ({ x, y }, { k }, { t }) => ({ x: -k * (x - y) - x ** 3, y: k * (x - y) + Math.sin(t) }),
  loss: { terminal: ({ x }) => x },
  solver: { t1: 2, steps: 20 },
});`;

  it.skipIf(compiler === undefined).each(methods)("%s: in single precision it is that", async (method) => {
    const options = { method, real: "float" } as const;
    const { ready } = build({ file: "model.ode.ts", text, host: { read: () => undefined } }, options);
    const { module } = ready!;
    const [header, source] = emit(ready!, "c", { ...options, prefix: "m" });
    const files = {
      header: { name: "m.h", text: header!.text },
      source: { name: "m.c", text: source!.text },
    };
    const c = cEngine(files, module.model, "m", "float", module.solver, { jvp: false, hvp: false });
    const double = await compiled(text, { method }, false);
    const { status: ended, value } = c.gradient(defaultProblem(module.model, module.solver));
    c.close();
    expect(ended).toBe(status.ok);
    expect(Math.abs(value - double.engine.solve(double.problem).value)).toBeLessThan(1e-5);
  });
});
