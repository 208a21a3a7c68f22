/** How generated code behaves from call to call: state, statuses, capacities, in JavaScript and in C alike. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, Problem } from "../../compiler/execute/problem.ts";
import { status } from "../../compiler/module.ts";
import { type Compiled, compiled, compiler } from "../support/compiled.ts";

const text = `
import { ode, vec, hold } from "odegrad";
export const model = ode({
  state: { x: 1, u: vec(3, [0.5, -0.2, 0.1]) },
  params: { rate: 0.7, w: vec(3, [1, 2, 3]) },
  inputs: { push: hold(4, 0.1) },
  data: { seen: vec(2, [0.9, 0.8]) },
  rhs: ({ x, u }, { rate, w }, { inputs: { push }, t }) => {
    const du = vec(3);
    for (let i = 0; i < 3; i++) du[i] = w[i] * Math.sin(u[i] * x) + push - 0.1 * t;
    return { x: -rate * x * x + u[0], u: du };
  },
  times: [0.5, 1],
  loss: {
    at: ({ x }, _p, { k, data }) => (x - data.seen[k]) ** 2,
    terminal: ({ u }) => u[0] * u[1] * u[2],
    running: ({ x }, _p, { inputs }) => 0.01 * (x * x + inputs.push ** 2),
  },
  solver: { method: "dopri5", t1: 1, steps: 8 },
});`;

let made: Compiled;
beforeAll(async () => {
  made = await compiled(text);
});
afterAll(() => made.c?.close());

const targets = ["js", "c"] as const;
const engineOf = (target: (typeof targets)[number]): Engine => (target === "js" ? made.engine : made.c!);

describe.each(targets)("%s", (target) => {
  const run = target === "c" && compiler === undefined ? it.skip : it;
  const ask = (change: Partial<Problem>) => engineOf(target).gradient({ ...made.problem, ...change });

  run("the same question has the same bits, whatever was asked between", () => {
    const first = ask({});
    const other = ask({ params: made.problem.params.map((value) => value * 1.5), steps: 4 });
    const again = ask({});
    expect(first.status).toBe(status.ok);
    expect(again).toEqual(first);
    expect(other.value).not.toBe(first.value);
  });

  run("the solve has the value of the gradient", () => {
    expect(engineOf(target).solve(made.problem).value).toBe(ask({}).value);
  });

  run("bad questions end with a status and NaN, never with an older answer", () => {
    const cases: [Partial<Problem>, number][] = [
      [{ steps: 0 }, status.badArgument],
      [{ steps: 6 }, status.badArgument],
      [{ steps: 80 }, status.stepLimit],
      [{ t1: 0 }, status.badArgument],
      [{ t1: Number.NaN }, status.badArgument],
      [{ t1: Infinity }, status.badArgument],
      [{ times: Float64Array.of(0.5, 0.99) }, status.badArgument],
      [{ times: Float64Array.of(1, 0.5) }, status.badArgument],
      [{ times: Float64Array.of(0.5, 2) }, status.badArgument],
      [{ times: Float64Array.of(Number.NaN, 1) }, status.badArgument],
      [{ params: Float64Array.of(Number.NaN, 1, 2, 3) }, status.notFiniteField],
      [{ params: Float64Array.of(-1e300, 1, 2, 3) }, status.notFiniteField],
    ];
    for (const [change, code] of cases) {
      ask({});
      const answer = ask(change);
      expect(answer.status, JSON.stringify(change)).toBe(code);
      for (const record of [[answer.value], answer.params, answer.state0, answer.inputs]) {
        expect([...record].every(Number.isNaN)).toBe(true);
      }
    }
  });

  run("observations may coincide with each other, the start and the end", () => {
    const answer = engineOf(target).solve({ ...made.problem, times: Float64Array.of(0, 0) });
    expect(answer.status).toBe(status.ok);
    expect([...answer.states.subarray(0, 4)]).toEqual([1, 0.5, -0.2, 0.1]);
    expect(answer.states.subarray(4)).toEqual(answer.states.subarray(0, 4));
  });

  run("time may run backwards", () => {
    const answer = ask({ t1: -1, times: Float64Array.of(-0.5, -1) });
    expect(answer.status).toBe(status.ok);
    expect(Number.isFinite(answer.value)).toBe(true);
  });
});

describe("the JavaScript module", () => {
  it("leaves its inputs as they were", () => {
    const { io } = made.loaded;
    made.engine.gradient(made.problem);
    expect(io.state0).toEqual(made.problem.state0);
    expect(io.params).toEqual(made.problem.params);
    expect(io.inputs).toEqual(made.problem.inputs);
    expect(io.data).toEqual(made.problem.data);
  });

  it("accumulates in fieldVjp, leaves the seed alone, and is the transpose of fieldJvp", () => {
    const { field, fieldVjp, fieldJvp } = made.loaded;
    const [y, p, push, data] = [
      made.problem.state0,
      made.problem.params,
      Float64Array.of(0.3),
      made.problem.data,
    ];
    const w = Float64Array.of(0.3, -1, 0.7, 0.2);
    const seed = w.slice();
    const bars = [
      new Float64Array(4).fill(1),
      new Float64Array(4).fill(2),
      new Float64Array(1).fill(3),
    ] as const;
    fieldVjp(0.4, y, p, push, data, w, ...bars);
    expect(w).toEqual(seed);
    const dots = [
      Float64Array.of(1, -2, 0.5, 0.1),
      Float64Array.of(0.2, 0.4, -1, 3),
      Float64Array.of(-0.6),
    ] as const;
    const dyDot = new Float64Array(4);
    fieldJvp(0.4, y, p, push, data, ...dots, dyDot);
    const left = dyDot.reduce((sum, value, i) => sum + value * w[i]!, 0);
    const right = bars.reduce(
      (sum, bar, record) =>
        sum + bar.reduce((inner, value, i) => inner + (value - record - 1) * dots[record]![i]!, 0),
      0,
    );
    expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-14 * Math.abs(left) + 1e-14);
    const dy = new Float64Array(4);
    field(0.4, y, p, push, data, dy);
    expect(dy[0]).toBe(-0.7 * 1 * 1 + 0.5);
  });

  it("reserves room for more steps, and says what it does not know", () => {
    const { reserve, gradient, simulate, valueAndGradient, io } = made.loaded as unknown as {
      reserve(options: object): void;
      gradient(): number;
      simulate(question?: object): {
        status: number;
        t: number[];
        state: Record<string, number[]>;
        value: number;
      };
      valueAndGradient(question?: object): { status: number; gradient: { inputs: { push: number[] } } };
      io: { control: Float64Array };
    };
    made.engine.gradient(made.problem);
    io.control[2] = 400;
    expect(gradient()).toBe(status.stepLimit);
    reserve({ maxSteps: 400 });
    expect(gradient()).toBe(status.ok);
    const answer = simulate({ steps: 8, params: { rate: 0.5 }, state: { u: [0, 0, 0] } });
    expect(answer.t).toEqual([0.5, 1]);
    expect(answer.state["x"]).toHaveLength(2);
    expect(valueAndGradient({}).gradient.inputs.push).toHaveLength(4);
    expect(() => simulate({ params: { rat: 1 } })).toThrow(/no parameter of the name rat; there is rate, w/);
    expect(() => simulate({ parms: {} })).toThrow(/no option of the name parms/);
    expect(() => simulate({ params: { w: [1, 2] } })).toThrow(/w has the shape 3/);
    expect(() => reserve({ batch: 2 })).toThrow(RangeError);
  });
});
