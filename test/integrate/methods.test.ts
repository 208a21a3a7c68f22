/**
 * Every method with every exact plan: the gradient is that of the discrete solve, held against the solve's own program
 * in complex numbers, in JavaScript and C; and the plans agree.
 */

import { afterAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { embeddedOf } from "../../compiler/integrate/embedded.ts";
import { methods } from "../../compiler/integrate/methods.ts";
import type { Options } from "../../compiler/options.ts";
import { adjoints } from "../../compiler/resolve.ts";
import { direction, slopeAlong } from "../../compiler/verify/direction.ts";
import { type Compiled, compiled } from "../support/compiled.ts";
import { tangentOfSolve } from "../support/complex-solve.ts";
import { isLong } from "../support/long.ts";

/** Scalars, one position and one momentum, everything the loss can have, a signal and a hold. */
const pendulum = `import { ode, hold, linear, vec } from "odegrad";
export const pendulum = ode({
  state: { angle: 0.9, rate: -0.2 },
  params: { gravity: 9.1, length: 1.3, mass: 0.8, drive: 0.3 },
  inputs: { torque: hold(3, 0, (k) => [0.4, -0.7, 0.2][k]), wind: linear(4, 0, (k) => [0.1, -0.2, 0.15, 0.3][k]) },
  data: { seen: vec(2, [0.4, 0.1]) },
  rhs: ({ angle, rate }, { gravity, length, mass, drive }, { t, inputs: { torque, wind } }) => ({
    angle: rate / mass + 0.1 * drive * Math.sin(3 * t),
    rate: -(gravity / length) * Math.sin(angle) + torque * drive + wind * Math.cos(angle),
  }),
  times: [0.3, 0.9],
  loss: {
    terminal: ({ angle, rate }, { mass }) => angle * angle + 0.3 * rate * rate * mass,
    running: ({ angle, rate }, { drive }, { t }) => 0.1 * angle * angle * (1 + t) + 0.05 * drive * rate,
    at: ({ angle }, _params, { k, data }) => (angle - data.seen[k]) ** 2,
  },
  solver: { t1: 0.9, steps: 9 },
});`;

/** Arrays and loops; leaves that depend on each other. */
const chain = `import { ode, vec, mat } from "odegrad";
export const chain = ode({
  state: { q: vec(3, (i) => Math.sin(i + 1)), p: vec(3, (i) => 0.3 * Math.cos(2 * i)) },
  params: { W: mat(3, 3, (i, j) => 0.5 / (1 + i + 2 * j)), k: 1.7 },
  rhs: ({ q, p }, { W, k }) => {
    const dp = vec(3);
    for (let i = 0; i < 3; i++) {
      let s = 0;
      for (let j = 0; j < 3; j++) s += W[i][j] * Math.tanh(q[j]);
      dp[i] = -k * q[i] + s;
    }
    return { q: p, p: dp };
  },
  loss: { terminal: ({ q, p }) => q[0] * q[1] + p[2] * p[2] + 0.2 * q[2] * p[0], running: ({ q }) => 0.1 * q[1] * q[1] },
  solver: { t1: 0.8, steps: 8 },
});`;

const opened: Compiled[] = [];
afterAll(() => {
  for (const each of opened) each.c?.close();
});

async function open(text: string, options: Options): Promise<Compiled> {
  // Plans and models differ in C as they differ in JavaScript: one of each is compiled.
  const made = await compiled(text, options, options.adjoint === "symplectic" && text === chain);
  opened.push(made);
  return made;
}

/** What takes a method some tens of steps; in the long run the same for all. */
const tolerances = (name: string): Options =>
  !isLong && /^(midpoint|heun|ralston|bosh3)$/.test(name)
    ? { rtol: 1e-3, atol: 1e-5 }
    : { rtol: 1e-5, atol: 1e-7 };

const models = { pendulum, chain };
const ways: readonly (readonly [string, Options])[] = methods.flatMap(({ name }) => [
  [`${name}, fixed`, { method: name }] as const,
  ...(embeddedOf(name) === undefined && !["radau5", "esdirk4", "rodas4", "rodas5p", "taylor"].includes(name)
    ? []
    : [[`${name}, adaptive`, { method: name, ...tolerances(name) }] as const]),
]);

/** Arrays make no difference to what a method does: one of each family, but for the long run. */
const ofEach =
  /^(rk4|dopri5|verlet|yoshida6|leapfrog|alf|reversible-heun|ab4|abm4|gauss2|radau5|esdirk4|rodas4|taylor),/;
/** The pendulum has inputs that move within a step, which Taylor's method does not take. */
const admits = (name: string, way: string): boolean => name !== "pendulum" || !way.startsWith("taylor");
/**
 * All plans for one method of each family on the pendulum; the others have one in turn beside the first, every other one in the
 * short run, as they differ from it in coefficients alone.
 */
const plansOf = (way: string, name: string): readonly string[] => {
  const [first, ...others] = adjoints;
  const turn = ways.findIndex(([name]) => name === way) % others.length;
  return isLong || (ofEach.test(way) && name === "pendulum") ? adjoints : [first, others[turn]!];
};

describe.each(Object.entries(models))("%s", (name, text) => {
  const isAsked = ([way]: (typeof ways)[number], i: number): boolean =>
    isLong || ofEach.test(way) || (name === "pendulum" && i % 2 === 0);
  it.each(ways.filter((way, i) => admits(name, way[0]) && isAsked(way, i)))(
    "%s: the gradient is that of the solve, by every plan",
    { timeout: 60_000 },
    async (way, options) => {
      const first = await open(text, { ...options, adjoint: "symplectic" });
      const { module, problem } = first;
      const seeds = isLong ? [1, 2, 3] : [1];
      const truths = seeds.map((seed) => {
        const along = direction(seed, module, problem, () => true);
        return { along, ...tangentOfSolve(module, problem, along) };
      });
      for (const adjoint of plansOf(way, name)) {
        const made =
          adjoint === "symplectic" ? first : await open(text, { ...options, adjoint, emit: ["gradient"] });
        // Coefficients of Rodas5P are as large as 147 and cancel: what they round is 2,500 times a unit in the last place.
        const close = options.method === "rodas5p" ? 1e-12 : 1e-13;
        for (const engine of [made.engine, made.c]) {
          if (engine === undefined) continue;
          const gradients = engine.gradient(problem);
          expect(gradients.status).toBe(0);
          for (const { along, slope, value } of truths) {
            const { sum, size } = slopeAlong(gradients, along);
            expect(Math.abs(gradients.value - value)).toBeLessThanOrEqual(
              close * Math.max(1, Math.abs(value)),
            );
            expect(Math.abs(sum - slope), `${adjoint}: ${sum} for ${slope}`).toBeLessThanOrEqual(
              close * size,
            );
          }
        }
      }
    },
  );
});

describe("a separable system", () => {
  it.each(["symplectic-euler", "verlet", "yoshida8"])("%s refuses one that is not", (method) => {
    const text = `import { ode } from "odegrad";
export const damped = ode({ state: { q: 1, p: 0 }, rhs: ({ q, p }) => ({ q: p, p: -q - 0.1 * p }), solver: { t1: 1, steps: 4 } });`;
    const host = { read: () => undefined };
    const { diagnostics, ready } = build({ file: "model.ode.ts", text, host }, { method });
    expect(ready).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(["ODE4018"]);
  });

  it.each(["symplectic-euler", "verlet", "yoshida8"])(
    "%s goes on where nothing depends on the state",
    async (method) => {
      const text = `import { ode } from "odegrad";
export const pushed = ode({ state: { q: 1, p: 0.5 }, params: { k: 2 }, rhs: (_state, { k }) => ({ q: k, p: -k }),
  loss: { terminal: ({ q, p }) => q * p }, solver: { t1: 1, steps: 4 } });`;
      const { engine, problem } = await compiled(text, { method }, false);
      const { value, state0, params } = engine.gradient(problem);
      // Weights of order 8 add up to 1 within a few units of the last place.
      [value, ...state0, ...params].forEach((got, i) => {
        expect(Math.abs(got - [-4.5, -1.5, 3, -4.5][i]!)).toBeLessThan(5e-15);
      });
      const alone = text
        .replace(", p: 0.5", "")
        .replace(", p: -k", "")
        .replace("({ q, p }) => q * p", "({ q }) => q");
      const { diagnostics } = build(
        { file: "model.ode.ts", text: alone, host: { read: () => undefined } },
        { method },
      );
      expect(diagnostics.map(({ code }) => code)).toEqual(["ODE4018"]);
    },
  );
});
