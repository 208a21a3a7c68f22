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

const functions = ["exp", "expm1", "tanh", "log", "sin", "cos"] as const;
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
  709.782712893384,
  709.7827128933841,
  710.5,
  -708.4,
  -740.25,
  -745.1332191019411,
  -745.1332191019412,
  -746.5,
  40,
  -40,
  -40.5,
  700,
  700.5,
  // Around the logarithm's own ends, and multiples of π/2 near and far: the last two come closest of all.
  1,
  0.9999999999999999,
  1.0000000000000002,
  Math.SQRT2,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  0.7853981633974483,
  1.5707963267948966,
  Math.PI,
  -6.283185307179586,
  1048575.9,
  1048576,
  1048577,
  1e22,
  2 ** 120,
  2 ** 1023,
  -5.319372648326541e255,
  6381956970095103 * 2 ** 797,
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
  const program = portable(module.program, "double");
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
    const result = compile(
      model("Math.tanh(k * x) + Math.exp(-x) + Math.sin(x) * Math.log(2 + x * x)"),
      options,
    );
    expect(result.diagnostics).toEqual([]);
    for (const { text } of result.outputs.filter(({ name }) => /(\.js|m\.c)$/.test(name)))
      expect(text).not.toMatch(/\b(Math\.)?(tanh|exp|sin|cos|log)f?\(/);
  });

  it("names a function without a portable form, with its place", () => {
    const result = compile(model("Math.atan(k * x)"), options);
    expect(result.outputs).toEqual([]);
    const [first] = result.diagnostics;
    expect(first?.code).toBe("ODE5018");
    expect(first?.span?.start).toBeGreaterThan(0);
  });

  it("writes a function of several places once where C is to be small", () => {
    const result = compile(model("Math.tanh(k * x) + Math.tanh(x)"), {
      ...options,
      target: ["c"],
      optimise: "size",
      emit: ["solve"],
    });
    const source = result.outputs.find(({ name }) => name === "m.c")!.text;
    expect(source.match(/static void m_tanh_of\(/g)).toHaveLength(1);
    expect(source.match(/ m_tanh_of\(ws/g)!.length).toBeGreaterThanOrEqual(2);
  });
});
