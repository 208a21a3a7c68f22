/**
 * Functions with derivatives of the user's own where the field is differentiated before anything is solved: Jacobians of
 * implicit steps, equations of motion of a Hamiltonian. Values and gradients are those of the same model without the rule.
 */

import { describe, expect, it } from "vitest";
import type { Options } from "../../compiler/options.ts";
import { compiled } from "../support/compiled.ts";

const rules = {
  vjp: "vjp: (v: number, bar: number) => (bar * v) / Math.sqrt(v * v + 0.01)",
  jvp: "jvp: (v: number, dv: number) => (dv * v) / Math.sqrt(v * v + 0.01)",
};
const declared = (rule: string | undefined): string =>
  rule === undefined
    ? "const smooth = (v: number) => Math.sqrt(v * v + 0.01);"
    : `const smooth = custom((v: number) => Math.sqrt(v * v + 0.01), { ${rule} });`;

const stiff = (rule?: string): string => `import { custom, ode, vec } from "odegrad";
${declared(rule)}
export const model = ode({
  state: { x: 0.7, u: vec(3, [0.3, -0.2, 0.9]) },
  params: { k: 1.2, a: vec(3, [1, -2, 0.5]) },
  rhs: ({ x, u }, { k, a }) => {
    const y = smooth(x) * k + smooth(u[1]);
    return { x: y - 3 * x, u: u.map((each, i) => -each * smooth(x) + 0.1 * a[i] * k * x) };
  },
  loss: { terminal: ({ x, u }) => x ** 2 + u[0] * x + u[2] },
  solver: { method: "euler", t1: 0.4, steps: 4 },
});`;

const oscillator = (rule?: string): string => `import { custom, ode } from "odegrad";
${declared(rule)}
export const model = ode({
  state: { q: 0.7, p: 0.2 },
  params: { k: 1.2 },
  hamiltonian: ({ q, p }, { k }) => p * p / 2 + k * smooth(q),
  loss: { terminal: ({ q, p }) => q * q + p },
  solver: { method: "verlet", t1: 0.5, steps: 5 },
});`;

async function gradientOf(text: string, options: Options): Promise<number[]> {
  const { engine, problem } = await compiled(text, { emit: ["solve", "gradient"], ...options }, false);
  const { value, state0, params } = engine.gradient!(problem);
  return [value, ...state0, ...params];
}

describe.each(Object.entries(rules))("a %s of one's own", (_, rule) => {
  it.each(["gauss2", "radau5", "esdirk4", "rodas4"])("in a step of %s", async (method) => {
    const [own, plain] = [await gradientOf(stiff(rule), { method }), await gradientOf(stiff(), { method })];
    expect(own.filter((value) => value !== 0)).toHaveLength(own.length);
    own.forEach((value, i) => {
      expect(Math.abs(value - plain[i]!)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
    });
  });

  it("in a Hamiltonian", async () => {
    const [own, plain] = [await gradientOf(oscillator(rule), {}), await gradientOf(oscillator(), {})];
    own.forEach((value, i) => {
      expect(Math.abs(value - plain[i]!)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
    });
  });
});
