import { expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { readModels } from "../../compiler/frontend/index.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { doubles } from "../../runtime/random.ts";
import { type Complex, evaluateComplex } from "../support/complex.ts";
import { isLong } from "../support/long.ts";
import { randomText } from "../support/random-text.ts";
import { size } from "../support/vectors.ts";

/** From text to derivatives, for random models as people write them: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩, and J v by a complex step. */
const rounds = isLong ? 20_000 : 350;
const first = Number(process.env["ODEGRAD_SEED"] ?? 1);

const top = `const half = 0.5;
const table = [0.3, -0.7, 1.1, 0.2];
const order = [2, 0, 3, 1];`;

it(`both modes agree for ${rounds} random models from seed ${first}`, () => {
  let compared = 0;
  for (let seed = first; seed < first + rounds; seed++) {
    const next = doubles(seed);
    const { helpers, body } = randomText(next);
    const text = `import { ode, vec } from "odegrad";
${top}
${helpers}
export const model = ode({
  state: { x: 0.4, u: vec(4) },
  params: { k: 0.8, w: vec(4) },
  rhs: ({ x, u }, { k, w }, { t }) => {\n${body}\n},
});`;
    const [model] = readModels("model.ode.ts", text, { read: () => undefined }).models;
    if (model === undefined) continue;
    const { rhs, constants } = model;
    const wrt = [...model.state, ...model.params].map(({ name }) => name);
    const context = { arrays: constants, functions: [] };
    const [forward, reverse] = [jvp, vjp].map((mode) => mode(rhs, new Set(wrt), context)) as [Fn, Fn];
    const say = `seed ${seed}\n${text}`;
    for (const fn of [forward, reverse])
      expect(verifyProgram({ arrays: constants, functions: [fn] }), say).toEqual([]);

    const given = new Map<string, number | Float64Array>([["t", 0.7]]);
    const run = (fn: Fn) => {
      const names = fn.parameters.map((parameter) => {
        if (parameter.kind === "array" && !given.has(parameter.name)) {
          const isSum = parameter.access === "inout";
          const words = new Float64Array(size(parameter.shape));
          given.set(parameter.name, isSum ? words : words.map(() => 2 * next() - 1));
        }
        return parameter.name;
      });
      evaluate(
        { arrays: constants, functions: [fn] },
        fn.name,
        new Map(names.map((n) => [n, given.get(n)!])),
      );
    };
    run(forward);
    run(reverse);
    const results = rhs.parameters.filter((one) => one.kind === "array" && one.access === "out");
    let scale = 0;
    const product = (names: readonly string[], a: string, b: string): number => {
      let sum = 0;
      for (const name of names) {
        const [left, right] = [given.get(name + a), given.get(name + b)] as [Float64Array, Float64Array];
        left.forEach((value, i) => {
          sum += value * right[i]!;
          scale += Math.abs(value * right[i]!);
        });
      }
      return sum;
    };
    const tangents = product(
      results.map(({ name }) => name),
      "_dot",
      "_bar",
    ); // ⟨w, J v⟩
    const cotangents = product(wrt, "_bar", "_dot");
    // The same tangent by a complex step, in which neither mode has a part.
    const step = 1e-200;
    const stepped = new Map<string, number | readonly Complex[]>([["t", 0.7]]);
    for (const name of wrt) {
      const [values, dots] = [given.get(name), given.get(`${name}_dot`)] as [Float64Array, Float64Array];
      stepped.set(
        name,
        Array.from(values, (re, i) => ({ re, im: step * dots[i]! })),
      );
    }
    const words = evaluateComplex(rhs, constants, stepped);
    for (const { name } of results) {
      const dots = given.get(`${name}_dot`) as Float64Array;
      words.get(name)!.forEach(({ im }, i) => {
        const gap = Math.abs(im / step - dots[i]!);
        if (scale < 1e4) expect(gap, say).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(dots[i]!) + scale));
      });
    }
    // A quotient or power near its pole leaves no digits to compare.
    if (!(scale < 1e6)) continue;
    compared++;
    expect(Math.abs(tangents - cotangents), say).toBeLessThanOrEqual(1e-12 * (scale + 1));
  }
  expect(compared).toBeGreaterThan(0.8 * rounds);
}, 3_600_000);
