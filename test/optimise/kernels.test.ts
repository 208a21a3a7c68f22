/** Functions that entries call: one for all stages, with no more arguments than it looks at, and one where two would be the same. */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";

const model = (rhs: string): string => `import { ode, vec } from "odegrad";
export const m = ode({
  state: { q: 1, p: 0.5 },
  params: { w: vec(8, 0.25), k: 0.5 },
  rhs: ({ q, p }, { w, k }, { t }) => { ${rhs} },
  loss: { terminal: ({ q, p }) => q * p },
  solver: { method: "rk4", t1: 1, steps: 4 },
});`;

const source = (rhs: string, emitted: readonly string[] = ["solve", "gradient", "hvp"]): string => {
  const options = { emit: emitted };
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

  it("are asked for by one index, which says which stage it is", () => {
    const text = source(
      "let s = 0; for (let i = 0; i < 8; i++) s += Math.sin(w[i] * q); return { q: s, p: -s };",
    );
    expect(text).toMatch(/^function rhs_kernel\(at_x_q\)/m);
    // Time, which this field does not ask for, is not handed over either.
    expect([...text.matchAll(/^ +rhs_kernel\((.*)\);$/gm)].map(([, given]) => given)).toEqual(
      expect.arrayContaining(["0", "1", "2", "3"]),
    );
  });
});

describe("a state that the field does not ask for", () => {
  const loop = "let s = 0; for (let i = 0; i < 8; i++) s += Math.sin(w[i] * q);";

  it("is not stored stage by stage for a function that does not look at it", () => {
    // The slopes of p are those of q: the loop is in one function, which p is no part of.
    const text = source(`${loop} return { q: s, p: s * k };`, ["solve"]);
    expect(text).toContain("rhs_kernel(");
    expect(text).toMatch(/\bx_q\w*\[/);
    expect(text).not.toMatch(/\bx_p/);
  });
});

describe("tangents of what a solve and a gradient share", () => {
  const loop = "let s = 0; for (let i = 0; i < 8; i++) s += Math.sin(w[i] * q);";

  it("are one function for jvp and hvp", () => {
    const names = kernelsIn(source(`${loop} return { q: p, p: -s };`, ["jvp", "hvp"]));
    expect(names).toContain("rhs_with_jvp_kernel");
    expect(names).not.toContain("rhs_with_hvp_kernel");
  });

  it("are two where they differ: the interval is no direction of a Hessian", () => {
    const names = kernelsIn(source(`${loop} return { q: p * t, p: -s };`, ["jvp", "hvp"]));
    expect(names).toEqual(expect.arrayContaining(["rhs_with_jvp_kernel", "rhs_with_hvp_kernel"]));
  });
});
