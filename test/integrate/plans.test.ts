/** What the plans promise beside exactness: how well states are recovered, how often steps are made, what is kept. */

import { describe, expect, it } from "vitest";
import {
  binomial,
  repetitions,
  scheduleOf,
  usualCheckpoints,
} from "../../compiler/integrate/plans/revolve.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled } from "../support/compiled.ts";

const relative = (got: ArrayLike<number>, want: ArrayLike<number>): number => {
  const size = Math.max(...Array.from(want).map(Math.abs));
  return Math.max(...Array.from(want).map((value, i) => Math.abs(got[i]! - value))) / size;
};

describe("checkpoints", () => {
  /** Fewest steps made again, by trying every place for the next checkpoint. */
  const fewest = (() => {
    const known = new Map<string, number>();
    const of = (steps: number, slots: number): number => {
      if (steps <= 1) return 0;
      if (slots === 1) return (steps * (steps - 1)) / 2;
      const key = `${steps},${slots}`;
      if (!known.has(key)) {
        let best = Number.POSITIVE_INFINITY;
        for (let m = 1; m < steps; m++) best = Math.min(best, m + of(steps - m, slots - 1) + of(m, slots));
        known.set(key, best);
      }
      return known.get(key)!;
    };
    return of;
  })();

  it("are placed so that as few steps as possible are made again", () => {
    for (let slots = 1; slots <= 8; slots++)
      for (let steps = 1; steps <= 60; steps++)
        expect(repetitions(steps, slots), `${steps} steps, ${slots} checkpoints`).toBe(fewest(steps, slots));
  });

  it("are so many, where nobody says, that no step is made more than three times again", () => {
    for (const steps of [1, 2, 10, 100, 1000, 10_000]) {
      expect(binomial(usualCheckpoints(steps), 3)).toBeGreaterThanOrEqual(steps);
      expect(repetitions(steps, usualCheckpoints(steps))).toBeLessThanOrEqual(3 * steps);
    }
  });

  it.each([1, 2, 3, 10, 40, 400])(
    "estimates long runs with %i checkpoints without going through them",
    (slots) => {
      // What a run a little longer than those that are gone through comes to, step by step.
      const [within, beyond] = [scheduleOf(10_000, slots), scheduleOf(10_001, slots)];
      for (const key of ["again", "stretches", "free", "placed"] as const)
        expect(Math.abs(beyond[key] - within[key])).toBeLessThanOrEqual(0.001 * within[key] + 2);
      const long = scheduleOf(2 ** 31 - 1, slots);
      expect(long.again / repetitions(2 ** 31 - 1, slots)).toBeGreaterThan(0.5);
      expect(long.again / repetitions(2 ** 31 - 1, slots)).toBeLessThanOrEqual(1);
    },
  );

  // Without functions whose last bit is the engine's own.
  const steps = 23;
  const text = `import { ode } from "odegrad";
export const pendulum = ode({
  state: { angle: 1, rate: 0.3 },
  params: { k: 1.7 },
  rhs: ({ angle, rate }, { k }) => ({ angle: rate, rate: -k * (angle - angle ** 3 / 6) }),
  loss: { terminal: ({ angle, rate }) => angle * rate, running: ({ angle }) => angle ** 4 },
  solver: { t1: 2, steps: ${steps} },
});`;

  it.each(["euler", "rk4", "dopri5", "verlet", "ab3", "gauss2"])(
    "%s: any number of them gives the same bits, in JavaScript and C",
    { timeout: 60_000 },
    async (method) => {
      const truth = await compiled(text, { method, adjoint: "symplectic" }, false);
      const want = truth.engine.gradient(truth.problem);
      for (const checkpoints of [1, 2, 5, steps - 1, steps, steps + 1]) {
        const made = await compiled(text, { method, adjoint: "revolve", checkpoints }, checkpoints === 5);
        for (const engine of [made.engine, made.c]) {
          if (engine === undefined) continue;
          const got = engine.gradient(made.problem);
          expect([got.value, ...got.state0, ...got.params]).toEqual([
            want.value,
            ...want.state0,
            ...want.params,
          ]);
        }
        made.c?.close();
      }
    },
  );
});

describe("live memory, counted in words", () => {
  const n = 5;
  const steps = 64;
  const chain = `import { ode, vec } from "odegrad";
export const chain = ode({
  state: { x: vec(${n}, (i) => Math.sin(i + 1)) },
  params: { k: vec(${n}, (i) => 1 + 0.1 * i) },
  rhs: ({ x }, { k }) => {
    const dx = vec(${n});
    for (let i = 0; i < ${n}; i++) dx[i] = k[i] * Math.sin(x[(i + 1) % ${n}]) - x[i];
    return { x: dx };
  },
  loss: { terminal: ({ x }) => x[0] * x[1] },
  solver: { t1: 1, steps: ${steps} },
});`;
  /** Words of all work arrays of a module: constants have their numbers written out, records a place in \`io\`. */
  const wordsIn = (code: string): number => {
    const work = code.slice(code.indexOf("// Constants and work arrays."));
    const count = (kind: string): number =>
      [...work.matchAll(new RegExp(`new ${kind}\\((\\d+)\\)`, "g"))].reduce(
        (sum, [, size]) => sum + Number(size),
        0,
      );
    return count("Float64Array") + Math.ceil(count("Int32Array") / 2);
  };
  const ask = async (options: Options) => {
    const asked = { method: "rk4", ...options, emit: ["gradient"] };
    const { module, code, files } = await compiled(chain, asked, false);
    const ofC = Number(/WORKSPACE_BYTES (\d+)u/.exec(files.header)![1]) / 8;
    return { ...module.words, js: wordsIn(code), c: ofC };
  };
  const stages = 4;

  it.each([
    ["symplectic", {}, steps * n],
    ["step", {}, steps * n],
    ["revolve", { checkpoints: 7 }, 7 * n],
  ] as const)("%s keeps what it says", async (adjoint, more, checkpoints) => {
    const { workspace, checkpoints: kept, js, c } = await ask({ adjoint, ...more });
    expect(kept).toBe(checkpoints);
    // The bill is what the module allocates; in C the last state and the report are in the workspace too.
    expect(js).toBe(workspace);
    expect(c).toBeLessThanOrEqual(workspace + n + 4);
    // Beside the checkpoints: stages, slopes, λ and the work of a field, whatever the number of steps.
    expect(workspace - kept).toBeLessThan((3 * stages + 12) * n);
    const longer = await ask({ adjoint, ...more, steps: 4 * steps });
    expect(longer.workspace - longer.checkpoints).toBe(workspace - kept);
  });

  it("store-all keeps the stages of every step", async () => {
    const { workspace, checkpoints, js } = await ask({ adjoint: "store-all" });
    expect(checkpoints).toBeGreaterThanOrEqual(steps * stages * n);
    expect(checkpoints).toBeLessThanOrEqual(2 * steps * stages * n + steps);
    expect(js).toBe(workspace);
  });

  it.each([
    ["reversible", "alf"],
    ["reversible", "heun"],
    ["continuous", "rk4"],
  ])("%s of %s is constant in the number of steps", async (adjoint, method) => {
    const [short, long] = [await ask({ adjoint, method }), await ask({ adjoint, method, steps: 10 * steps })];
    expect(short.checkpoints).toBe(0);
    expect(long.workspace).toBe(short.workspace);
    expect(short.js).toBe(short.workspace);
  });
});

/** A residual network of tanh layers, whose weights go smoothly through its depth or not at all. */
const network = (
  depth: number,
  isSmooth: boolean,
): string => `import { hold, mat, matvec, ode, vec } from "odegrad";
const d = 8;
const N = ${depth};
export const net = ode({
  state: { x: vec(d, (i) => Math.sin(i + 1)) },
  inputs: {
    layer: hold(N, { W: mat(d, d), b: vec(d) }, (k) => ({
      W: mat(d, d, (i, j) => 0.5 * Math.sin(1.3 * i - 0.7 * j + ${isSmooth ? "2 * (k + 0.5) / N" : "1e4 * Math.sin(k + 1)"})),
      b: vec(d, (i) => Math.cos(i + ${isSmooth ? "3 * (k + 0.5) / N" : "1e4 * Math.cos(k + 1)"})),
    })),
  },
  rhs: ({ x }, _params, { inputs: { layer } }) => ({
    x: matvec(layer.W, x).map((z, i) => Math.tanh(z + layer.b[i])),
  }),
  loss: {
    terminal: ({ x }) => {
      let s = 0;
      for (let i = 0; i < d; i++) s += (x[i] - 0.1 * i) ** 2;
      return s;
    },
  },
  solver: { t1: 1, steps: N },
});
`;

describe("states recovered from the end of a residual network", () => {
  const errors = async (method: string, depth: number, isSmooth: boolean) => {
    const text = network(depth, isSmooth);
    const exact = await compiled(text, { method }, false);
    const made = await compiled(text, { method, adjoint: "reversible" }, false);
    const got = made.engine.gradient(made.problem);
    const want = exact.engine.gradient(exact.problem);
    return { deviation: got.deviation!, gradient: relative(got.inputs, want.inputs) };
  };
  const orderOf = (coarse: number, fine: number, halvings: number): number =>
    Math.log2(coarse / fine) / halvings;

  it.each([
    ["euler", 1],
    ["heun", 3],
  ] as const)("%s: order %i for smooth weights", { timeout: 60_000 }, async (method, order) => {
    const [coarse, fine] = [await errors(method, 32, true), await errors(method, 128, true)];
    expect(Math.abs(orderOf(coarse.deviation, fine.deviation, 2) - order)).toBeLessThan(0.25);
    // The relative gradient as well.
    expect(orderOf(coarse.gradient, fine.gradient, 2)).toBeGreaterThan(order - 0.35);
  });

  // A step of `heun` sees one layer in both stages: its own reversal cancels whatever the next layer is.
  it.each([
    ["euler", 1],
    ["heun", 3],
  ] as const)("%s: order %i in the mean of weights that are not smooth", async (method, order) => {
    const [coarse, fine] = [await errors(method, 32, false), await errors(method, 512, false)];
    expect(orderOf(coarse.deviation, fine.deviation, 4)).toBeGreaterThan(order - 0.35);
  });

  const oscillator = `import { ode } from "odegrad";
export const spring = ode({
  state: { q: 1, p: 0 },
  params: { k: 2 },
  hamiltonian: ({ q, p }, { k }) => 0.5 * p * p + 0.5 * k * q * q + 0.1 * q ** 4,
  loss: { terminal: ({ q, p }) => q * p },
  solver: { t1: 3, steps: 100 },
});`;
  it.each(["leapfrog", "reversible-heun", "alf", "verlet", "verlet-dkd", "yoshida4"])(
    "%s recovers them to rounding",
    async (method) => {
      const made = await compiled(oscillator, { method, adjoint: "reversible" }, false);
      const exact = await compiled(oscillator, { method }, false);
      const got = made.engine.gradient(made.problem);
      const want = exact.engine.gradient(exact.problem);
      expect(got.deviation).toBeLessThan(1e-12);
      expect(relative(got.state0, want.state0)).toBeLessThan(1e-12);
      expect(relative(got.params, want.params)).toBeLessThan(1e-12);
    },
  );

  it("the guard tells a gradient that is not safe", async () => {
    const made = await compiled(oscillator, { method: "euler", steps: 30, adjoint: "reversible" }, false);
    expect(made.engine.gradient(made.problem).deviation).toBeGreaterThan(0.1);
  });
});

describe("continuous, on the grid of the method", () => {
  // Four states, six hidden units, 54 parameters, seven steps: numerics.md 2.3.
  const text = `import { mat, ode, vec } from "odegrad";
export const net = ode({
  state: { x: vec(4, [0.6, -0.4, 0.2, 0.8]) },
  params: {
    W: mat(6, 4, (i, j) => Math.sin(1.7 * i + 0.9 * j + 0.4)),
    b: vec(6, (i) => 0.3 * Math.cos(2.1 * i)),
    V: mat(4, 6, (i, j) => 0.6 * Math.cos(1.1 * i - 1.9 * j + 0.2)),
  },
  rhs: ({ x }, { W, b, V }) => {
    const dx = vec(4);
    for (let k = 0; k < 6; k++) {
      let z = b[k];
      for (let j = 0; j < 4; j++) z += W[k][j] * x[j];
      const y = Math.tanh(z);
      for (let i = 0; i < 4; i++) dx[i] += V[i][k] * y;
    }
    return { x: dx };
  },
  loss: { terminal: ({ x }) => x[0] ** 2 + x[1] * x[2] + 0.5 * x[3] ** 2 },
  solver: { t1: 0.5, steps: 7 },
});`;
  const errors = async (options: Options) => {
    const exact = await compiled(text, { ...options, adjoint: "symplectic" }, false);
    const made = await compiled(text, { ...options, adjoint: "continuous" }, false);
    const got = made.engine.gradient(made.problem);
    const want = exact.engine.gradient(exact.problem);
    return { state: relative(got.state0, want.state0), params: relative(got.params, want.params) };
  };

  // The table's errors; another network of the same kind has them within a factor of 20.
  it.each([
    ["euler", 1e-2, 1e-1],
    ["heun", 4e-4, 7e-4],
    ["midpoint", 2e-3, 6e-3],
    ["bosh3", 1e-4, 2e-4],
    ["rk4", 4e-6, 8e-6],
    ["rk38", 3e-6, 6e-6],
    ["dopri5", 4e-8, 5e-8],
  ])("%s is off by about %d and %d", async (method, state, params) => {
    const found = await errors({ method });
    for (const [got, wanted] of [
      [found.state, state],
      [found.params, params],
    ] as const) {
      expect(got / wanted).toBeGreaterThan(1 / 20);
      expect(got / wanted).toBeLessThan(20);
    }
  });

  it.each([
    ["euler", 1],
    ["heun", 2],
    ["bosh3", 3],
    ["rk4", 4],
    ["dopri5", 5],
  ])("%s: the error is of order %i or better", async (method, order) => {
    const coarse = await errors({ method, steps: 14 });
    const fine = await errors({ method, steps: 28 });
    expect(Math.log2(coarse.params / fine.params)).toBeGreaterThan(order - 0.3);
  });
});
