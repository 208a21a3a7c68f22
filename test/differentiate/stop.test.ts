/** `stopGradient`: the value as it is, and a constant to every derivative of every order. */

import { describe, expect, it } from "vitest";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { read } from "../support/plain-model.ts";

/** The derivative of the one state along x and c at x = 0.7, c = 1.3, forward and reverse. */
function derivatives(expression: string) {
  const text = `import { ode, stopGradient } from "odegrad";
export const model = ode({ state: { x: 0 }, params: { c: 0 }, rhs: ({ x }, { c }) => { ${expression} } });`;
  const { rhs } = read(text)[0]!;
  const context = { arrays: [], functions: [] };
  const run = (fn: Fn, given: Record<string, number>) => {
    const words = new Map<string, Float64Array | number>(
      fn.parameters.map((one) => [one.name, one.kind === "array" ? new Float64Array(1) : 0]),
    );
    for (const [name, value] of Object.entries({ x: 0.7, c: 1.3, ...given })) {
      if (words.has(name)) (words.get(name) as Float64Array)[0] = value;
    }
    const clean = tidy(fn, []);
    evaluate({ arrays: [], functions: [clean] }, clean.name, words);
    return (name: string): number => (words.get(name) as Float64Array)[0]!;
  };
  const wrt = new Set(["x", "c"]);
  const [forward, reverse] = [jvp(rhs, wrt, context), vjp(rhs, wrt, context)];
  const value = run(rhs, {})("f_x");
  const along = (name: string) => run(forward, { [`${name}_dot`]: 1 })("f_x_dot");
  const back = run(reverse, { f_x_bar: 1 });
  return { value, forward: [along("x"), along("c")], reverse: [back("x_bar"), back("c_bar")] };
}

describe.each([
  ["return { x: stopGradient(x * c) * x };", 0.7 * 1.3 * 0.7, [0.7 * 1.3, 0]],
  ["const y = x * c; const s = stopGradient(y); return { x: s + y };", 2 * 0.7 * 1.3, [1.3, 0.7]],
  ["return { x: stopGradient(x) };", 0.7, [0, 0]],
  ["const [a, b] = stopGradient([x, c]); return { x: a * c + b * x };", 2 * 0.7 * 1.3, [1.3, 0.7]],
  [
    "const { a } = stopGradient({ a: Math.exp(x) }); return { x: a * c };",
    Math.exp(0.7) * 1.3,
    [0, Math.exp(0.7)],
  ],
  [
    "let s = 0; for (let i = 0; i < 3; i++) s = stopGradient(s) * c + x; return { x: s };",
    2.793,
    [1, 0.7 * 1.3 + 0.7],
  ],
] as const)("%s", (expression, value, gradient) => {
  const found = derivatives(expression);

  it("has the value of what is inside", () => {
    expect(found.value).toBeCloseTo(value, 14);
  });

  it("is a constant in forward and in reverse mode", () => {
    for (const [position, expected] of gradient.entries()) {
      expect(found.forward[position]).toBeCloseTo(expected, 14);
      expect(found.reverse[position]).toBeCloseTo(expected, 14);
    }
  });
});
