/** `--math portable`: a few units in the last place from the truth, and the same bits in every target. */

import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { compile } from "../../compiler/index.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Expr } from "../../compiler/ir/nodes.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { portable } from "../../compiler/optimise/portable.ts";
import { handModule, outputs, outputsOf } from "../support/hand-module.ts";
import { numbers } from "../support/vectors.ts";

const functions = ["exp", "expm1", "tanh"] as const;
const special = [
  0,
  -0,
  Infinity,
  -Infinity,
  Number.NaN,
  5e-324,
  -5e-324,
  1e-310,
  1e308,
  -1e308,
  0.0625,
  20,
  -20,
];
const edges = [
  709.782712893384, 709.7827128933841, 710.5, -708.4, -740.25, -745.1332191019411, -745.1332191019412, -746.5,
  40, -40, -40.5, 700, 700.5,
];
const spread = [1e-9, 1e-3, 0.3, 1, 3, 20, 50, 700].flatMap((size, i) =>
  [...numbers(i + 1, 16)].map((x) => x * size),
);
const points = [...special, ...edges, ...spread];

/** Distance in units in the last place of the truth. */
function units(found: number, truth: number): number {
  if (Object.is(found, truth)) return 0;
  const scale = Math.max(Math.abs(truth), 2 ** -1022);
  return Math.abs(found - truth) / 2 ** (Math.floor(Math.log2(scale)) - 52);
}

describe.each(functions)("%s", async (op) => {
  const values = points.map(
    (_, i): Expr => ({
      kind: "primitive",
      op,
      args: [build.read("p", [affine.integer(i)])],
    }),
  );
  const module = handModule({ state: [0], params: points, outputs: points.length, solve: outputs(values) });
  const program = portable(module.program);
  const { truth, js, c } = await outputsOf({ ...module, program });

  it("is well formed and calls nothing of the host", () => {
    expect(verifyProgram(program, ["solve", "gradient"])).toEqual([]);
    expect(JSON.stringify(program.functions)).not.toContain(`"op":"${op}"`);
  });

  it("is within 4 units in the last place of the host's, at the ends of its range too", () => {
    const value = primitives[op].value as (x: number) => number;
    for (const [i, x] of points.entries()) {
      const expected = value(x);
      if (Number.isFinite(expected) && expected !== 0)
        expect(units(truth[i]!, expected), `${op}(${x})`).toBeLessThanOrEqual(4);
      else expect(truth[i], `${op}(${x})`).toBe(expected);
    }
  });

  it("has the same bits in every target", () => {
    expect(js).toEqual(truth);
    if (c !== undefined) expect(c).toEqual(truth);
  });
});

describe("--math portable", () => {
  const model = (body: string): string =>
    `import { ode } from "odegrad";
export const m = ode({ state: { x: 1 }, params: { k: 2 }, rhs: ({ x }, { k }) => ({ x: ${body} }), loss: { terminal: ({ x }) => x } });`;
  const options = {
    file: "m.ode.ts",
    target: ["js", "c"],
    math: "portable",
    method: "rk4",
    steps: 4,
    t1: 1,
  } as const;

  it("leaves no function of the host in a gradient", () => {
    const result = compile(model("Math.tanh(k * x) + Math.exp(-x)"), options);
    expect(result.diagnostics).toEqual([]);
    for (const { text } of result.outputs.filter(({ name }) => /(\.js|m\.c)$/.test(name)))
      expect(text).not.toMatch(/\b(Math\.)?(tanh|exp)\(/);
  });

  it("names a function without a portable form, with its place", () => {
    const result = compile(model("Math.sin(k * x)"), options);
    expect(result.outputs).toEqual([]);
    const [first] = result.diagnostics;
    expect(first?.code).toBe("ODE5018");
    expect(first?.span?.start).toBeGreaterThan(0);
  });

  it("is refused in single precision", () => {
    const result = compile(model("Math.tanh(k * x)"), { ...options, real: "float" });
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["ODE5018"]);
  });
});
