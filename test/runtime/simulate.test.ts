import { describe, expect, test } from "vitest";
import { build } from "../../compiler/compile.ts";
import { cubic, hold, linear, mat, ode, type Signal, vec } from "../../runtime/index.ts";
import { simulate } from "../../runtime/simulate.ts";
import { coefficients } from "../../runtime/tableaus.ts";
import { cases, load, numbersIn, referenceModels } from "./reference.ts";

/** `--method rk4 --steps 10 --t1 2` as options. */
function optionsOf(args: readonly string[]): Record<string, number | string> {
  const options: Record<string, number | string> = {};
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i]!.slice(2);
    options[name] = name === "method" ? args[i + 1]! : Number(args[i + 1]);
  }
  return options;
}

/** Equal to 1e-12 of the largest magnitude. */
function expectClose(actual: unknown, expected: unknown): void {
  const [a, e] = [numbersIn(actual), numbersIn(expected)];
  expect(a.length).toBe(e.length);
  const scale = Math.max(...e.map(Math.abs));
  e.forEach((value, i) => {
    expect(Math.abs(a[i]! - value)).toBeLessThanOrEqual(1e-12 * scale);
  });
}

describe("reference models", () => {
  // Kepler is declared by its energy and cnf-2d calls an operator: both need generated code.
  const needCompiling = ["kepler", "cnf-2d"];
  for (const name of referenceModels) {
    for (const wanted of cases(name)) {
      const options = optionsOf(wanted.args);
      if (wanted.command === "eval" || name === "field-mlp" || !coefficients(String(options["method"])))
        continue;
      test(`${name} ${wanted.command} ${wanted.file ?? ""} ${wanted.args.join(" ")}`, async () => {
        const { declaration } = await load(name, wanted.file);
        if (needCompiling.includes(name)) {
          expect(() => simulate(declaration, options)).toThrow("not compiled");
          return;
        }
        const run = simulate(declaration, options);
        expectClose(run.value, wanted.value);
        if (wanted.command !== "run") return;
        expectClose(run.t, wanted.t);
        for (const [leaf, values] of Object.entries(wanted.state as object))
          expectClose(run.state[leaf], values);
        for (const [leaf, values] of Object.entries((wanted.outputs as object) ?? {})) {
          expectClose(run.outputs[leaf], values);
        }
      });
    }
  }
});

/** y' = the input, from 0: the state at t is the integral of the signal. */
const integral = (u: Signal<number>) =>
  ode({
    state: { y: 0 },
    inputs: { u },
    rhs: (_state, _params, { inputs }) => ({ y: inputs.u }),
    solver: { method: "rk4", t1: 2, steps: 8 },
  });

describe("inputs", () => {
  test("hold: every stage of a step sees the piece the step lies in", () => {
    const u = hold(4, 0, (k) => k + 1);
    const observed = ode({ ...integral(u).declaration, times: [0.5, 1, 1.5, 2] });
    expectClose(observed.simulate().state.y, [0.5, 1.5, 3, 5]);
  });

  test("hold: a boundary sees the piece that ends there, t0 the first, terminal the last", () => {
    const seen: number[] = [];
    const model = ode({
      state: { y: 0 },
      inputs: { u: hold(2, 0, (k) => k + 1) },
      rhs: () => ({ y: 0 }),
      times: [0, 1, 2],
      loss: {
        at: (_state, _params, { inputs, k, t }) => {
          seen.push(k, t, inputs.u);
          return 0;
        },
        terminal: (_state, _params, { inputs, t }) => 100 * inputs.u + t,
      },
      solver: { method: "euler", t1: 2, steps: 4 },
    });
    expect(model.loss()).toBe(202);
    expect(seen).toEqual([0, 0, 1, 1, 1, 1, 2, 2, 2]);
  });

  test("hold: steps that are no multiple of the pieces are refused", () => {
    expect(() => integral(hold(3)).simulate()).toThrow("steps: 8 is no multiple of the 3 pieces of inputs.u");
  });

  test("knots in another shape than their leaf are refused", () => {
    const u = linear(3, vec(2), (k) => (k === 1 ? [1] : [1, 2]));
    const model = ode({
      state: { y: 0 },
      inputs: { u },
      rhs: (_state, _params, { inputs }) => ({ y: inputs.u[1]! }),
      solver: { method: "rk4", t1: 2, steps: 8 },
    });
    expect(() => model.simulate()).toThrow("inputs.u.1 needs 2 entries");
  });

  test("linear: Simpson's rule on the pieces is exact", () => {
    const u = linear(5, 0, (k) => [1, 3, -1, 2, 0][k]!);
    expect(integral(u).simulate().state.y[0]).toBeCloseTo(0.5 * (0.5 + 3 - 1 + 2 + 0), 14);
  });

  test("cubic: passes through its knots and has no curvature at the ends", () => {
    const knots = [1, 3, -1, 2, 0];
    const model = ode({
      state: { y: 0 },
      inputs: { u: cubic(5, 0, (k) => knots[k]!) },
      rhs: () => ({ y: 0 }),
      outputs: { u: (_state, _params, { inputs }) => inputs.u },
      times: Array.from({ length: 401 }, (_, i) => i / 100),
      solver: { method: "euler", t1: 4, steps: 400 },
    });
    const u = model.simulate().outputs.u;
    knots.forEach((knot, k) => {
      expect(u[100 * k]).toBeCloseTo(knot, 14);
    });
    const curvature = (i: number) => (u[i - 1]! - 2 * u[i]! + u[i + 1]!) / 1e-4;
    expect(Math.abs(curvature(1))).toBeLessThan(0.2);
    expect(curvature(100)).toBeCloseTo((curvature(99) + curvature(101)) / 2, 0);
    // Half way between knots the cubic part is -(M_k + M_{k+1}) / 16.
    const [M1, M2, M3] = solve3([-36, 42, -30]);
    expect(u[150]).toBeCloseTo((3 - 1) / 2 - (M1 + M2) / 16, 13);
    expect(u[350]).toBeCloseTo((2 + 0) / 2 - M3 / 16, 13);
  });

  test("a record per piece, replaced at run time by plain arrays", () => {
    const model = ode({
      state: { x: vec(2, 1) },
      inputs: { layer: hold(2, { W: mat(2, 2, [1, 0, 0, 1]), b: 0 }) },
      rhs: ({ x }, _params, { inputs: { layer } }) => ({
        x: layer.W.map((row) => row[0]! * x[0]! + row[1]! * x[1]! + layer.b),
      }),
      solver: { method: "euler", t1: 2, steps: 2 },
    });
    expect(model.simulate().state.x).toEqual([Float64Array.of(4, 4)]);
    const layer = [
      {
        W: [
          [0, 1],
          [0, 0],
        ],
        b: 1,
      },
      {
        W: [
          [0, 0],
          [0, 0],
        ],
        b: 10,
      },
    ];
    expect(model.simulate({ inputs: { layer } }).state.x).toEqual([Float64Array.of(13, 12)]);
    expect(() => model.simulate({ inputs: { layer: layer.slice(1) } })).toThrow(
      "inputs.layer needs 2 entries",
    );
  });
});

/** M for [4 1 0; 1 4 1; 0 1 4] M = r. */
function solve3(r: readonly [number, number, number]): [number, number, number] {
  const M2 = (r[1] - (r[0] + r[2]) / 4) / (4 - 0.5);
  return [(r[0] - M2) / 4, M2, (r[2] - M2) / 4];
}

describe("grid, options, errors", () => {
  const decay = ode({
    state: { y: 1 },
    params: { rate: 1, length: 2 },
    rhs: ({ y }, { rate }) => ({ y: -rate * y }),
    loss: { terminal: ({ y }) => y },
    solver: { method: "euler", t1: 1, steps: 10 },
  });

  test("options win over the declaration, and dt over declared steps", () => {
    expect(decay.loss()).toBeCloseTo(0.9 ** 10, 15);
    expect(decay.loss({ dt: 0.5 })).toBeCloseTo(0.25, 15);
    expect(decay.loss({ steps: 1, params: { rate: 0.5 }, state: { y: 4 } })).toBe(2);
    expect(decay.loss({ t0: 0.5, steps: 1 })).toBe(0.5);
    expect(decay.loss({ method: "rk4", steps: 1, t1: 0.1 })).toBeCloseTo(Math.exp(-0.1), 6);
  });

  test("what does not fit is refused, with its name", () => {
    expect(() => decay.loss({ state: { y: "1" as never } })).toThrow("state.y is no number");
  });

  test("what needs generated code says what it is, and the ways to compile", () => {
    const ways = "not compiled. Use a bundler plugin";
    expect(() => decay.loss({ method: "gauss2" })).toThrow(`simulate with the method gauss2: ${ways}`);
    const fixed = "simulate with adaptive steps (rtol, atol), where fixed ones, `steps` or `dt`, would do:";
    for (const options of [{ rtol: 1e-6 }, { atol: 1e-6 }]) {
      expect(() => decay.loss(options)).toThrow(`${fixed} ${ways}`);
    }
    const adaptive = ode({
      state: { y: 1 },
      rhs: ({ y }) => ({ y }),
      solver: { method: "tsit5", atol: 1e-6 },
    });
    expect(() => adaptive.loss()).toThrow(fixed);
    expect(adaptive.simulate({ steps: 50 }).state.y[0]).toBeCloseTo(Math.E, 8);
    const bounces = ode({ state: { y: 1 }, rhs: ({ y }) => ({ y }), events: { when: ({ y }) => y - 2 } });
    expect(() => bounces.simulate()).toThrow(`simulate with events: ${ways}`);
    const kepler = ode({ state: { q: 1, p: 0 }, hamiltonian: ({ q, p }) => (q * q + p * p) / 2 });
    expect(() => kepler.simulate()).toThrow(`simulate with a hamiltonian: ${ways}`);
  });

  test("without a solver the interval is [0, 1] in 100 steps, or as many more as pieces and times need", () => {
    const declared = { state: { y: 1 }, rhs: ({ y }: { y: number }) => ({ y: -y * y }) };
    const loss = { terminal: ({ y }: { y: number }) => y };
    const value = ode({ ...declared, loss, solver: { method: "rk4", t0: 0, t1: 1, steps: 100 } }).loss();
    expect(ode({ ...declared, loss }).loss()).toBe(value);
    expect(ode({ ...declared, loss, solver: { t1: 1 } }).loss()).toBe(value);
    expect(ode({ ...declared, loss, solver: { steps: 100 } }).loss()).toBe(value);
    expect(ode({ ...declared, loss, solver: { t1: 2 } }).loss({ t1: 1 })).toBe(value);

    const text = `import { hold, ode } from "odegrad";
export const held = ode({
  state: { y: 1 }, inputs: { u: hold(7, 0.5) }, times: [0.5, 0.6],
  rhs: ({ y }, _, { inputs: { u } }) => ({ y: u - y * y }), loss: { at: ({ y }) => y * y },
});`;
    const { steps } = build({ file: "held.ode.ts", text, host: { read: () => undefined } }, {}).ready!.module
      .solver;
    expect(steps).toBe(140);
    const held = ode({
      ...{ state: { y: 1 }, inputs: { u: hold(7, 0.5) }, times: [0.5, 0.6] },
      rhs: ({ y }, _, { inputs: { u } }) => ({ y: u - y * y }),
      loss: { at: ({ y }) => y * y },
    });
    expect(held.loss()).toBe(held.loss({ steps }));
  });

  test("an option that there is not is refused with the one that was meant", () => {
    const asked = { stesp: 3 } as object;
    for (const ask of [decay.simulate, decay.outputs, decay.loss])
      expect(() => ask(asked)).toThrow("there is no option stesp: did you mean steps?");
    expect(() => decay.simulate({ quux: 3 } as object)).toThrow(
      "there is no option quux, only state, params",
    );
  });

  test("a name that a record does not have is refused, and a state that is computed", () => {
    const own = ode({
      ...{ state: { y: 1 }, params: { k: 2 }, inputs: { u: hold(10, 0) }, data: { goal: 1 } },
      rhs: ({ y }, { k }, { inputs: { u }, data: { goal } }) => ({ y: k * (goal - y) + u }),
      solver: { t1: 1, steps: 10 },
    });
    const asked = [
      [{ params: { q: 3 } }, "params has no q, only k"],
      [{ state: { z: 3 } }, "state has no z, only y"],
      [{ data: { aim: 3 } }, "data has no aim, only goal"],
      [{ inputs: { v: [] } }, "inputs has no v, only u"],
    ] as const;
    for (const [options, words] of asked) {
      expect(() => own.simulate(options as object)).toThrow(RangeError);
      expect(() => own.loss(options as object)).toThrow(words);
    }
    const computed = ode({
      state: { y: 1 },
      initial: () => ({ y: 2 }),
      rhs: ({ y }) => ({ y: -y }),
      solver: { t1: 1, steps: 1 },
    });
    const unasked: object = { state: { y: 3 } };
    expect(() => computed.simulate(unasked)).toThrow("state is computed by initial");
  });

  test("times within rounding of a boundary are that boundary", () => {
    const observed = ode({ ...decay.declaration, times: [0.5] });
    expect(observed.simulate({ times: [0.1 + 0.2] }).state.y[0]).toBeCloseTo(0.729, 14);
  });

  test("a derivative that is missing or of another length is refused", () => {
    const model = (rhs: () => object) =>
      ode({ state: { x: vec(2), z: 0 }, rhs: rhs as never, solver: { t1: 1, steps: 1 } });
    expect(() => model(() => ({ x: [1, 2] })).simulate()).toThrow("state.z is no number");
    expect(() => model(() => ({ x: [1], z: 0 })).simulate()).toThrow("state.x needs 2 entries");
    expect(() => model(() => ({ x: [1, 2, 3], z: 0 })).simulate()).toThrow("state.x needs 2 entries");
  });

  test("initial is a function of parameters and data, and tuples keep their shape", () => {
    const model = ode({
      state: { pair: [0, vec(2)] },
      params: { scale: 3 },
      data: { start: vec(2, [1, 2]) },
      initial: ({ scale }, { data }) => ({ pair: [scale, [data.start[0]!, data.start[1]!]] }),
      rhs: ({ pair: [s, v] }) => ({ pair: [-s, v] }),
      solver: { method: "euler", t1: 1, steps: 1 },
    });
    expect(model.simulate().state.pair).toEqual([[0, Float64Array.of(2, 4)]]);
    expect(model.simulate({ data: { start: [5, 6] } }).state.pair).toEqual([[0, Float64Array.of(10, 12)]]);
  });

  test("derivatives are refused with the ways to compile", () => {
    for (const ask of [decay.gradient, decay.valueAndGradient, decay.jvp, decay.hvp] as (() => unknown)[]) {
      expect(ask).toThrow(/not compiled.*bundler plugin.*node --import odegrad\/register.*odegrad compile/);
    }
  });
});
