/** What becomes scalars of its own, and what stays an array so that one function serves all of its entries. */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";

const model = (rhs: string): string => `import { ode, vec } from "odegrad";
export const m = ode({
  state: { q: 1, p: 0.5 },
  params: { w: vec(8, 0.25), k: 0.5 },
  rhs: ({ q, p }, { w, k }) => { ${rhs} },
  loss: { terminal: ({ q, p }) => q * p },
  solver: { method: "rk4", t1: 1, steps: 4 },
});`;

const source = (rhs: string): string => {
  const options = { emit: ["solve", "gradient", "hvp"] };
  const { ready } = build({ file: "m.ode.ts", text: model(rhs), host: { read: () => undefined } }, options);
  return emit(ready!, "js", options)[0]!.text;
};

const kernelsIn = (text: string): string[] =>
  [...text.matchAll(/^function (\w+_kernel\w*)\(/gm)].map(([, name]) => name!);

describe("scalars of a state", () => {
  it("are scalars of their own, stage by stage, where the field has no loop", () => {
    const text = source("return { q: p, p: -k * q };");
    expect(kernelsIn(text)).toEqual([]);
    // In memory there would be an array for the slopes.
    expect(text).not.toMatch(/\b[kx]_[qp]\w*\$/);
  });

  it("are entries of one array where a function serves every stage", () => {
    const text = source(
      "let s = 0; for (let i = 0; i < 8; i++) s += Math.sin(w[i] * q); return { q: p, p: -s };",
    );
    const kernels = kernelsIn(text);
    expect(kernels.length).toBeGreaterThan(2);
    // Each once, and not once for every stage.
    expect(kernels.filter((name) => /_kernel_\d/.test(name))).toEqual([]);
    expect([...text.matchAll(/^ +rhs_kernel\(.*\);$/gm)].length).toBeGreaterThanOrEqual(4);
  });

  it("are asked for by index only where the function looks at them", () => {
    const text = source(
      "let s = 0; for (let i = 0; i < 8; i++) s += Math.sin(w[i] * q); return { q: s, p: -s };",
    );
    expect(text).toMatch(/^function rhs_kernel\(t, at_x_q, at_k_q, at_k_p\)/m);
  });
});
