/**
 * Products with a direction: the jvp of a solve is the transpose of its gradient, the hvp is symmetric and what
 * differences of the gradient tend to; in JavaScript and C, for every family of methods and kinds of steps.
 */

import { afterAll, describe, expect, it } from "vitest";
import type { Direction, Problem } from "../../compiler/execute/problem.ts";
import type { Options } from "../../compiler/options.ts";
import { type Compiled, compiled } from "../support/compiled.ts";
import { inTurn } from "../support/long.ts";

const text = `import { hold, linear, ode, vec } from "odegrad";
export const pendulum = ode({
  state: { angle: 0.9, rate: -0.2 },
  params: { gravity: 9.1, length: 1.3, mass: 0.8, drive: vec(2, [0.3, 0.2]) },
  inputs: { torque: hold(3, 0, (k) => [0.4, -0.7, 0.2][k]), wind: linear(4, 0, (k) => [0.1, -0.2, 0.15, 0.3][k]) },
  data: { seen: vec(2, [0.4, 0.1]) },
  rhs: ({ angle, rate }, { gravity, length, mass, drive }, { t, inputs: { torque, wind } }) => ({
    angle: rate / mass + 0.1 * drive[0] * Math.sin(3 * t),
    rate: -(gravity / length) * Math.sin(angle) + torque * drive[1] + wind * Math.cos(angle),
  }),
  times: [0.3, 0.9],
  outputs: { height: ({ angle }, { length }) => length * Math.cos(angle) },
  loss: {
    terminal: ({ angle, rate }, { mass }) => angle * angle + 0.3 * rate * rate * mass,
    running: ({ angle, rate }, { drive }, { t }) => 0.1 * angle * angle * (1 + t) + 0.05 * drive[0] * rate,
    at: ({ angle }, _params, { k, data }) => (angle - data.seen[k]) ** 2,
  },
  solver: { t1: 0.9, steps: 9 },
});`;

const ways: readonly (readonly [string, Options])[] = [
  ...["rk4", "dopri5", "verlet", "leapfrog", "ab3", "gauss2", "radau5", "esdirk4", "rodas4"].map(
    (method) => [`${method}, fixed`, { method }] as const,
  ),
  ...["dopri5", "radau5", "rodas4"].map(
    (method) => [`${method}, adaptive`, { method, rtol: 1e-5, atol: 1e-7 }] as const,
  ),
  ["rk4, step", { method: "rk4", adjoint: "step" }],
  ["rk4, store-all", { method: "rk4", adjoint: "store-all" }],
  ["rk4, revolve", { method: "rk4", adjoint: "revolve", checkpoints: 3 }],
];

/** What is compiled in C too: one of each family, fixed steps. */
const inC = new Set([
  "rk4, fixed",
  "verlet, fixed",
  "ab3, fixed",
  "gauss2, fixed",
  "rodas4, fixed",
  "dopri5, adaptive",
]);

const opened: Compiled[] = [];
afterAll(() => {
  for (const each of opened) each.c?.close();
});

/** Numbers that are no pattern. */
const numbers = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(17.3 * (i + 1) * seed));
const directionOf = (problem: Problem, seed: number): Direction => ({
  state0: numbers(problem.state0.length, seed),
  params: numbers(problem.params.length, seed + 0.3),
  inputs: numbers(problem.inputs.length, seed + 0.7),
});
const moved = (problem: Problem, along: Direction, by: number): Problem => {
  const add = (values: Float64Array, change: Float64Array | undefined): Float64Array =>
    values.map((value, i) => value + by * (change?.[i] ?? 0));
  return {
    ...problem,
    t0: problem.t0 + by * (along.t0 ?? 0),
    t1: problem.t1 + by * (along.t1 ?? 0),
    state0: add(problem.state0, along.state0),
    params: add(problem.params, along.params),
    inputs: add(problem.inputs, along.inputs),
  };
};
interface Flat {
  readonly state0?: Float64Array;
  readonly params?: Float64Array;
  readonly inputs?: Float64Array;
}
const flat = ({ state0, params, inputs }: Flat): number[] =>
  [state0!, params!, inputs!].flatMap((one) => [...one]);
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe.each(inTurn(ways, 2))("%s", (way, options) => {
  it("jvp is the transpose of the gradient, and hvp symmetric and the change of it", {
    timeout: 60_000,
  }, async () => {
    const made = await compiled(
      text,
      { ...options, emit: ["solve", "gradient", "jvp", "hvp"] },
      inC.has(way),
    );
    opened.push(made);
    const { engine, problem } = made;
    const [u, v] = [directionOf(problem, 1), directionOf(problem, 2)];
    const gradient = engine.gradient(problem);
    const jvp = engine.jvp!(problem, u);
    const slope = dot(flat(gradient), flat(u));
    const size = flat(gradient).reduce((sum, value, i) => sum + Math.abs(value * flat(u)[i]!), 0);
    expect(jvp.at.status).toBe(0);
    expect(jvp.at.value).toBe(engine.solve(problem).value);
    expect(Math.abs(jvp.change.value - slope)).toBeLessThan(1e-13 * size);

    const [hu, hv] = [engine.hvp!(problem, u), engine.hvp!(problem, v)];
    expect(flat(hu.at)).toEqual(flat(gradient));
    expect(Math.abs(hu.change.value - slope)).toBeLessThan(1e-12 * size);
    const [uHv, vHu] = [dot(flat(u), flat(hv.change)), dot(flat(v), flat(hu.change))];
    const large = flat(hu.change).reduce((sum, value, i) => sum + Math.abs(value * flat(v)[i]!), 0);
    expect(Math.abs(uHv - vHu)).toBeLessThan(1e-12 * large);

    if (options.rtol === undefined) {
      // Differences of fourth order: rounding and the next term are both near 1e-10.
      const h = 1e-3;
      const at = (by: number): number[] => flat(engine.gradient(moved(problem, u, by)));
      const [a, b, c, d] = [at(-2 * h), at(-h), at(h), at(2 * h)] as [number[], number[], number[], number[]];
      const differences = a.map((_each, i) => (a[i]! - 8 * b[i]! + 8 * c[i]! - d[i]!) / (12 * h));
      const scale = Math.max(...flat(hu.change).map(Math.abs));
      flat(hu.change).forEach((value, i) => {
        expect(Math.abs(value - differences[i]!) / scale).toBeLessThan(2e-8);
      });
    }
    if (made.c === undefined) return;
    for (const [mine, theirs] of [
      [jvp.change, made.c.jvp!(problem, u).change],
      [hu.change, made.c.hvp!(problem, u).change],
    ] as const) {
      expect(Math.abs(theirs.value - mine.value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(mine.value)));
      const [left, right] = [Object.values(mine), Object.values(theirs)].map((values) =>
        values.flatMap((value) => (value instanceof Float64Array ? [...value] : [])),
      ) as [number[], number[]];
      const scale = Math.max(...left.map(Math.abs));
      left.forEach((value, i) => {
        expect(Math.abs(value - right[i]!)).toBeLessThan(1e-11 * scale);
      });
    }
  });
});

describe("the interval", () => {
  it.each(ways.filter(([, { rtol }]) => rtol === undefined))(
    "%s: a jvp along t0 and t1",
    async (way, options) => {
      const made = await compiled(
        text.replace("times: [0.3, 0.9],", "").replace(/at: .*\n/, ""),
        { ...options, emit: ["solve", "gradient", "jvp"] },
        way === "rk4, fixed",
      );
      opened.push(made);
      const { engine, problem } = made;
      for (const along of [{ t1: 1 }, { t0: 1 }, { t0: 0.3, t1: -0.5 }]) {
        const { change } = engine.jvp!(problem, along);
        const h = 1e-3;
        const at = (by: number): number => engine.solve(moved(problem, along, by)).value;
        const difference = (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
        expect(Math.abs(change.value - difference)).toBeLessThan(1e-8 * Math.max(1, Math.abs(difference)));
        const inC = made.c?.jvp?.(problem, along).change.value ?? change.value;
        expect(Math.abs(inC - change.value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(change.value)));
      }
    },
  );
});

describe("the interval of adaptive steps", () => {
  it.each(["dopri5", "radau5", "rodas4"])("%s: t0, t1 and observation times", async (method) => {
    const options = { method, rtol: 1e-10, atol: 1e-12, emit: ["solve", "jvp"] };
    // Without kinks inside of steps, which move with the interval, and with no observation where a piece ends.
    const smooth = text
      .replace(/running: .*\n/, "")
      .replace("linear(4,", "cubic(4,")
      .replace("hold, linear", "cubic, hold");
    const { engine, problem } = await compiled(smooth, options, false);
    const at = (by: number, of: "t0" | "t1" | number): number => {
      const moved =
        typeof of === "number"
          ? { times: problem.times.map((time, k) => (k === of ? time + by : time)) }
          : { [of]: problem[of] + by };
      return engine.solve({ ...problem, ...moved }).value;
    };
    // The end is moved inwards, so that the observation there stays inside; pieces and knots move with the interval.
    const inner = { ...problem, times: Float64Array.of(0.35, 0.8) };
    for (const [along, of] of [
      [{ t0: 1 }, "t0"],
      [{ t1: 1 }, "t1"],
      [{ times: Float64Array.of(1, 0) }, 0],
      [{ times: Float64Array.of(0, 1) }, 1],
    ] as const) {
      problem.times.set(inner.times);
      const { change } = engine.jvp!(problem, along);
      const h = 1e-3;
      const difference = (at(-2 * h, of) - 8 * at(-h, of) + 8 * at(h, of) - at(2 * h, of)) / (12 * h);
      expect(Math.abs(change.value - difference), String(of)).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(difference)),
      );
    }
  });
});

it("what fails has no tangent that looks like one", async () => {
  const { engine, problem } = await compiled(
    text,
    { method: "rk4", emit: ["solve", "gradient", "jvp", "hvp"] },
    false,
  );
  const bad = { ...problem, params: problem.params.map(() => Number.NaN) };
  const u = directionOf(problem, 1);
  expect(engine.jvp!(problem, u).at.status).toBe(0);
  const { at, change } = engine.jvp!(bad, u);
  expect(at.status).not.toBe(0);
  expect([change.value, ...change.states].every(Number.isNaN)).toBe(true);
  const second = engine.hvp!(bad, u);
  expect(second.at.status).not.toBe(0);
  expect([second.change.value, ...flat(second.change)].every(Number.isNaN)).toBe(true);
});

describe("beside other things", () => {
  it("a density has no tangent, and stands in nobody's way", async () => {
    const made = await compiled(text, { method: "rk4", density: true, emit: ["solve", "gradient", "hvp"] });
    opened.push(made);
    const plain = await compiled(text, { method: "rk4", emit: ["solve", "gradient", "hvp"] }, false);
    const u = directionOf(made.problem, 1);
    const want = plain.engine.hvp!(plain.problem, u);
    for (const engine of [made.engine, made.c]) {
      if (engine === undefined) continue;
      const { at, change } = engine.hvp!(made.problem, u);
      expect(at.density!.some((value) => value !== 0)).toBe(true);
      flat(change).forEach((value, i) => {
        expect(Math.abs(value - flat(want.change)[i]!)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
      });
    }
  });

  it("the user's own rule is followed by the jvp, and differentiated in the hvp", async () => {
    const rule = `import { custom, ode } from "odegrad";
const cube = custom((x: number) => x * x * x, { jvp: (x: number, dx: number) => 3 * x * x * dx });
export const model = ode({
  state: { x: 0.7 },
  params: { k: 1.3 },
  rhs: ({ x }, { k }) => ({ x: -k * cube(x) }),
  loss: { terminal: ({ x }, { k }) => cube(x * k) },
  solver: { t1: 1, steps: 10 },
});`;
    const own = await compiled(rule, { emit: ["solve", "gradient", "jvp", "hvp"] }, false);
    const plain = await compiled(
      rule.replace(/custom\((.*), \{.*\}\);/, "$1;").replace("custom, ", ""),
      { emit: ["solve", "gradient", "jvp", "hvp"] },
      false,
    );
    const along = { state0: Float64Array.of(0.4), params: Float64Array.of(-0.9) };
    const [a, b] = [own.engine.hvp!(own.problem, along), plain.engine.hvp!(plain.problem, along)];
    for (const [got, want] of [
      [a.change.params[0]!, b.change.params[0]!],
      [a.change.state0[0]!, b.change.state0[0]!],
      [
        own.engine.jvp!(own.problem, along).change.value,
        plain.engine.jvp!(plain.problem, along).change.value,
      ],
    ] as const)
      expect(Math.abs(got - want)).toBeLessThan(1e-13 * Math.max(1, Math.abs(want)));
  });
});
