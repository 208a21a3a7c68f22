/** Operators in the outputs of a model, evaluated by the interpreter of the IR. */

import { expect } from "vitest";
import { read } from "../../compiler/compile.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import { hostOf } from "./plain-model.ts";

const names =
  "ode, vec, mat, custom, gradient, jacobian, hessian, divergence, laplacian, biharmonic, jvp, vjp, hvp, directional, weightedLaplacian, linearOperator, stochastic";

const reading = (text: string) => read({ file: "model.ode.ts", text, host: hostOf({}) });

/** Module-level text and outputs `name: expression` of the point x and the parameters p, at a point. */
export function outputsOf(
  module: string,
  outputs: Readonly<Record<string, string>>,
  at: { readonly x: readonly number[]; readonly p?: readonly number[] },
): Record<string, number[]> {
  const p = at.p ?? [0.8, -0.3];
  const text = `import { ${names} } from "odegrad";
type V = Float64Array; type P = { a: number; b: number };
${module}
export const model = ode({
  state: { x: vec(${at.x.length}) }, params: { a: 0, b: 0 },
  rhs: ({ x }, p) => { const d = vec(${at.x.length}); d[0] = p.a * p.b * x[0]; return { x: d }; },
  outputs: { ${Object.entries(outputs)
    .map(([name, expression]) => `${name}: ({ x }, p) => ${expression}`)
    .join(", ")} },
});`;
  const { models, diagnostics } = reading(text);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  const [model] = models;
  const given = new Map<string, number | Float64Array>([
    ["t", 0],
    ["x", Float64Array.from(at.x)],
    ["a", Float64Array.of(p[0]!)],
    ["b", Float64Array.of(p[1]!)],
  ]);
  const memory = new Map(model!.constants.map((one) => [one.name, Float64Array.from(one.data!)]));
  return Object.fromEntries(
    model!.outputs.map(({ name, fn }) => {
      const result = new Float64Array(
        fn.parameters.reduce(
          (n, one) =>
            one.name === "result" && one.kind === "array" ? one.shape.reduce((a, b) => a * b, 1) : n,
          1,
        ),
      );
      const args = fn.parameters.map((one) => (one.name === "result" ? result : given.get(one.name)!));
      evaluate({ arrays: model!.constants, functions: [fn, ...model!.functions] }, fn.name, args, memory);
      return [name, Array.from(result)];
    }),
  );
}

export const near = (
  found: readonly number[] | undefined,
  truth: readonly number[],
  tolerance = 1e-13,
): void => {
  expect(found?.length).toBe(truth.length);
  const scale = Math.max(1e-300, ...truth.map(Math.abs));
  truth.forEach((value, i) => {
    expect(Math.abs(found![i]! - value), `entry ${i}: ${found![i]} for ${value}`).toBeLessThanOrEqual(
      tolerance * scale,
    );
  });
};
