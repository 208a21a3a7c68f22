/** What symplectic, symmetric and Gauss methods keep, and the pairing that exact adjoints keep. */

import { describe, expect, it } from "vitest";
import type { Options } from "../../compiler/options.ts";
import { compiled } from "../support/compiled.ts";
import { keplerModel } from "../support/kepler.ts";

const partitioned = ["symplectic-euler", "verlet", "verlet-dkd", "ruth3", "yoshida4", "yoshida6", "yoshida8"];
const gauss = ["gauss1", "gauss2", "gauss3"];
const symmetric = ["verlet", "verlet-dkd", "yoshida4", "yoshida6", "yoshida8", ...gauss];

/** Hénon and Heiles, with a loss whose gradient is a row of the Jacobian of the solution map. */
const henonHeiles = `import { ode, vec } from "odegrad";
export const henon = ode({
  state: { q: vec(2, [0.1, 0.3]), p: vec(2, [0.4, -0.2]) },
  data: { weight: vec(4) },
  hamiltonian: ({ q, p }) =>
    0.5 * (p[0] ** 2 + p[1] ** 2 + q[0] ** 2 + q[1] ** 2) + q[0] * q[0] * q[1] - q[1] ** 3 / 3,
  loss: {
    terminal: ({ q, p }, _params, { data: { weight } }) =>
      weight[0] * q[0] + weight[1] * q[1] + weight[2] * p[0] + weight[3] * p[1],
  },
  solver: { t1: 0.2, steps: 1 },
});
`;

const unit = (i: number, n = 4): Float64Array =>
  Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0));

/** Rows of the Jacobian of the map from the state at t0 to the state at t1. */
async function jacobian(text: string, options: Options, n = 4): Promise<number[][]> {
  const { engine, problem } = await compiled(text, options, false);
  return Array.from({ length: n }, (_, i) => {
    const { state0, status } = engine.gradient({ ...problem, data: unit(i, n) });
    expect(status).toBe(0);
    return Array.from(state0);
  });
}

describe("one step is a symplectic map", () => {
  const defect = (m: readonly (readonly number[])[]): number => {
    let worst = 0;
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < 4; b++) {
        let sum = 0;
        for (let i = 0; i < 2; i++) sum += m[i]![a]! * m[i + 2]![b]! - m[i + 2]![a]! * m[i]![b]!;
        const wanted = b === a + 2 ? 1 : a === b + 2 ? -1 : 0;
        worst = Math.max(worst, Math.abs(sum - wanted));
      }
    return worst;
  };

  it.each([...partitioned, ...gauss])("%s: MᵀJM = J", async (method) => {
    expect(defect(await jacobian(henonHeiles, { method }))).toBeLessThan(1e-13);
  });

  it.each(["rk4", "dopri5", "radau5"])("%s is none, and the test sees it", async (method) => {
    expect(defect(await jacobian(henonHeiles, { method }))).toBeGreaterThan(1e-10);
  });
});

describe("energy of a Kepler orbit of eccentricity 0.6 over 100,000 steps", () => {
  // Samples at every phase of the orbit: all at one would show its slow error in phase instead.
  const times = Array.from({ length: 100 }, (_, i) => 0.006 * 991 * (i + 1));
  const model = keplerModel(600, 0.6).replace("  loss:", `  times: [${times.join(", ")}],\n  loss:`);
  const energies = async (method: string, steps: number): Promise<number[]> => {
    const { engine, problem } = await compiled(model, { method, steps }, false);
    const { states, status } = engine.solve(problem);
    expect(status).toBe(0);
    return times.map((_, i) => {
      const [q0, q1, p0, p1] = states.subarray(4 * i, 4 * i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      return 0.5 * (p0 * p0 + p1 * p1) - 1 / Math.hypot(q0, q1);
    });
  };
  /** Change over the run of the straight line through the energies, in multiples of their scatter about it. */
  const trend = (values: readonly number[]): { readonly drift: number; readonly scatter: number } => {
    const n = values.length;
    const mean = values.reduce((a, b) => a + b, 0) / n;
    let top = 0;
    let bottom = 0;
    values.forEach((value, i) => {
      top += (i - (n - 1) / 2) * (value - mean);
      bottom += (i - (n - 1) / 2) ** 2;
    });
    const slope = top / bottom;
    const rest = values.map((value, i) => value - mean - slope * (i - (n - 1) / 2));
    return { drift: Math.abs(slope * n), scatter: Math.sqrt(rest.reduce((a, b) => a + b * b, 0) / n) };
  };

  it.each(["verlet", "verlet-dkd", "ruth3", "yoshida4", "yoshida6", "gauss2"])(
    "%s has no trend",
    { timeout: 60_000 },
    async (method) => {
      const values = await energies(method, 100_000);
      const { drift, scatter } = trend(values);
      for (const value of values) expect(Math.abs(value + 0.5)).toBeLessThan(1e-3);
      // What is left is rounding, or the phase of the orbit at the sample.
      expect(drift).toBeLessThan(Math.max(4 * scatter, 2e-11));
    },
  );

  it("heun has one, and the test sees it", { timeout: 60_000 }, async () => {
    const { drift, scatter } = trend(await energies("heun", 100_000));
    expect(drift).toBeGreaterThan(Math.max(4 * scatter, 2e-11));
  });
});

describe("quadratic invariants", () => {
  const rigidBody = `import { ode } from "odegrad";
export const body = ode({
  state: { x: 0.6, y: 0, z: 0.8 },
  params: { a: 0.5, b: 2, c: 3 },
  rhs: ({ x, y, z }, { a, b, c }) => ({
    x: (1 / c - 1 / b) * y * z, y: (1 / a - 1 / c) * z * x, z: (1 / b - 1 / a) * x * y,
  }),
  solver: { t1: 20, steps: 200 },
});`;
  const lost = async (method: string): Promise<number> => {
    const { engine, problem } = await compiled(rigidBody, { method }, false);
    const [x, y, z] = engine.solve(problem).states as unknown as [number, number, number];
    return Math.max(
      Math.abs(x * x + y * y + z * z - 1),
      Math.abs((x * x) / 0.5 + (y * y) / 2 + (z * z) / 3 - (0.36 / 0.5 + 0.64 / 3)),
    );
  };
  it.each(gauss)("%s keeps two to rounding", async (method) =>
    expect(await lost(method)).toBeLessThan(2e-14),
  );
  it("rk4 does not", async () => expect(await lost("rk4")).toBeGreaterThan(1e-9));
});

describe("forward and back again", () => {
  it.each(symmetric)("%s returns to the start", async (method) => {
    const { engine, problem } = await compiled(henonHeiles, { method, t1: 5, steps: 50 }, false);
    const there = engine.solve(problem).states;
    const back = engine.solve({ ...problem, t0: 5, t1: 0, state0: Float64Array.from(there) }).states;
    back.forEach((value, i) => {
      expect(Math.abs(value - problem.state0[i]!)).toBeLessThan(1e3 * 2 ** -52);
    });
    expect(Math.hypot(...there.map((value, i) => value - problem.state0[i]!))).toBeGreaterThan(0.1);
  });
});

describe("the pairing of adjoint and tangent is the same at every step", () => {
  const steps = 12;
  it.each(["rk4", "dopri5", "tsit5", "dopri8", "bosh3", "yoshida6", "verlet", "gauss2", "radau5", "esdirk4"])(
    "%s",
    async (method) => {
      const h = 0.15;
      const tangent = [0.3, -0.5, 0.2, 0.7];
      const weights = [0.4, 0.9, -0.3, 0.6];
      const { engine, problem } = await compiled(henonHeiles, { method, t1: h * steps, steps }, false);
      const one = { ...problem, t1: h, steps: 1 };
      let state = Float64Array.from(problem.state0);
      let delta = tangent;
      const pairings: number[] = [];
      for (let n = 0; n < steps; n++) {
        const rest = { ...problem, t1: h * (steps - n), steps: steps - n };
        const lambda = engine.gradient({
          ...rest,
          state0: state,
          data: Float64Array.from(weights),
        });
        pairings.push(lambda.state0.reduce((sum, value, i) => sum + value * delta[i]!, 0));
        const rows = Array.from({ length: 4 }, (_, i) =>
          engine.gradient({ ...one, state0: state, data: unit(i) }),
        );
        delta = rows.map(({ state0 }) => state0.reduce((sum, value, j) => sum + value * delta[j]!, 0));
        state = Float64Array.from(engine.solve({ ...one, state0: state }).states);
      }
      pairings.push(weights.reduce((sum, value, i) => sum + value * delta[i]!, 0));
      const size = Math.max(...pairings.map(Math.abs));
      for (const pairing of pairings)
        expect(Math.abs(pairing - pairings[0]!)).toBeLessThan(1e-14 * steps * Math.max(1, size));
      expect(engine.gradient({ ...problem, data: Float64Array.from(weights) }).status).toBe(0);
    },
  );
});
