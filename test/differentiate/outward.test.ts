/** What loops do not change is taped once and not once a trip; what they do change stays where it is. */

import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { parts, vjp } from "../../compiler/differentiate/reverse.ts";
import { readModels } from "../../compiler/frontend/index.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { tidyModel } from "../../compiler/optimise/index.ts";
import { doubles } from "../../runtime/random.ts";
import { size } from "../support/vectors.ts";

const read = (body: string) => {
  const text = `import { ode, vec, mat } from "odegrad";
export const model = ode({
  state: { u: mat(5, 4, 0.1) },
  params: { W: mat(4, 3, 0.5), k: 0.3 },
  rhs: ({ u }, { W, k }) => {
    const du = mat(5, 4);
    for (let i = 0; i < 5; i++) {
${body}
    }
    return { u: du };
  },
});`;
  const { models, diagnostics } = readModels("model.ode.ts", text, { read: () => undefined });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return tidyModel(models[0]!);
};

/** Words of each tape of the vector field's reverse mode, largest first; that mode holds against forward mode. */
function tapes(body: string): number[] {
  const { state, params, rhs, constants } = read(body);
  const context = { arrays: constants, functions: [] };
  const wrt = new Set([...state, ...params].map(({ name }) => name));
  const next = doubles(1);
  const given = new Map<string, number | Float64Array>([["t", 0]]);
  const run = (fn: Fn): void => {
    const program = { arrays: constants, functions: [fn] };
    expect(verifyProgram(program)).toEqual([]);
    for (const parameter of fn.parameters)
      if (parameter.kind === "array" && !given.has(parameter.name)) {
        const words = new Float64Array(size(parameter.shape));
        given.set(parameter.name, parameter.access === "in" ? words.map(() => 2 * next() - 0.5) : words);
      }
    evaluate(program, fn.name, new Map(fn.parameters.map(({ name }) => [name, given.get(name)!])));
  };
  run(jvp(rhs, wrt, context));
  run(vjp(rhs, wrt, context));
  const words = (name: string) => given.get(name) as Float64Array;
  const dot = (a: string, b: string) => words(a).reduce((sum, each, i) => sum + each * words(b)[i]!, 0);
  const [result] = rhs.parameters.filter((each) => each.kind === "array" && each.access === "out");
  const along = [...wrt].reduce((sum, name) => sum + dot(`${name}_dot`, `${name}_bar`), 0);
  expect(Math.abs(along - dot(`${result!.name}_dot`, `${result!.name}_bar`))).toBeLessThan(1e-13);
  return parts(rhs, wrt, context)
    .tapes.map(({ shape }) => size(shape))
    .sort((a, b) => b - a);
}

/** h = u² of a row, in an array of the row's own. */
const row = `const h = vec(4);
      for (let j = 0; j < 4; j++) h[j] = u[i]![j]! * u[i]![j]!;
      const z = vec(3);`;

describe("tapes", () => {
  it("keep an entry once where a loop reads it again and again", () => {
    const body = `${row}
      for (let j = 0; j < 4; j++) for (let c = 0; c < 3; c++) z[c]! += h[j]! * W[j]![c]!;
      for (let j = 0; j < 4; j++) du[i]![j] = z[j % 3]!;`;
    // 5 rows of 4, and not of 4 × 3.
    expect(tapes(body)).toEqual([20]);
  });

  it("keep a costly function of it once", () => {
    const body = `${row}
      for (let j = 0; j < 4; j++) for (let c = 0; c < 3; c++) z[c]! += Math.tanh(h[j]!) * W[j]![c]!;
      for (let j = 0; j < 4; j++) du[i]![j] = z[j % 3]!;`;
    expect(Math.max(...tapes(body))).toBe(20);
  });

  it("keep every value of an entry that the loop changes", () => {
    const body = `${row}
      for (let c = 0; c < 3; c++) for (let j = 0; j < 4; j++) {
        z[c]! += h[j]! * W[j]![c]!;
        h[j] = h[j]! * k;
      }
      for (let j = 0; j < 4; j++) du[i]![j] = z[j % 3]!;`;
    expect(Math.max(...tapes(body))).toBe(60);
  });

  it("leave a value in the branch that makes it", () => {
    const body = `${row}
      for (let j = 0; j < 4; j++) for (let c = 0; c < 3; c++) if (u[i]![c]! > 0) z[c]! += Math.sqrt(h[j]!) * W[j]![c]!;
      for (let j = 0; j < 4; j++) du[i]![j] = z[j % 3]!;`;
    expect(Math.max(...tapes(body))).toBe(60);
  });
});
