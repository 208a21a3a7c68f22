/** Methods made of derivatives of the field refuse what would change their solution, and take what would not. */

import { describe, expect, it } from "vitest";
import { build, diagnose } from "../compiler/compile.ts";
import { formatDiagnostic } from "../compiler/diagnostics/codeframe.ts";
import type { Options } from "../compiler/options.ts";
import { compiled } from "./support/compiled.ts";

const model = (
  rhs: string,
  more = "",
  before = "",
): string => `import { custom, ode, relu, sigmoid, softmax, softplus, stopGradient, vec } from "odegrad";
${before}
export const m = ode({
  state: { x: 0.2, y: 1 },
  params: { k: 1.5 },
  rhs: ({ x, y }, { k }, { t }) => {
    ${rhs}
  },
  ${more}
  solver: { t1: 2, steps: 20 },
});`;

const host = { read: () => undefined };
function said(text: string, options: Options): string {
  const source = { file: "model.ode.ts", text, host };
  const built = build(source, options);
  const asked = diagnose(source, options);
  expect(built.ready === undefined).toBe(built.diagnostics.some(({ severity }) => severity === "error"));
  expect(asked.diagnostics).toEqual(built.diagnostics);
  expect(asked.isSound).toBe(built.ready !== undefined);
  return built.diagnostics.map((each) => formatDiagnostic(each, () => text, { color: false })).join("\n");
}
const codes = (text: string, options: Options): string[] =>
  [...said(text, options).matchAll(/error (ODE\d{4})/g)].map(([, code]) => code!);

const terminal = "loss: { terminal: ({ x, y }) => x + y },";
const stopped = model("return { x: -stopGradient(k * x), y: 0 };", terminal);

describe("`stopGradient`", () => {
  const derived = ["taylor", "rodas4", "rodas5p"];
  const solved = ["gauss1", "gauss3", "radau5", "esdirk4"];

  it.each([...derived, ...solved])("of what moves is refused by %s, at its place", (method) => {
    expect(
      said(stopped, { method }),
    ).toBe(`model.ode.ts:7:18: error ODE4037: \`${method}\` takes derivatives of this function for its steps, and \`stopGradient\` leaves them out there too
  |
7 |     return { x: -stopGradient(k * x), y: 0 };
  |                  ^^^^^^^^^^^^^^^^^^^
help: take a method that makes its steps of values alone, e.g. \`dopri5\` or \`rk4\`
`);
  });

  it.each(["dopri5", "rk4"])("is x with %s, as the refusal says", async (method) => {
    const { engine, problem } = await compiled(stopped, { method, steps: 200 }, false);
    const { value, params, status } = engine.gradient(problem);
    expect(status).toBe(0);
    // x = 0.2 e^(-kt)
    expect(Math.abs(value - (0.2 * Math.exp(-3) + 1))).toBeLessThan(1e-9);
    expect(params[0]).toBe(0);
  });

  it.each<[string, string]>([
    ["through a name", model("const a = x * y; return { x: k - stopGradient(a), y: x };", terminal)],
    [
      "in a function",
      model("return { x: f(x), y: 1 };", terminal, "const f = (z: number) => stopGradient(z) * z;"),
    ],
    [
      "of an array",
      model("const v = vec(2); v[0] = x; const w = stopGradient(v); return { x: w[0], y: 1 };", terminal),
    ],
    ["of the time", model("return { x: stopGradient(Math.sin(t)), y: 1 };", terminal)],
    ["in a branch", model("let a = 1; if (k > 1) a = stopGradient(x); return { x: a, y: 1 };", terminal)],
    [
      "in the running loss",
      model("return { x: y, y: -x };", "loss: { running: ({ x }) => stopGradient(x) ** 2 },"),
    ],
  ])("%s is found", (_, text) => {
    for (const method of derived) expect(codes(text, { method })).toEqual(["ODE4037"]);
    expect(codes(text, { method: "rk4" })).toEqual([]);
    // Newton's method asks for nothing but the field in the state.
    const isOther = text.includes("stopGradient(Math.sin(t))") || text.includes("running");
    for (const method of solved) expect(codes(text, { method })).toEqual(isOther ? [] : ["ODE4037"]);
  });

  it("in a Hamiltonian is found", () => {
    const text = `import { ode, stopGradient } from "odegrad";
export const m = ode({
  state: { q: 1, p: 0 },
  hamiltonian: ({ q, p }) => p ** 2 / 2 + q * stopGradient(q),
  loss: { terminal: ({ q }) => q },
  solver: { t1: 1, steps: 10 },
});`;
    expect(codes(text, { method: "rodas4" })).toEqual(["ODE4037"]);
  });

  it("of parameters alone changes nothing and is taken", async () => {
    const text = model("return { x: -stopGradient(k) * x, y: 0 };", terminal);
    for (const method of [...derived, ...solved.filter((name) => name !== "gauss1")]) {
      const { engine, problem } = await compiled(text, { method, steps: 200 }, false);
      const { value, params } = engine.gradient(problem);
      expect(Math.abs(value - (0.2 * Math.exp(-3) + 1))).toBeLessThan(1e-9);
      expect(params[0]).toBe(0);
    }
  });

  it("of the loss at the end is that of results", () => {
    const text = model("return { x: y, y: -x };", "loss: { terminal: ({ x }) => stopGradient(x) * x },");
    for (const method of derived) expect(codes(text, { method })).toEqual([]);
  });
});

describe("a rule of the first order", () => {
  const rule = "const f = custom((z: number) => z ** 3, { vjp: (z, bar) => 3 * z * z * bar });";

  it("has no series, and is refused where it is called", () => {
    const text = model("const a = f(x);\n    return { x: -a, y: 1 };", terminal, rule);
    expect(said(text, { method: "taylor" })).toContain("model.ode.ts:7:5: error ODE4038");
    const called = model("const a = x ** 3;\n    return { x: -a, y: 1 };", terminal, rule);
    expect(codes(called, { method: "taylor" })).toEqual([]);
    expect(codes(text, { method: "dopri8" })).toEqual([]);
  });

  it("is refused in the running loss too, and taken at the end or of parameters", () => {
    const running = model("return { x: y, y: -x };", "loss: { running: ({ x }) => f(x) },", rule);
    expect(codes(running, { method: "taylor" })).toEqual(["ODE4038"]);
    const end = model("return { x: y * f(k), y: -x };", "loss: { terminal: ({ x }) => f(x) },", rule);
    expect(codes(end, { method: "taylor", steps: 10 })).toEqual([]);
  });
});

describe("a choice by what moves", () => {
  const adaptive: Options = { method: "taylor", rtol: 1e-8, atol: 1e-10 };
  const bend = model("return { x: Math.abs(0.7 - x) + 0.1 * k, y: 0 };", terminal);

  it("is refused by adaptive steps of a series", () => {
    expect(said(bend, adaptive)).toContain(
      "error ODE4039: adaptive steps of `taylor` know the side on which they start alone, and `Math.abs` has two",
    );
    const branch = model(
      "const slope = x < 0.5 ? k * y : 0.1 * k;\n    return { x: slope, y: 0 };",
      terminal,
    );
    expect(said(branch, adaptive)).toContain("model.ode.ts:7:19: error ODE4039");
    expect(said(branch, adaptive)).toContain("a branch here asks for what moves");
  });

  it.each([
    ["const f = (v: number) => 1 + Math.abs(v);", 30],
    ["const f = (v: number) => 1 + (v % 2);", 31],
    ["const f = (v: number) => (v < 0.5 ? k0 * v : 1); const k0 = 2;", 27],
    ["const g = (v: number) => Math.floor(v) * v; const f = (v: number) => 1 + g(v);", 26],
  ])("is shown where it stands, in a function that is one expression: %s", (before, column) => {
    const text = model("return { x: f(x) + k, y: 0 };", terminal, before);
    expect(said(text, adaptive)).toContain(`model.ode.ts:2:${column}: error ODE4039`);
  });

  it.each([
    "return { x: relu(0.5 - x), y: 0 };",
    "return { x: Math.max(x, y), y: 0 };",
    "return { x: Math.floor(t), y: 0 };",
    "return { x: t % 1, y: 0 };",
    "return { x: softplus(Math.abs(x)), y: 0 };",
    "return { x: softplus(x > 0.5 ? x : 1), y: 0 };",
    "return { x: sigmoid(Math.max(x, 0.5)), y: 0 };",
    "let a = 0; if (t > 1) a = 1; return { x: a, y: 0 };",
    "let a = x; for (let i = 0; i < 5; i++) { if (a > 1) break; a = a * 2; } return { x: a, y: 0 };",
    "const v = vec(2); v[0] = Math.abs(x); const p = softmax(v); return { x: p[0], y: 0 };",
  ])("is seen in %s", (body) => {
    const text = model(body, terminal);
    expect(codes(text, adaptive)).toEqual(["ODE4039"]);
    // Every method of fixed steps loses its order there, and what the refusal names sees both sides.
    expect(codes(text, { method: "taylor", steps: 20 })).toEqual([]);
    expect(codes(text, { method: "dopri5", rtol: 1e-8 })).toEqual([]);
  });

  it.each([
    "return { x: sigmoid(x) + softplus(y * x), y: 0 };",
    "const v = vec(2); v[0] = x; v[1] = y; const p = softmax(v); return { x: p[0], y: p[1] };",
    "return { x: Math.hypot(x, y) + Math.sqrt(x), y: 0 };",
    "return { x: (k > 1 ? x : y) * Math.abs(k), y: 0 };",
    "const v = vec(3); for (let i = 0; i < 3; i++) if (i > 0) v[i] = x * i; return { x: v[1], y: v[2] };",
  ])("is not made by %s", (body) => {
    expect(codes(model(body, terminal), adaptive)).toEqual([]);
  });

  it("a smooth function of the library by sides is right across them", async () => {
    // x' = sigmoid(x) from -1: x + 1 - e^-x = t + c, with the change of side at 0.
    const text = model("return { x: sigmoid(x), y: 0 };", terminal)
      .replace("x: 0.2", "x: -1")
      .replace("t1: 2", "t1: 4");
    const { engine, problem } = await compiled(text, adaptive, false);
    const x = engine.solve(problem).value - 1;
    const primitive = (z: number): number => z - Math.exp(-z);
    expect(x).toBeGreaterThan(0.5);
    expect(Math.abs(primitive(x) - primitive(-1) - 4)).toBeLessThan(1e-6);
  });
});
