/**
 * What functions of a model return, beside what the same functions return as plain TypeScript: literals hold arrays themselves, which
 * what stands behind them in the literal may write to.
 */

import { describe, expect, it } from "vitest";
import { loadCompiled } from "../support/in-place.ts";

const written = (rhs: string, more = "", state = "u: vec(2, [1, 2]), x: 0.5"): string =>
  `import { custom, ode, vec, mat } from "odegrad";
function put(v: Float64Array, e: number): number { v[0] = e; return e; }
const same = (v: Float64Array) => v;
export const model = ode({
  state: { ${state} }, params: { k: 3 }, data: { w: vec(2, [0.25, -1]) },
  rhs: ${rhs},
  ${more}
  loss: { terminal: ({ x }) => x },
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;

const vectors: Readonly<Record<string, string>> = {
  "by a call": "({ u }, { k }) => { const d = vec(2, 1); return { u: d, x: put(d, k) + u[1]! }; }",
  "by a call in front": "({ u }, { k }) => { const d = vec(2, 1); return { x: put(d, k) + u[1]!, u: d }; }",
  "as a row": "({ u }, { k }) => { const M = mat(2, 2, 1); return { u: M[1]!, x: put(M[1]!, k) * u[0]! }; }",
  "by another name": "(_, { k }) => { const d = vec(2, 1); const e = d; return { u: e, x: put(d, k) }; }",
  "from a function": "(_, { k }) => { const d = vec(2, 1); return { u: same(d), x: put(d, k) }; }",
  "in a callback":
    "({ u }, { k }) => { const d = vec(2, 1); return { u: d, x: u.map((e, i) => { d[i]! += e * k; return e; })[1]! }; }",
  "by a closure":
    "({ x }, { k }) => { const d = vec(2, 1); const f = () => { d[1] = k * x; return d[0]!; }; return { u: d, x: f() }; }",
  twice: "(_, { k }) => { const d = vec(2, 1); return { u: [put(d, k), put(d, 2 * k)], x: d[0]! }; }",
  "of two, crossed":
    "(_, { k }) => { const d = vec(2, 1); return { u: [d[0]!, put(d, k) + d[0]!], x: d[0]! + put(d, 1) }; }",
  "in a branch":
    "({ x }, { k }) => { const d = vec(2, 1); return { u: d, x: x > 0 ? put(d, k) : put(d, -k) }; }",
};

const matrices: Readonly<Record<string, string>> = {
  "rows and a call": "(_, { k }) => { const d = vec(2, k); return { M: [d, [put(d, 7), 1]], x: 1 }; }",
  "rows of calls":
    "({ x }, { k }) => { const d = vec(2, k); return { M: [d, d.map((e, i) => put(d, x + i) * e)], x: 1 }; }",
  "the same row twice": "(_, { k }) => { const d = vec(2, k); return { M: [d, d], x: put(d, 5) }; }",
};

// biome-ignore lint/suspicious/noExplicitAny: what a file exports is known where it is asked
type Module = any;

async function both(text: string): Promise<readonly [compiled: Module, plain: Module]> {
  const { model } = await loadCompiled(text);
  // The declaration that was compiled still has the plain functions.
  const { ode } = await import("../../runtime/index.ts");
  return [model, ode(model.declaration)];
}

/** States, outputs and loss to the bit, and the gradient by differences of the plain loss. */
async function agrees(text: string): Promise<void> {
  const [compiled, plain] = await both(text);
  const [found, wanted] = [compiled.simulate(), plain.simulate()];
  expect(found.state).toEqual(wanted.state);
  expect(found.outputs).toEqual(wanted.outputs);
  expect(found.value).toBe(wanted.value);
  const h = 1e-5;
  const at = (k: number): number => plain.loss({ params: { k } });
  expect(compiled.gradient().params.k).toBeCloseTo((at(3 + h) - at(3 - h)) / (2 * h), 5);
}

describe("arrays that are written to behind their place in a literal", () => {
  it.each(Object.entries(vectors))("%s", async (_, rhs) => agrees(written(rhs)));

  it.each(Object.entries(matrices))("%s", async (_, rhs) =>
    agrees(written(rhs, "", "M: mat(2, 2, 0.5), x: 0.5")),
  );

  it("in what computes the state", async () =>
    agrees(
      written(
        "({ u, x }, { k }) => ({ u: [k * x, u[0]!], x: u[1]! })",
        "initial: ({ k }) => { const d = vec(2, k); return { u: d, x: put(d, 2 * k) }; },",
      ),
    ));
});

describe("parameters that a block inside has a variable of the name of", () => {
  const shadowed: Readonly<Record<string, string>> = {
    "and are read by a callback":
      "({ u, x }, { k }) => { const s = u.reduce((a, e) => a + e * x, 0); { let x = 2; x += s; } return { u: [u[1]!, k], x: s * x }; }",
    "and are changed as well":
      "({ u, x }, { k }) => { { let x = 2; x += k; } x += k; return { u: [x, u[0]! * x], x }; }",
    "and are changed behind a loop":
      "({ u, x }, { k }) => { let s = 0; for (let x = 0; x < 2; x++) s += u[x]!; x *= s; return { u: [x, k], x: -x }; }",
    "and are changed in a block inside that":
      "({ u, x }, { k }) => { { const y = 1; { x += y * k; } } { let x = 1; x += 1; } return { u: [x, u[1]!], x }; }",
    "of a function inside":
      "({ u, x }, { k }) => { const f = (x: number) => { x += k; return x; }; return { u: [f(x), x], x: u[0]! * x }; }",
  };

  it.each(Object.entries(shadowed))("%s", async (_, rhs) => agrees(written(rhs)));
});

describe("what else is returned and handed over", () => {
  it("outputs of several arrays", async () =>
    agrees(
      written(
        "({ u, x }, { k }) => ({ u: [k * x, u[0]!], x: u[1]! })",
        `outputs: {
    rows: ({ x }, { k }) => { const d = vec(2, k), e = vec(2, x); return [d, e]; },
    mixed: ({ u, x }, { k }) => { const d = vec(2, k); return [d, [x, k], d.map((q, i) => q + u[i]!)]; },
    after: ({ x }, { k }) => { const d = vec(2, k); return [d, [put(d, x), 1]]; },
  },`,
      ),
    ));

  it("constants to functions with rules", async () =>
    agrees(
      written(
        "({ u, x }, { k }) => ({ u: [f(c) * x, f([x, 2])], x: k * f(c) - g({ a: x, v: c }) + u[0]! })",
      ).replace(
        "export",
        `const c = [1.5, 2];
const f = custom((v: Float64Array | number[]) => v[0]! * v[1]!, { vjp: (v, bar) => [bar * v[1]!, bar * v[0]!] });
const g = custom((r: { a: number; v: number[] }) => r.a * r.v[1]!, { vjp: (r, bar) => ({ a: bar * r.v[1]!, v: [0, bar * r.a] }) });
export`,
      ),
    ));

  it("what a function without a result is given may come from one with such calls", async () =>
    agrees(
      written(`({ x }, { k }) => {
    const d = vec(2, k);
    const p = (v: Float64Array) => { v[0] = k; };
    const f = (v: Float64Array) => { p(v); v.fill(x); return 0.5; };
    const h = (a: number, v: Float64Array) => { v[1] = a; };
    h(f(d), d);
    return { u: d, x: d[0]! };
  }`),
    ));
});
