/** `custom(f, { jvp, vjp })`: both modes use the user's rule, whichever of the two is given, and differentiate it again. */

import { describe, expect, it } from "vitest";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { read } from "../support/plain-model.ts";

const body = `rhs: ({ x, u }, { c }) => {
    let s = x;
    for (let i = 0; i < 3; i++) {
      const [a, b] = turn(u, s * c);
      if (a > -10) s = bend(a, b) + 0.1 * s;
    }
    return { x: s, u: turn(u, bend(s, c)) };
  },`;
const plain = {
  bend: "(a: number, b: number) => Math.sin(a) * b",
  turn: "(v: Float64Array, a: number) => [Math.cos(a) * v[0] - a * v[1], Math.sin(a) * v[1]]",
};
const rules = {
  bend: {
    jvp: "(a, b, ad, bd) => Math.cos(a) * b * ad + Math.sin(a) * bd",
    vjp: "(a, b, bar) => [Math.cos(a) * b * bar, Math.sin(a) * bar]",
  },
  turn: {
    jvp: "(v, a, vd, ad) => [Math.cos(a) * vd[0] - a * vd[1] - ad * (Math.sin(a) * v[0] + v[1]), Math.sin(a) * vd[1] + ad * Math.cos(a) * v[1]]",
    vjp: "(v, a, bar) => [[Math.cos(a) * bar[0], Math.sin(a) * bar[1] - a * bar[0]], Math.cos(a) * v[1] * bar[1] - (Math.sin(a) * v[0] + v[1]) * bar[0]]",
  },
};

/** The model with the functions as they are, or with rules for them. */
function model(which: readonly ("jvp" | "vjp")[]) {
  const written = (name: "bend" | "turn"): string => {
    if (which.length === 0) return `const ${name} = ${plain[name]};`;
    const own = which.map((rule) => `${rule}: ${rules[name][rule]}`).join(", ");
    return `const ${name} = custom(${plain[name]}, { ${own} });`;
  };
  return read(`import { ode, vec, custom } from "odegrad";
${written("bend")}
${written("turn")}
export const model = ode({ state: { x: 0, u: vec(2) }, params: { c: 0 }, ${body} });`)[0]!;
}

const given: Record<string, number[]> = {
  x: [0.4],
  u: [0.7, -0.3],
  c: [1.2],
  x_dot: [0.3],
  u_dot: [-0.5, 0.8],
  c_dot: [0.6],
  f_x_bar: [0.9],
  f_u_bar: [-0.4, 0.2],
};

function run(
  which: readonly ("jvp" | "vjp")[],
  mode: "jvp" | "vjp" | "jvp of vjp",
): Record<string, number[]> {
  const { rhs, constants, functions } = model(which);
  const context = { arrays: constants, functions };
  const wrt = new Set(["x", "u", "c"]);
  let fn: Fn = mode === "jvp" ? jvp(rhs, wrt, context) : vjp(rhs, wrt, context);
  if (mode === "jvp of vjp") {
    // A vjp adds to its results; here they are results alone.
    const parameters = fn.parameters.map((one) =>
      one.kind === "array" && one.access === "inout" ? { ...one, access: "out" as const } : one,
    );
    const cleared = parameters.flatMap((one) =>
      one.kind === "array" && one.access === "out"
        ? Array.from({ length: one.shape[0] ?? 1 }, (_, i) => ({
            kind: "store" as const,
            array: one.name,
            at: one.shape.length === 0 ? [] : [{ terms: [], constant: i }],
            value: { kind: "number" as const, value: 0 },
          }))
        : [],
    );
    fn = jvp({ ...fn, parameters, body: [...cleared, ...fn.body] }, wrt, context);
  }
  const words = new Map<string, number | Float64Array>([["t", 0]]);
  for (const parameter of fn.parameters) {
    if (parameter.kind !== "array") continue;
    const size = parameter.shape.reduce((product, extent) => product * extent, 1);
    words.set(parameter.name, Float64Array.from(given[parameter.name] ?? new Array(size).fill(0)));
  }
  evaluate({ arrays: constants, functions: [...functions, fn] }, fn.name, words);
  const results = fn.parameters.filter((one) => one.kind === "array" && one.access !== "in");
  return Object.fromEntries(results.map(({ name }) => [name, Array.from(words.get(name) as Float64Array)]));
}

describe.each([[["jvp"]], [["vjp"]], [["jvp", "vjp"]]] as const)("with %s given", (which) => {
  it.each(["jvp", "vjp", "jvp of vjp"] as const)("%s is that of the functions themselves", (mode) => {
    const expected = run([], mode);
    const found = run(which, mode);
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [name, values] of Object.entries(expected)) {
      values.forEach((value, i) => {
        expect(found[name]![i], name).toBeCloseTo(value, 13);
      });
      expect(
        values.some((value) => value !== 0),
        name,
      ).toBe(true);
    }
  });
});

it("a rule that is not the derivative is used all the same", () => {
  const { rhs, functions } = read(`import { ode, custom } from "odegrad";
const step = custom((x: number) => (x > 0 ? 1 : 0), { vjp: (x, bar) => bar / (1 + x * x) });
export const model = ode({ state: { x: 0 }, rhs: ({ x }) => ({ x: step(x) }) });`)[0]!;
  const fn = vjp(rhs, new Set(["x"]), { arrays: [], functions });
  const bar = new Float64Array(1);
  const args = new Map<string, number | Float64Array>([
    ["t", 0],
    ["x", Float64Array.of(2)],
    ["f_x_bar", Float64Array.of(3)],
    ["x_bar", bar],
  ]);
  evaluate({ arrays: [], functions: [...functions, fn] }, fn.name, args);
  expect(bar[0]).toBeCloseTo(3 / 5, 15);
});
