/** How solves end that cannot end well: each method family, fixed and adaptive, in JavaScript and C, within its limit. */

import { afterAll, describe, expect, it } from "vitest";
import type { Problem } from "../../compiler/execute/problem.ts";
import { status } from "../../compiler/module.ts";
import type { Options } from "../../compiler/options.ts";
import { type Compiled, compiled } from "../support/compiled.ts";

/** x' = rate·x², with infinity at 1 / (rate·x(0)); one position and one momentum, for every family. */
const explosion = `import { ode } from "odegrad";
export const explosion = ode({
  state: { q: 1, p: 0 },
  params: { rate: 1, push: 0 },
  rhs: ({ q, p }, { rate, push }) => ({ q: p + 0 * rate, p: rate * 6 * q * q + push }),
  loss: { terminal: ({ q, p }) => q + p, running: ({ q }) => 1e-3 * q },
  solver: { t1: 0.5, steps: 50, maxSteps: 40_000 },
});`;

const ways: readonly (readonly [string, Options])[] = [
  ...[
    "euler",
    "rk4",
    "dopri8",
    "gauss2",
    "radau5",
    "esdirk4",
    "verlet",
    "yoshida4",
    "leapfrog",
    "ab4",
    "abm4",
    "alf",
  ].map((method) => [`${method}, fixed`, { method, steps: 50 }] as const),
  ...["heun", "bosh3", "dopri5", "tsit5", "dopri8", "fehlberg45", "radau5", "esdirk4"].map(
    (method) => [`${method}, adaptive`, { method, rtol: 1e-6, atol: 1e-9, maxSteps: 40_000 }] as const,
  ),
];

/** One of each family is compiled in C too. */
const inC = new Set(["rk4", "gauss2", "verlet", "ab4", "dopri5", "radau5"]);

const opened: Compiled[] = [];
afterAll(() => {
  for (const each of opened) each.c?.close();
});

describe.each(ways)("%s", (_, options) => {
  it("ends with a status of its own, and no number that looks like an answer", {
    timeout: 60_000,
  }, async () => {
    const made = await compiled(explosion, options, inC.has(options.method!));
    opened.push(made);
    const isAdaptive = options.rtol !== undefined;
    const isImplicit = ["gauss2", "radau5", "esdirk4"].includes(options.method!);
    const { problem } = made;
    const cases: readonly (readonly [string, Partial<Problem>, readonly number[]])[] = [
      ["zero length", { t1: 0 }, [status.badArgument]],
      ["no number in time", { t0: Number.NaN }, [status.badArgument]],
      ["infinite time", { t1: Number.POSITIVE_INFINITY }, [status.badArgument]],
      ["NaN in a parameter", { params: Float64Array.of(1, Number.NaN) }, [status.notFiniteField]],
      [
        "infinity in a parameter",
        { params: Float64Array.of(1, Number.POSITIVE_INFINITY) },
        [status.notFiniteField],
      ],
      [
        "NaN in the state",
        { state0: Float64Array.of(Number.NaN, 0) },
        [status.notFiniteState, status.notFiniteField],
      ],
      [
        "blow-up",
        { t1: 60, state0: Float64Array.of(3, 5) },
        isAdaptive
          ? [
              status.stepLimit,
              status.stepUnderflow,
              status.notFiniteField,
              status.notFiniteState,
              status.newtonFailed,
            ]
          : isImplicit
            ? [status.newtonFailed, status.notFiniteField, status.notFiniteState, status.singularMatrix]
            : [status.notFiniteField, status.notFiniteState],
      ],
      isAdaptive
        ? ["too few steps", { steps: 1 }, [status.stepLimit]]
        : ["more steps than there is room for", { steps: 51 }, [status.stepLimit]],
    ];
    for (const [target, engine] of [
      ["js", made.engine],
      ["c", made.c],
    ] as const) {
      if (engine === undefined) continue;
      if (!isAdaptive) {
        // Whole numbers of 32 bits count steps.
        const { status: ended, value } = engine.solve({ ...problem, steps: 3e9 });
        expect([status.badArgument, status.stepLimit]).toContain(ended);
        expect(value).toBeNaN();
      }
      for (const [what, change, codes] of cases) {
        // What was answered before must not be seen again.
        expect(engine.gradient(problem).status).toBe(status.ok);
        const got = engine.gradient({ ...problem, ...change });
        expect(codes, `${target}, ${what}: ${got.status}`).toContain(got.status);
        for (const record of [[got.value], got.state0, got.params])
          expect([...record].every(Number.isNaN), `${target}, ${what}`).toBe(true);
        // A solve keeps no checkpoints, and takes any number of steps.
        if (what.startsWith("more steps")) continue;
        const solved = engine.solve({ ...problem, ...change });
        expect(solved.status, `${target}, ${what}: solve`).toBe(got.status);
        expect(solved.value).toBeNaN();
      }
      const reversed = engine.gradient({ ...problem, t0: 0.5, t1: 0 });
      expect(reversed.status, `${target}, reversed`).toBe(status.ok);
      expect(Number.isFinite(reversed.value)).toBe(true);
    }
  });
});

it.each<[string, string, Options]>([
  ["given", "", { steps: 50 }],
  ["found", "", { method: "dopri5", rtol: 1e-6 }],
  ["given, and shortened by an event", "events: { when: ({ q }) => q - 2 },", { steps: 50 }],
])("more steps than can be counted are refused and not begun: %s", async (_, events, options) => {
  const text = explosion.replace("  loss:", `  ${events}\n  loss:`);
  const { engine, problem } = await compiled(text, options, false);
  for (const steps of [2 ** 31, 2 ** 32 - 1])
    expect(engine.solve({ ...problem, steps }).status).toBe(status.badArgument);
});

describe("of a long state", () => {
  /** Longest axes that eight divides and that it does not, and one that is short. */
  const still = `import { ode, vec, mat } from "odegrad";
export const still = ode({
  state: { v: vec(67, 0.5), w: mat(9, 8, 0.25), s: vec(3, 1) },
  rhs: ({ v, w, s }) => ({ v: vec(67), w: mat(9, 8), s: vec(3) }),
  loss: { terminal: ({ v, w, s }) => v[1] + w[2][3] + s[0] },
  solver: { method: "euler", t1: 1, steps: 2 },
});`;

  it("every entry is asked, whatever sums stand side by side, in JavaScript and C", async () => {
    const made = await compiled(still);
    opened.push(made);
    expect(made.code).toMatch(/total_8 \+= v/);
    const { problem } = made;
    for (const engine of [made.engine, made.c].filter((one) => one !== undefined)) {
      expect(engine.solve(problem).status).toBe(status.ok);
      for (let i = 0; i < problem.state0.length; i++) {
        const state0 = problem.state0.with(i, Number.NaN);
        expect(engine.solve({ ...problem, state0 }).status, `${i}`).toBe(status.notFiniteState);
      }
    }
  });

  it("one sum is what short code has", async () => {
    const { code } = await compiled(still, { optimise: "size" }, false);
    expect(code).not.toMatch(/total_2 \+= v/);
  });
});
