/**
 * Loops as formulas of matrices. What is expected is the derivation on paper: that the loops are that derivation is tested
 * where gradients are (test/integrate/graph.test.ts compares them with complex steps by hand).
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formulasOf } from "../../compiler/analysis/formulas.ts";
import { build } from "../../compiler/compile.ts";
import { contracted } from "../../compiler/optimise/index.ts";

function formulas(file: string, text: string, fn: string): string[] {
  const host = { read: (path: string) => readFileSync(path, "utf8") };
  const { ready } = build({ file, text, host }, {});
  const { functions, arrays } = contracted(ready!.module.program);
  return formulasOf(functions.find(({ name }) => name === fn)!, arrays).map((each) => each.text);
}

function shared(name: string, fn: string): string[] {
  const file = new URL(`../reference/models/${name}.ode.ts`, import.meta.url).pathname;
  return formulas(file, readFileSync(file, "utf8"), fn);
}

it("different arrays of one name are told apart, cotangents as what they belong to", () => {
  const file = new URL("../../examples/graph-ode/graph-ode.ode.ts", import.meta.url).pathname;
  const text = readFileSync(file, "utf8");
  expect(formulas(file, text, "rhs")).toEqual(["C = A H", "C₂ = C W", "f_H = tanh(C₂ + bᵀ) − H"]);
  expect(formulas(file, text, "rhs_vjp")).toEqual([
    "C = A H",
    "C₂ = C W",
    "H_bar += −f_H_bar",
    "b_bar += Σi f_H_bar ∘ (1 − tanh(C₂ + bᵀ)²)",
    "C₂_bar = f_H_bar ∘ (1 − tanh(C₂ + bᵀ)²)",
    "W_bar += Cᵀ C₂_bar",
    "C_bar = C₂_bar Wᵀ",
    "H_bar += Aᵀ C_bar",
  ]);
});

describe("the adjoint of a graph ODE", () => {
  it("is P = Λ ∘ σ'(Z), Wᵀ to the right, Aᵀ to the left, and (A H)ᵀ P", () => {
    expect(shared("gcde-karate/gcde-karate", "rhs")).toEqual(["M = A H", "z = M W", "f_H = tanh(z)"]);
    expect(shared("gcde-karate/gcde-karate", "rhs_vjp")).toEqual([
      "M = A H",
      "z = M W",
      "f_H = tanh(z)",
      "z_bar = f_H_bar ∘ (1 − f_H²)",
      "W_bar += Mᵀ z_bar",
      "M_bar = z_bar Wᵀ",
      "H_bar += Aᵀ M_bar",
    ]);
  });

  it("has bias and sparse products", () => {
    expect(shared("gcde-karate/gcde-karate-relu", "rhs")).toEqual([
      "m[i, c] = Σe A_value[e] H[A_column[e], c]  for e = A_rowStart[i] … A_rowStart[i + 1] - 1",
      "z = bᵀ + m W",
      "f_H = [z > 0] ∘ z",
    ]);
    expect(shared("gcde-karate/gcde-karate-relu", "rhs_vjp")).toEqual(
      expect.arrayContaining(["m_bar = x_bar Wᵀ", "b_bar += Σi x_bar"]),
    );
  });
});

it("vectors, scalars and outer products", () => {
  expect(shared("neural-ode/neural-ode", "rhs_vjp")).toEqual(
    expect.arrayContaining(["z = b1 + W1 (x ∘ x ∘ x)", "h_bar = W2ᵀ f_x_bar", "W2_bar += f_x_bar hᵀ"]),
  );
  expect(shared("lotka-volterra/lotka-volterra", "rhs")).toEqual([
    "f_hare = alpha hare − beta hare lynx",
    "f_lynx = delta hare lynx − gamma lynx",
  ]);
});

it("what has no form of matrices keeps its subscripts, and branches say when", () => {
  const text = `import { ode, vec } from "odegrad";
export const chain = ode({
  state: { u: vec(5, (i) => i) },
  params: { k: 2 },
  rhs: ({ u }, { k }) => {
    const du = vec(5);
    for (let i = 1; i < 5; i++) du[i] = u[i] > k ? k * (u[i - 1] - u[i]) / (1 + u[i]) : 0;
    return { u: du };
  },
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;
  expect(formulas("chain.ode.ts", text, "rhs")).toEqual([
    "f_u = 0",
    "chosen[i] = params_k (u[i - 1] − u[i]) / (1 + u[i])  where u[i] > params_k  for i = 1 … 4",
    "chosen[i] = 0  elsewhere (u[i] > params_k)  for i = 1 … 4",
    "f_u[i] = chosen[i]  for i = 1 … 4",
  ]);
});

it("nobody has to guess how far the stroke of a fraction reaches, nor what a count of entries is", () => {
  expect(shared("kuramoto-csr/kuramoto-csr", "rhs")).toContain(
    "f_theta = omega + coupling pull / (links_rowStart[i + 1] − links_rowStart[i])",
  );
  const text = `import { ode } from "odegrad";
export const swing = ode({
  state: { angle: 1, rate: 0 },
  params: { g: 9.81, l: 1 },
  rhs: ({ angle, rate }, { g, l }) => ({ angle: rate, rate: -(g / l) * Math.sin(angle) }),
  solver: { method: "euler", t1: 1, steps: 2 },
});
`;
  expect(formulas("swing.ode.ts", text, "rhs")).toEqual(["f_angle = rate", "f_rate = −(g / l) sin(angle)"]);
});
