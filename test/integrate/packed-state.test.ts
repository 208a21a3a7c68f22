/** Scalars of a state as one array, for code that is to be short: the same bits, fewer lines, the same records. */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { loadJavaScript } from "../../compiler/execute/javascript.ts";
import type { Options } from "../../compiler/options.ts";
import { everyWord } from "../support/every-word.ts";
import { type Ivp, modelOf } from "../support/ivp.ts";
import { inTurn } from "../support/long.ts";

/** Runs of scalars around arrays, names that what is packed would like to have, a computed start, every kind of signal. */
const mixed = `import { ode, hold, linear, cubic, vec } from "odegrad";
export const mixed = ode({
  state: { a: 0.3, b: 0.4, c: 0.5, q: vec(3, (i) => 0.2 * i + 0.1), d: -0.2, e: 0.6, state: 0.1, r: vec(2, 0.4), last: 0.2 },
  params: { k: 0.7, w: vec(3, (i) => 0.3 + i), start: 0.2 },
  inputs: { push: hold(4, 0, (k) => 0.1 * k), wind: linear(5, 0, (k) => Math.sin(k)), tide: cubic(6, 0, (k) => Math.cos(k)) },
  times: [0.3, 0.7, 1],
  initial: ({ start, k }) => ({ a: start, b: start * k, c: 0.5, q: vec(3, start), d: -start, e: 0.6, state: k * k, r: vec(2, 0.4), last: k }),
  rhs: ({ a, b, c, q, d, e, state, r, last }, { k, w }, { t, inputs: { push, wind, tide } }) => {
    const f = vec(3);
    for (let i = 0; i < 3; i++) f[i] = -w[i] * q[i] + Math.tanh(a * q[i]);
    const f_state = b * c;
    return { a: b * c - k * a + push, b: a - b * d, c: Math.sin(c * e) + wind, q: f, d: q[0] * a - d, e: -e * state + tide, state: f_state - state, r: [r[1] * k, -r[0] * a + t], last: -last };
  },
  outputs: { sum: ({ a, b, c, q, last }) => a + b * c + q[1] * last },
  loss: {
    at: ({ a, b, q }, _params, { k }) => (a - 0.1 * k) ** 2 + b * q[2],
    running: ({ c, d, r }, { k }) => c * c + d * r[0] * k,
    terminal: ({ a, state, e }) => a * state + e * e,
  },
  solver: { method: "rk4", t1: 1, steps: 20 },
});`;

const thrown = `import { ode } from "odegrad";
export const thrown = ode({
  state: { x: 0, y: 1, u: 0.7, v: 0.3 },
  params: { g: 9.81, bounce: 0.8, drag: 0.1 },
  times: [0.2, 0.6, 1],
  rhs: ({ u, v }, { g, drag }) => ({ x: u, y: v, u: -drag * u, v: -g - drag * v }),
  events: { when: ({ y }) => y, direction: -1, then: ({ x, y, u, v }, { bounce }) => ({ x, y, u: bounce * u, v: -bounce * v }) },
  loss: { at: ({ x, y }, _params, { k }) => (x - k) ** 2 + y ** 2, running: ({ v, u }) => v * v + u, terminal: ({ x, y }) => x * y },
  solver: { method: "dopri5", t1: 1, rtol: 1e-6 },
});`;

const body = `import { ode } from "odegrad";
export const body = ode({
  state: { at: { u: 1, v: 0 }, moving: { u: 0, v: 1 }, fuel: 0.5 },
  params: { mu: 1, burn: 0.1 },
  rhs: ({ at, moving, fuel }, { mu, burn }) => {
    const r = Math.hypot(at.u, at.v);
    let thrust = 0;
    if (fuel > 0.45) thrust = burn * fuel;
    return { at: moving, moving: { u: (-mu * at.u) / r ** 3 + thrust, v: (-mu * at.v) / r ** 3 }, fuel: -thrust };
  },
  loss: { terminal: ({ at, fuel }) => at.u * at.v + fuel, running: ({ fuel }) => fuel * fuel },
  solver: { method: "rk4", t1: 1, steps: 16 },
});`;

const hires = modelOf(
  JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../reference/ivp/hires.json"), "utf8")) as Ivp,
);

const readyOf = (text: string, options: Options) => {
  const { ready, diagnostics } = build({ file: "m.ode.ts", text, host: { read: () => undefined } }, options);
  if (ready === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return ready;
};

const wordsOf = (text: string, options: Options): Promise<number[]> =>
  everyWord(emit(readyOf(text, options), "js", options)[0]!.text);

const stiff = { rtol: 1e-4, atol: 1e-7 };
const ways: readonly (readonly [string, string, Options])[] = [
  ["scalars beside arrays", mixed, {}],
  ["scalars beside arrays, checkpoints", mixed, { adjoint: "revolve", checkpoints: 3 }],
  ["scalars beside arrays, stored", mixed, { adjoint: "store-all" }],
  ["scalars beside arrays, of which some are differentiated", mixed, { wrt: ["params.k", "params.w"] }],
  ["scalars beside arrays, adaptive", mixed, { method: "dopri5", rtol: 1e-5, atol: 1e-7 }],
  ["scalars beside arrays, multistep", mixed, { method: "ab4" }],
  ["scalars beside arrays, implicit", mixed, { method: "gauss2" }],
  ["an event", thrown, { emit: ["solve", "gradient"] }],
  ["records of scalars", body, {}],
  ["records of scalars of which some are differentiated", body, { wrt: ["state.at.v", "params.mu"] }],
  ["records of scalars, continuous", body, { adjoint: "continuous" }],
  ["records of scalars, recovered", body, { method: "reversible-heun", adjoint: "reversible" }],
  ["records of scalars in a batch", body, { batch: 3, emit: ["solve", "gradient"] }],
  ["records of scalars, Taylor", body, { method: "taylor", order: 4 }],
  ["eight scalars, Rosenbrock", hires, { method: "rodas4", ...stiff }],
  ["eight scalars, Radau", hires, { method: "radau5", ...stiff }],
];

describe.each(inTurn(ways, 3))("%s", (_name, text, options) => {
  it("has every bit of code that takes them one by one", async () => {
    const asked: Options = { emit: ["solve", "gradient", "jvp", "hvp"], ...options };
    const one = await wordsOf(text, { ...asked, optimise: "speed" });
    const packed = await wordsOf(text, { ...asked, optimise: "size" });
    expect(one[0]).toBe(0);
    expect(packed).toEqual(one);
  });
});

describe("beside functions of a point", () => {
  it("the field is that of the text, and the solve has its bits", async () => {
    const emitted = ["solve", "gradient", "field", "fieldVjp", "fieldJvp"];
    const [one, packed] = await Promise.all(
      (["speed", "size"] as const).map(async (optimise) => {
        const options: Options = { emit: emitted, optimise };
        const ready = readyOf(body, options);
        const names = ready.module.program.functions.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        const loaded = await loadJavaScript(`${emit(ready, "js", options)[0]!.text}// ${optimise}, field`);
        const [y, p, w, yDot, pDot] = [5, 2, 5, 5, 2].map((size, k) =>
          Float64Array.from({ length: size }, (_, i) => 0.4 + Math.sin(i + 3 * k)),
        ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
        const [dy, yBar, pBar, dyDot] = [5, 5, 2, 5].map((size) => new Float64Array(size)) as [
          Float64Array,
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        loaded.field(0, y, p, dy);
        loaded.fieldVjp(0, y, p, w, yBar, pBar);
        loaded.fieldJvp(0, y, p, yDot, pDot, dyDot);
        const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
        expect(dot(w, dyDot)).toBeCloseTo(dot(yBar, yDot) + dot(pBar, pDot), 12);
        expect(loaded.gradient()).toBe(0);
        return [dy, yBar, pBar, dyDot, loaded.io.state0Bar!, loaded.io.paramsBar!].map((list) => [...list]);
      }),
    );
    expect(packed).toEqual(one);
  });
});

describe("eight scalars in C", () => {
  it.each(["rk4", "dopri5", "rodas5p"])(
    "%s takes fewer lines by a fifth at least, and by more the more stages there are",
    (method) => {
      const [lines, shortLines] = (["speed", "size"] as const).map((optimise) => {
        const options: Options = {
          method,
          optimise,
          prefix: "m",
          ...(method === "rk4" ? { steps: 100 } : stiff),
        };
        const [header, source] = emit(readyOf(hires, options), "c", options);
        // The caller's records have a member for each.
        for (let i = 1; i <= 8; i++) expect(header!.text).toMatch(new RegExp(`^ {4}double y${i}_?;`, "m"));
        return source!.text.split("\n").length;
      });
      expect(shortLines! / lines!).toBeLessThan(method === "rk4" ? 0.8 : 0.7);
    },
  );

  it("two scalars stay what they are", () => {
    const two = `import { ode } from "odegrad";
export const two = ode({ state: { x: 1, v: 0 }, rhs: ({ x, v }) => ({ x: v, v: -x }), loss: { terminal: ({ x }) => x }, solver: { method: "rk4", t1: 1, steps: 4 } });`;
    const options: Options = { optimise: "size", prefix: "m" };
    expect(emit(readyOf(two, options), "c", options)[1]!.text).not.toMatch(/x_state|k_state/);
  });
});
