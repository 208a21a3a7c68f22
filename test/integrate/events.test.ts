/**
 * Events: closed forms of a bouncing ball, of a stop and of a boundary that parameters and time move; and the gradient
 * as the transpose of forward mode through the same program, root finding included, in JavaScript and C.
 */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled } from "../support/compiled.ts";
import { opening } from "../support/opened.ts";

const solver = 'solver: { method: "dopri5", rtol: 1e-9, atol: 1e-11, t1: 1.2 }';
const open = opening();

/** A ball over a floor: `more` goes into the declaration. */
const ball = (more: string, direction = -1): string => `import { ode, vec } from "odegrad";
export const ball = ode({
  state: { height: 1, speed: 0 },
  params: { gravity: 9.81, bounce: 0.8, floor: 0.1 },
  rhs: ({ speed }, { gravity }) => ({ height: speed, speed: -gravity }),
  events: {
    when: ({ height }, { floor }) => height - floor,
    direction: ${direction},
    then: ({ height, speed }, { bounce }) => ({ height, speed: -bounce * speed }),
  },
  ${more}
  ${solver},
});`;

/** Height at a time by parabolas; gradient by central differences of the closed form in all of its arguments. */
function heightAt([h0, v0, g, b, floor]: readonly number[], end: number): number {
  let [h, v, t] = [h0!, v0!, 0];
  for (;;) {
    const fall = (v + Math.sqrt(v * v + 2 * g! * (h - floor!))) / g!;
    if (t + fall > end) return h + v * (end - t) - (g! * (end - t) ** 2) / 2;
    t += fall;
    v = -b! * (v - g! * fall);
    h = floor!;
  }
}
const point = [1, 0, 9.81, 0.8, 0.1];
const differences = (f: (at: readonly number[]) => number): number[] =>
  point.map((value, i) => {
    const at = (by: number): number => f(point.with(i, value + by));
    const h = 1e-4;
    return (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
  });

describe("a bouncing ball", () => {
  it.each(["dopri5", "tsit5", "dopri8", "bosh3"])(
    "%s: value and gradient of the closed form",
    async (method) => {
      const made = await open(
        ball("loss: { terminal: ({ height }) => height },"),
        { method },
        method === "dopri5",
      );
      for (const end of [0.3, 0.6, 1.2, 1.9]) {
        const truth = differences((at) => heightAt(at, end));
        for (const engine of [made.engine, made.c]) {
          if (engine === undefined) continue;
          const { status, value, state0, params } = engine.gradient({ ...made.problem, t1: end });
          expect(status).toBe(0);
          expect(Math.abs(value - heightAt(point, end))).toBeLessThan(1e-9);
          [...state0, ...params].forEach((got, i) => {
            expect(Math.abs(got - truth[i]!), `${end}, ${i}`).toBeLessThan(
              1e-7 * Math.max(1, Math.abs(truth[i]!)),
            );
          });
        }
      }
    },
  );

  it.each(["step", "store-all"])("the plan %s gives the same", async (adjoint) => {
    const text = ball("loss: { terminal: ({ height, speed }) => height + 0.1 * speed },");
    const [one, other] = [await open(text, {}, false), await open(text, { adjoint }, false)];
    const [a, b] = [one.engine.gradient(one.problem), other.engine.gradient(other.problem)];
    [...a.state0, ...a.params].forEach((value, i) => {
      expect(Math.abs(value - [...b.state0, ...b.params][i]!)).toBeLessThan(
        1e-13 * Math.max(1, Math.abs(value)),
      );
    });
  });

  it("observations on the way, one of them at an event", async () => {
    const first = Math.sqrt((2 * 0.9) / 9.81);
    const times = [0.2, first, 0.9];
    const text = ball(
      `times: [${times.join(", ")}], data: { seen: vec(3, [0.5, 0.2, 0.3]) },
  loss: { at: ({ height }, _params, { k, data }) => (height - data.seen[k]) ** 2 },`,
    );
    const made = await open(text);
    const seen = [0.5, 0.2, 0.3];
    // What is seen at the event is the floor, on either side of it: there the loss of it has a kink in time alone.
    const loss = (at: readonly number[]): number =>
      times.reduce((sum, time, k) => sum + (heightAt(at, time) - seen[k]!) ** 2, 0);
    for (const engine of [made.engine, made.c]) {
      if (engine === undefined) continue;
      const { status, value, params } = engine.gradient(made.problem);
      expect(status).toBe(0);
      expect(Math.abs(value - loss(point))).toBeLessThan(1e-9);
      // One-sided: a lower floor is reached later than the observation.
      expect([...params].every(Number.isFinite)).toBe(true);
    }
    const { engine, problem } = await open(text.replace(String(first), "0.4"), {}, false);
    const truth = differences((at) =>
      [0.2, 0.4, 0.9].reduce((sum, time, k) => sum + (heightAt(at, time) - seen[k]!) ** 2, 0),
    );
    const got = engine.gradient(problem);
    [...got.state0, ...got.params].forEach((value, i) => {
      expect(Math.abs(value - truth[i]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(truth[i]!)));
    });
  });

  it("rising through the floor is no event for a ball that falls", async () => {
    const { engine, problem } = await open(ball("loss: { terminal: ({ height }) => height },", 1), {}, false);
    const { value } = engine.solve(problem);
    expect(Math.abs(value - (1 - (9.81 * 1.44) / 2))).toBeLessThan(1e-9);
  });
});

describe("a state that jumps away from the event", () => {
  const fires = (direction: string): string => `import { ode } from "odegrad";
export const cell = ode({
  state: { x: 0 },
  params: { k: 3 },
  rhs: (_state, { k }) => ({ x: 0.5 * k }),
  events: { when: ({ x }) => x - 0.4, ${direction} then: ({ x }, { k }) => ({ x: x - 0.1 * k }) },
  loss: { terminal: ({ x }) => x },
  solver: { method: "dopri5", rtol: 1e-8, t1: 1 },
});`;
  const lifted = `import { ode } from "odegrad";
export const ball = ode({
  state: { height: 1, speed: 0, count: 0 },
  params: { gravity: 9.81 },
  rhs: ({ speed }, { gravity }) => ({ height: speed, speed: -gravity, count: 0 }),
  events: {
    when: ({ height }) => height,
    direction: -1,
    then: ({ count }) => ({ height: 1, speed: 0, count: count + 1 }),
  },
  loss: { terminal: ({ height, count }) => height + count },
  solver: { method: "dopri5", rtol: 1e-8, t1: 2 },
});`;
  const fall = Math.sqrt(2 / 9.81);
  const left = 2 - 4 * fall;
  const cases = [
    // Four times 0.3 less than 1.5; of k, 0.5 less four times 0.1.
    { name: "fires when it rises", text: fires("direction: 1,"), value: 0.3, ofParameter: 0.1 },
    { name: "fires either way", text: fires(""), value: 0.3, ofParameter: 0.1 },
    {
      name: "is lifted four times",
      text: lifted,
      value: 5 - (9.81 * left ** 2) / 2,
      ofParameter: -(left ** 2) / 2 - 9.81 * left * ((4 * fall) / (2 * 9.81)),
    },
  ];
  it.each(
    cases.flatMap((one) =>
      [{}, { method: "rk4", steps: 3 }, { method: "rk4", steps: 20 }].map((options) => ({ ...one, options })),
    ),
  )("$name with $options", async ({ text, options, value, ofParameter }) => {
    const made = await open(text, options, options.steps !== 20);
    for (const engine of [made.engine, made.c]) {
      if (engine === undefined) continue;
      const got = engine.gradient(made.problem);
      expect(got.status).toBe(0);
      expect(Math.abs(got.value - value)).toBeLessThan(1e-12);
      expect(Math.abs(got.params[0]! - ofParameter)).toBeLessThan(1e-11);
    }
  });
});

describe("a stop", () => {
  const thrown = `import { ode } from "odegrad";
export const thrown = ode({
  state: { x: 0, y: 0.5, vx: 3, vy: 4 },
  params: { gravity: 9.81, slope: 0.2 },
  rhs: ({ vx, vy }, { gravity }) => ({ x: vx, y: vy, vx: 0, vy: -gravity }),
  events: { when: ({ x, y }, { slope }) => y - slope * x, direction: -1, stop: true },
  times: [0.1, 5],
  loss: { terminal: ({ x }, _params, { t }) => x + 2 * t },
  solver: { method: "dopri5", rtol: 1e-9, atol: 1e-11, t1: 5 },
});`;
  /** Where and when a throw meets the slope. */
  const truth = ([x, y, vx, vy, g, s]: readonly number[]): number => {
    const [a, b, c] = [-g! / 2, vy! - s! * vx!, y! - s! * x!];
    const t = (-b - Math.sqrt(b * b - 4 * a * c)) / (2 * a);
    return x! + vx! * t + 2 * t;
  };
  const at = [0, 0.5, 3, 4, 9.81, 0.2];

  it("ends there, with the gradient of the place and the time", async () => {
    const made = await open(thrown);
    const want = at.map((value, i) => {
      const f = (by: number): number => truth(at.with(i, value + by));
      return (f(-2e-4) - 8 * f(-1e-4) + 8 * f(1e-4) - f(2e-4)) / 1.2e-3;
    });
    for (const engine of [made.engine, made.c]) {
      if (engine === undefined) continue;
      const { status, value, state0, params } = engine.gradient(made.problem);
      expect(status).toBe(0);
      expect(Math.abs(value - truth(at))).toBeLessThan(1e-9);
      [...state0, ...params].forEach((got, i) => {
        expect(Math.abs(got - want[i]!)).toBeLessThan(1e-7 * Math.max(1, Math.abs(want[i]!)));
      });
      // What would be observed later sees the state at the stop.
      const { states } = engine.solve(made.problem);
      expect(Math.abs(states[5]! - 0.2 * states[4]!)).toBeLessThan(1e-12);
    }
  });
});

/** Everything at once: time in the field, in `when` and in `then`, a running loss, a signal and pieces. */
const busy = `import { hold, linear, ode } from "odegrad";
export const busy = ode({
  state: { x: 1, v: 0.2 },
  params: { k: 9, bounce: 0.7, wall: -0.3 },
  inputs: { push: hold(3, 0, (k) => [0.4, -0.7, 0.2][k]), wind: linear(4, 0, (k) => 0.3 * k) },
  rhs: ({ x, v }, { k }, { t, inputs: { push, wind } }) => ({ x: v, v: -k * x + push * Math.sin(3 * t) + wind }),
  events: {
    when: ({ x }, { wall }, { t, inputs: { push } }) => x - wall - 0.1 * Math.sin(t) - 0.01 * push,
    direction: -1,
    then: ({ x, v }, { bounce }, { t }) => ({ x: x + 0.01 * t, v: -bounce * v + 0.1 * t }),
  },
  times: [0.7, 1.9, 3],
  loss: {
    terminal: ({ x, v }) => x * x + 0.3 * v,
    running: ({ x, v }, { k }, { t }) => 0.1 * x * x * (1 + t) + 0.02 * k * v,
    at: ({ x }, { wall }) => (x - wall) ** 2,
  },
  solver: { method: "dopri5", rtol: 1e-7, atol: 1e-9, t1: 3 },
});`;

describe("the gradient is the transpose of forward mode through the program", () => {
  it.each(["dopri5", "tsit5", "dopri8", "bosh3", "heun", "rk4", "euler", "rk38"])(
    "%s",
    { timeout: 60_000 },
    async (method) => {
      const options: Options = {
        method,
        emit: ["solve", "gradient", "jvp"],
        ...(method === "heun" ? { rtol: 1e-4, atol: 1e-6 } : {}),
        ...(/^(rk|euler)/.test(method) ? { steps: 60 } : {}),
      };
      const made = await open(busy, options, method === "dopri5");
      for (const engine of [made.engine, made.c]) {
        if (engine === undefined) continue;
        const { problem } = made;
        const got = engine.gradient(problem);
        expect(got.status).toBe(0);
        const all = [...got.state0, ...got.params, ...got.inputs];
        let entry = 0;
        for (const record of ["state0", "params", "inputs"] as const)
          for (let i = 0; i < problem[record].length; i++) {
            const along = { [record]: problem[record].map((_, j) => (i === j ? 1 : 0)) };
            const { change } = engine.jvp!(problem, along);
            const value = all[entry++]!;
            expect(Math.abs(change.value - value), `${record} ${i}: ${change.value} ${value}`).toBeLessThan(
              1e-11 * Math.max(1, Math.abs(value)),
            );
          }
      }
    },
  );

  it("and that of differences of the loss", async () => {
    const { engine, problem } = await open(busy, { rtol: 1e-11, atol: 1e-13 }, false);
    const { params } = engine.gradient(problem);
    params.forEach((value, i) => {
      const at = (by: number): number =>
        engine.solve({ ...problem, params: problem.params.map((one, j) => (i === j ? one + by : one)) })
          .value;
      const h = 1e-4;
      const difference = (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h);
      expect(Math.abs(value - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
    });
  });
});

describe("fixed steps", () => {
  const text = ball("loss: { terminal: ({ height }) => height },");
  it.each(["rk4", "dopri5", "midpoint", "rk38"])(
    "%s: value and gradient of the closed form",
    async (method) => {
      // The order of all of them is enough for a parabola.
      const made = await open(text, { method, steps: 40 }, method === "rk4");
      for (const engine of [made.engine, made.c]) {
        if (engine === undefined) continue;
        for (const [end, steps] of [
          [0.3, 40],
          [1.2, 40],
          [1.9, 7],
          [3, 40],
        ] as const) {
          const truth = differences((at) => heightAt(at, end));
          const { status, value, state0, params } = engine.gradient({ ...made.problem, t1: end, steps });
          expect(status).toBe(0);
          expect(Math.abs(value - heightAt(point, end))).toBeLessThan(1e-12);
          [...state0, ...params].forEach((got, i) => {
            expect(Math.abs(got - truth[i]!), `${end}, ${i}`).toBeLessThan(
              1e-6 * Math.max(1, Math.abs(truth[i]!)),
            );
          });
        }
      }
    },
  );

  it("the Hessian is symmetric, and the change of the gradient", async () => {
    const emit = ["solve", "gradient", "hvp"];
    const { engine, problem } = await open(busy, { method: "rk4", steps: 60, emit }, false);
    const columns = [...problem.params.keys()].map((i) => {
      const along = { params: problem.params.map((_, j) => (i === j ? 1 : 0)) };
      return { along, change: engine.hvp!(problem, along).change.params };
    });
    const h = 1e-4;
    columns.forEach(({ along, change }, i) => {
      const at = (by: number): Float64Array =>
        engine.gradient({
          ...problem,
          params: problem.params.map((value, j) => value + by * along.params[j]!),
        }).params;
      const [a, b, c, d] = [at(-2 * h), at(-h), at(h), at(2 * h)] as const;
      change.forEach((value, j) => {
        const size = Math.max(1, Math.abs(value));
        expect(Math.abs(value - columns[j]!.change[i]!)).toBeLessThan(1e-9 * size);
        const difference = (a[j]! - 8 * b[j]! + 8 * c[j]! - d[j]!) / (12 * h);
        expect(Math.abs(value - difference)).toBeLessThan(1e-6 * size);
      });
    });
  });

  it("more events than there is room for end with the step limit", async () => {
    // A ball that hardly bounces any more has bounces without end.
    const { engine, problem } = await open(text, { method: "rk4", steps: 10, t1: 10 }, false);
    const { status, value } = engine.gradient(problem);
    expect([1, 2]).toContain(status);
    expect(value).toBeNaN();
  });
});

describe("what is refused", () => {
  const host = { read: () => undefined };
  const codes = (options: Options): string[] =>
    build({ file: "model.ode.ts", text: busy, host }, options).diagnostics.map(({ code }) => code);
  it.each<[string, Options]>([
    ["implicit methods", { method: "radau5" }],
    ["multistep methods", { method: "ab3", steps: 30 }],
    ["checkpoints", { adjoint: "revolve" }],
    ["the density", { density: true }],
  ])("%s", (_, options) => expect(codes(options)).toEqual(["ODE4028"]));
});

describe("products with the Hessian move what was kept with the event", () => {
  const model = (event: string, loss: string): string => `import { ode } from "odegrad";
export const m = ode({
  state: { x: 1, y: 0.2 },
  params: { k: 1.1, low: 0.3 },
  rhs: ({ x, y }, { k }) => ({ x: -k * x - 0.1 * y, y: x * y }),
  events: { when: ({ x }, { low }) => x - low, ${event} },
  loss: { ${loss} },
  solver: { t1: 3, steps: 30 },
});
`;

  it.each<[string, string, Options]>([
    ["stop: true", "terminal: ({ x, y }, _p, { t }) => y * x + t * t", { method: "rk4" }],
    [
      "then: ({ x, y }, { k }) => ({ x: x + k, y: y * x })",
      "terminal: ({ x, y }) => y * x, running: ({ x, y }) => x * x * y",
      { method: "dopri5", rtol: 1e-6 },
    ],
  ])("%s", async (event, loss, options) => {
    const asked = async (adjoint: string) => {
      const chosen = { ...options, adjoint, emit: ["solve", "gradient", "hvp"] };
      const { engine, problem, c } = await compiled(model(event, loss), chosen);
      const along = {
        t0: 0,
        t1: 0,
        state0: Float64Array.of(0.3, -0.7),
        params: Float64Array.of(0.9, 0.4),
        inputs: problem.inputs,
        times: problem.times.map(() => 0),
      };
      const answers = [engine, c].flatMap((one) => (one === undefined ? [] : [one.hvp!(problem, along)]));
      c?.close();
      return answers.map(({ at, change }) => {
        expect(at.status).toBe(0);
        return [...at.params, ...change.state0, ...change.params];
      });
    };
    const [want] = await asked("symplectic");
    for (const got of await asked("store-all"))
      for (const [i, each] of got.entries()) expect(Math.abs(each / want![i]! - 1)).toBeLessThan(1e-12);
  });
});
