/**
 * Events that fall on a time that is given: an observation, a point of the grid, the end of a piece, the end. What is
 * there sees the state behind the jump, and the gradient is that of an event which is not later: closed forms of it, in
 * which nothing asks what comes first.
 */

import { describe, expect, it } from "vitest";
import type { Options } from "../../compiler/options.ts";
import { enginesOf, opening } from "../support/opened.ts";

const open = opening(false);

const near = (got: number, want: number, tolerance = 1e-11, what = ""): void => {
  expect(Math.abs(got - want), `${what}: ${got} for ${want}`).toBeLessThan(
    tolerance * Math.max(1, Math.abs(want)),
  );
};

type Closed = (at: readonly number[]) => number;

/** By differences of order 6: closed forms are smooth. */
const derivative = (f: Closed, at: readonly number[], i: number, h = 1 / 256): number => {
  const by = (d: number): number => f(at.with(i, at[i]! + d * h)) - f(at.with(i, at[i]! - d * h));
  return (45 * by(1) - 9 * by(2) + by(3)) / (60 * h);
};
const gradient = (f: Closed, at: readonly number[]): number[] => at.map((_, i) => derivative(f, at, i));

const adaptive: Options = { rtol: 1e-9 };
const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Times to which the step that lands there does not lead to the last bit, of some at least. */
const others = Array.from({ length: 96 }, (_, i) => (i + 1) / 97);

describe("a dose at every tenth", () => {
  const dose = (times: string, then = "then: ({ x }, { amount }) => ({ x: x + amount }),"): string =>
    `import { ode } from "odegrad";
export const dose = ode({
  state: { x: 1 },
  params: { k: 0.3, at: 0.5, amount: 10 },
  ${times}
  rhs: (_state, { k }) => ({ x: k }),
  events: { when: (_state, { at }, { t }) => t - at, ${then} },
  loss: { ${times === "" ? "" : "at: ({ x }, _params, { k }) => (k + 1) * x, "}terminal: ({ x }) => x },
  solver: { t1: 1 },
});`;

  const solvers: Options[] = [
    { method: "dopri5", ...adaptive },
    { method: "tsit5", ...adaptive },
    { method: "dopri8", ...adaptive },
    { method: "rk4", steps: 10 },
    { method: "euler", steps: 20 },
  ];

  it.each(solvers)("is seen where it is observed: %j", async (options) => {
    const made = await open(dose("times: [0.5, 1],"), options, options.method === "rk4");
    for (const engine of enginesOf(made))
      for (const at of [...tenths, ...others]) {
        const times = at === 1 ? [0.25, 1] : [at, 1];
        const got = engine.gradient({
          ...made.problem,
          params: Float64Array.of(0.3, at, 10),
          times: Float64Array.of(...times),
        });
        expect(got.status).toBe(0);
        const weights = [1, 3];
        const seen = times.map((time) => 1 + 0.3 * time + (time >= at ? 10 : 0));
        near(got.value, seen[0]! + 3 * seen[1]!);
        near(got.params[0]!, times[0]! + 3 * times[1]!);
        near(got.params[1]!, 0);
        near(
          got.params[2]!,
          times.reduce((sum, time, k) => sum + (time >= at ? weights[k]! : 0), 0),
        );
        near(got.state0[0]!, 4);
      }
  });

  it.each(solvers)("and where nothing is: %j", async (options) => {
    const { engine, problem } = await open(dose(""), options);
    for (const at of tenths) {
      const got = engine.gradient({ ...problem, params: Float64Array.of(0.3, at, 10) });
      expect(got.status).toBe(0);
      near(got.value, 11.3);
      near(got.params[0]!, 1);
      near(got.params[2]!, 1);
    }
  });

  it.each([solvers[1]!, solvers[4]!])("an event that does nothing: %j", async (options) => {
    const { engine, problem } = await open(dose("times: [0.5, 1],", ""), options);
    for (const at of tenths) {
      const got = engine.solve({ ...problem, params: Float64Array.of(0.3, at, 10) });
      expect(got.status).toBe(0);
      near(got.value, 1.15 + 3 * 1.3);
    }
  });

  it("an event at the start is none", async () => {
    for (const options of [solvers[0]!, solvers[3]!]) {
      const { engine, problem } = await open(dose("times: [0, 1],"), options);
      const got = engine.gradient({ ...problem, params: Float64Array.of(0.3, 0, 10) });
      expect(got.status).toBe(0);
      near(got.value, 1 + 3 * 1.3);
      near(got.params[2]!, 0);
    }
  });
});

/** Time, state, running loss, and which side is seen: x'' = a, and at the event a jump in x and a bounce in v. */
const flight = (when: string, rest = ""): string => `import { ode } from "odegrad";
export const flight = ode({
  state: { x: 0, v: 1 },
  params: { a: 0, at: 0.5, jump: 0.25, bounce: 0.5 },
  times: [0.5, 1],
  rhs: ({ v }, { a }) => ({ x: v, v: a }),
  events: {
    when: ({ x, v }, { at }, { t }) => ${when},
    direction: 1,
    then: ({ x, v }, { jump, bounce }, { t }) => ({ x: x + jump * t, v: -bounce * v }),
  },
  loss: {
    running: ({ x }, _params, { t }) => x + 0.5 * t,
    at: ({ x }, _params, { k }) => (k + 1) * x * x,
    terminal: ({ x, v }) => x * v,
  },
  solver: { t1: 1 },
  ${rest}
});`;
const byTime = "t - at + 0 * (x + v)";
const byState = "x - at + 0 * (v + t)";

/** Its loss where observations `behind` the event come after it, in their order; of x0, v0, a, at, jump, bounce. */
const flightLoss =
  (eventOf: Closed, t0 = 0, times = [0.5, 1], behind = [true, true]): Closed =>
  (point) => {
    const [x0, v0, a, , jump, bounce] = point as [number, number, number, number, number, number];
    const event = eventOf(point) - t0;
    const place = (x: number, v: number, s: number): number => x + v * s + (a * s * s) / 2;
    const sum = (x: number, v: number, s: number): number => x * s + (v * s * s) / 2 + (a * s ** 3) / 6;
    const [x1, v1] = [place(x0, v0, event) + jump * (t0 + event), -bounce * (v0 + a * event)];
    const after = (t: number): number => place(x1, v1, t - t0 - event);
    const end = times.at(-1)!;
    return (
      sum(x0, v0, event) +
      sum(x1, v1, end - t0 - event) +
      0.25 * (end * end - t0 * t0) +
      times.reduce(
        (all, time, k) => all + (k + 1) * (behind[k] ? after(time) : place(x0, v0, time - t0)) ** 2,
        0,
      ) +
      after(end) * (v1 + a * (end - t0 - event))
    );
  };
const arrival: Closed = ([x0, v0, a, at]) =>
  // v0² + 2a(at - x0) under the root, without a division by a, which is 0.
  (2 * (at! - x0!)) / (v0! + Math.sqrt(v0! * v0! + 2 * a! * (at! - x0!)));
const given: Closed = ([, , , at]) => at!;
const here = [0, 1, 0, 0.5, 0.25, 0.5];

/** Of a place on the way: more than steps are rounded by, and no more. */
const slightly = 1e-15;

/** The parameters with the event earlier than `at`, by so much. */
const early = (at: readonly number[], by: number): Float64Array =>
  Float64Array.of(...at.slice(2).with(1, at[3]! - by));

describe("value and gradient of an event at an observation", () => {
  const cases = [
    { name: "of time", when: byTime, eventOf: given },
    { name: "of the state", when: byState, eventOf: arrival },
  ];
  const solvers: Options[] = [
    { method: "rk4", steps: 8 },
    { method: "dopri5", steps: 4 },
    { method: "dopri5", ...adaptive },
    { method: "tsit5", ...adaptive },
    { method: "bosh3", ...adaptive },
  ];
  const all = cases.flatMap((one) => solvers.map((options) => ({ ...one, options })));

  /** By how much the event may be early: not by nothing where it is steps that are rounded. */
  const leads = (when: string): number[] => [
    ...(when === byTime ? [0, 2 ** -53] : []),
    slightly,
    1e-14,
    1e-12,
  ];

  it.each(all)("$name: $options", async ({ when, eventOf, options }) => {
    const made = await open(flight(when), options, options.steps === 8 || options.method === "tsit5");
    // At the first observation, and at the end, where that sees the way there.
    const late = here.with(3, 1);
    for (const [at, loss] of [
      [here, flightLoss(eventOf)],
      [late, flightLoss(eventOf, 0, [0.5, 1], [false, true])],
    ] as const) {
      const want = gradient(loss, at);
      for (const engine of enginesOf(made))
        for (const by of leads(when)) {
          const got = engine.gradient({ ...made.problem, params: early(at, by) });
          expect(got.status).toBe(0);
          near(got.value, loss(at));
          [...got.state0, ...got.params].forEach((value, i) => {
            near(value, want[i]!, 1e-10, `${by}, ${i}`);
          });
        }
    }
  });

  it.each(cases.flatMap((one) => ["store-all", "step"].map((adjoint) => ({ ...one, adjoint }))))(
    "$name: plan $adjoint",
    async ({ when, eventOf, adjoint }) => {
      for (const options of [solvers[0]!, solvers[2]!]) {
        const { engine, problem } = await open(flight(when), { ...options, adjoint });
        const got = engine.gradient({ ...problem, params: early(here, leads(when)[0]!) });
        expect(got.status).toBe(0);
        gradient(flightLoss(eventOf), here).forEach((want, i) => {
          near([...got.state0, ...got.params][i]!, want, 1e-10, String(i));
        });
      }
    },
  );

  it.each(cases)("$name: forward mode and the Hessian", async ({ when, eventOf }) => {
    const loss = flightLoss(eventOf);
    for (const options of [solvers[0]!, solvers[2]!]) {
      const emit = ["solve", "gradient", "jvp", "hvp"];
      const made = await open(flight(when), { ...options, emit }, true);
      const problem = { ...made.problem, params: early(here, leads(when)[0]!) };
      for (const engine of enginesOf(made))
        here.forEach((_value, i) => {
          const unit = here.map((_one, j) => (i === j ? 1 : 0));
          const along = {
            state0: Float64Array.of(...unit.slice(0, 2)),
            params: Float64Array.of(...unit.slice(2)),
          };
          near(engine.jvp!(problem, along).change.value, derivative(loss, here, i), 1e-10, `jvp ${i}`);
          const { change } = engine.hvp!(problem, along);
          [...change.state0, ...change.params].forEach((got, j) => {
            near(
              got,
              derivative((at) => derivative(loss, at, i), here, j),
              1e-10,
              `hvp ${i} ${j}`,
            );
          });
        });
    }
  });

  it("what is later by a bit is behind the observation", async () => {
    for (const options of [solvers[0]!, solvers[2]!]) {
      const { engine, problem } = await open(flight(byTime), options);
      const params = early(here, -(2 ** -53));
      const { status, states, value } = engine.solve({ ...problem, params });
      expect(status).toBe(0);
      near(states[0]!, 0.5);
      near(states[2]!, 0.625 - 0.25);
      near(value, flightLoss(given)(here) - 0.625 ** 2 + 0.25);
      // And behind the end there is none.
      const last = engine.solve({ ...problem, params: early(here, -0.5 - 2 ** -52) });
      expect(last.status).toBe(0);
      near(last.states[2]!, 1);
    }
  });

  it.each(cases)("$name, backwards in time", async ({ when, eventOf }) => {
    // From 1 with speed 1 backwards: x = t.
    const at = [1, 1, 0, 0.5, 0.25, 0.5];
    const back: Closed =
      when === byTime
        ? given
        : (point) => {
            const [x0, v0, a, place] = point as [number, number, number, number];
            return 1 + (2 * (place - x0)) / (v0 + Math.sqrt(v0 * v0 + 2 * a * (place - x0)));
          };
    expect(eventOf(here)).toBe(back(at));
    const text = flight(`-(${when})`).replace("t1: 1", "t0: 1, t1: 0").replace("[0.5, 1]", "[0.5, 0]");
    for (const options of [solvers[0]!, solvers[2]!]) {
      const made = await open(text.replace("x: 0,", "x: 1,"), options);
      // Not later is not less.
      const got = made.engine.gradient({ ...made.problem, params: early(at, -leads(when)[0]!) });
      expect(got.status).toBe(0);
      near(got.value, flightLoss(back, 1, [0.5, 0])(at));
      gradient(flightLoss(back, 1, [0.5, 0]), at).forEach((want, i) => {
        near([...got.state0, ...got.params][i]!, want, 1e-10, String(i));
      });
    }
  });
});

describe("again and again", () => {
  it.each<Options>([
    { method: "rk4", steps: 16 },
    { method: "euler", steps: 8 },
  ])("a cell fires at points of the grid: %j", async (options) => {
    const text = `import { ode } from "odegrad";
export const cell = ode({
  state: { x: 0, fired: 0 },
  params: { k: 1, threshold: ${0.25 - slightly} },
  times: [0.5, 0.625, 1],
  rhs: (_state, { k }) => ({ x: k, fired: 0 }),
  events: { when: ({ x }, { threshold }) => x - threshold, then: ({ fired }) => ({ x: 0, fired: fired + 1 }) },
  loss: { at: ({ x }, _params, { k }) => (k + 1) * x },
  solver: { t1: 1 },
});`;
    const made = await open(text, options, true);
    for (const engine of enginesOf(made)) {
      const { states } = engine.solve(made.problem);
      [0, 2, 0.125, 2, 0, 4].forEach((want, i) => {
        near(states[i]!, want);
      });
      const { status, value, params, state0 } = engine.gradient(made.problem);
      expect(status).toBe(0);
      near(value, 0.25);
      // x is kt less the thresholds that were passed.
      near(params[0]!, 0.5 + 2 * 0.625 + 3);
      near(params[1]!, -2 - 2 * 2 - 3 * 4);
      near(state0[0]!, 6);
    }
  });

  it.each<Options>([
    { method: "dopri5", rtol: 1e-13, atol: 1e-13 },
    { method: "rk4", steps: 700 },
  ])("doses at every half: %j", async (options) => {
    const text = (when: string): string => `import { ode } from "odegrad";
export const doses = ode({
  state: { x: 1 },
  params: { k: 0.8, amount: 2 },
  times: [0.5, 1, 1.5, 2, 3],
  rhs: ({ x }, { k }) => ({ x: -k * x }),
  events: { when: (_state, _params, { t }) => ${when}, direction: 1, then: ({ x }, { amount }) => ({ x: x + amount }) },
  loss: { at: ({ x }) => x, running: ({ x }) => x },
  solver: { t1: 3.5 },
});`;
    const times = [0.5, 1, 1.5, 2, 3];
    /** `sees`: whether an observation sees the dose at its time. */
    const truth =
      (sees: (time: number) => boolean, last: boolean): Closed =>
      ([k, amount, x0]) => {
        const given = [0.5, 1, 1.5, 2, 2.5, 3, ...(last ? [3.5] : [])];
        const at = (time: number): number =>
          x0! * Math.exp(-k! * time) +
          given.reduce(
            (sum, t) =>
              sum + (t < time || (t === time && sees(time)) ? amount! * Math.exp(-k! * (time - t)) : 0),
            0,
          );
        const area =
          (x0! * (1 - Math.exp(-k! * 3.5))) / k! +
          given.reduce((sum, t) => sum + (amount! * (1 - Math.exp(-k! * (3.5 - t)))) / k!, 0);
        return times.reduce((sum, time) => sum + at(time), 0) + area;
      };
    const wave = (t: number): number => Math.sin(4 * Math.PI * t);
    const cases: [string, Closed][] = [
      ["t - 0.5 * Math.round(t / 0.5)", truth(() => true, true)],
      // Which side of an observation rounding puts the sine's zeros on is for the sine to say.
      ["Math.sin(4 * Math.PI * t)", truth((t) => wave(t) >= 0, false)],
    ];
    for (const [when, closed] of cases) {
      const { engine, problem } = await open(text(when), options);
      const got = engine.gradient(problem);
      expect(got.status).toBe(0);
      const at = [0.8, 2, 1];
      near(got.value, closed(at), 1e-10);
      [...got.params, ...got.state0].forEach((value, i) => {
        near(value, derivative(closed, at, i), 1e-10, `${when} ${i}`);
      });
    }
  });
});

describe("where a piece ends", () => {
  /** x runs at a speed that pieces give, up to a wall, and back from there. */
  const text = `import { hold, ode } from "odegrad";
export const runner = ode({
  state: { x: 0, way: 1 },
  params: { wall: 0.5, back: 0.5 },
  inputs: { speed: hold(4, 0, (k) => [0.75, 1.25, 2, 1][k]) },
  times: [0.5, 1],
  rhs: ({ way }, _params, { inputs: { speed } }) => ({ x: way * speed, way: 0 }),
  events: {
    when: ({ x }, { wall }) => x - wall,
    then: ({ x, way }, { back }) => ({ x, way: -back * way }),
  },
  loss: { at: ({ x }, _params, { k }) => (k + 1) * x, running: ({ x }) => x },
  solver: { t1: 1 },
});`;
  type Seven = readonly [number, number, number, number, number, number, number];
  const closed: Closed = (point) => {
    const [x0, wall, back, u0, u1, u2, u3] = point as Seven;
    const quarter = x0 + 0.25 * u0;
    const event = 0.25 + (wall - quarter) / u1;
    const half = wall - back * u1 * (0.5 - event);
    const late = half - 0.25 * back * u2;
    const end = late - 0.25 * back * u3;
    const area =
      0.125 * (x0 + quarter) +
      ((quarter + wall) * (event - 0.25)) / 2 +
      ((wall + half) * (0.5 - event)) / 2 +
      0.125 * (half + late) +
      0.125 * (late + end);
    return half + 2 * end + area;
  };
  it.each<Options>([
    { method: "rk4", steps: 8 },
    { method: "euler", steps: 4 },
    { method: "dopri5", ...adaptive },
  ])("%j", async (options) => {
    const made = await open(text, options, true);
    const at = [0, 0.5, 0.5, 0.75, 1.25, 2, 1];
    // Trapezoids are areas of straight lines, rectangles are not.
    const only = options.method === "euler" ? text.replace(", running: ({ x }) => x", "") : undefined;
    const area: Closed = (point) => closed(point) - withoutArea(point);
    const withoutArea: Closed = (point) => {
      const [x0, wall, back, u0, u1, u2, u3] = point as Seven;
      const half = wall - back * u1 * (0.25 - (wall - x0 - 0.25 * u0) / u1);
      return 3 * half - 0.5 * back * (u2 + u3);
    };
    const { problem } = made;
    const run = only === undefined ? made : await open(only, options);
    const want: Closed = only === undefined ? (point) => withoutArea(point) + area(point) : withoutArea;
    for (const engine of enginesOf(run)) {
      const params = options.rtol === undefined ? problem.params : Float64Array.of(0.5 - slightly, 0.5);
      const got = engine.gradient({ ...problem, params });
      expect(got.status).toBe(0);
      near(got.value, want(at));
      const all = [got.state0[0]!, ...got.params, ...got.inputs];
      all.forEach((value, i) => {
        near(value, derivative(want, at, i), 1e-10, String(i));
      });
    }
  });

  it("an event's function that turns there has been passed once", async () => {
    const turning = `import { hold, ode } from "odegrad";
export const turning = ode({
  state: { x: 0, count: 0 },
  params: { k: 1 },
  inputs: { speed: hold(2, 0, (k) => [1, -1][k]) },
  rhs: (_state, { k }, { inputs: { speed } }) => ({ x: k * speed, count: 0 }),
  events: { when: ({ x }) => x - 0.5, then: ({ x, count }) => ({ x, count: count + 1 }) },
  loss: { terminal: ({ x, count }) => x + count },
  solver: { t1: 1 },
});`;
    // Sums of eighths are exact.
    const { engine, problem } = await open(turning, { method: "euler", steps: 8 });
    const { status, value } = engine.solve(problem);
    expect(status).toBe(0);
    near(value, 1);
  });
});

describe("a stop at an observation", () => {
  it.each<Options>([
    { method: "rk4", steps: 8 },
    { method: "dopri5", ...adaptive },
  ])("is seen by it, and moves what it sees: %j", async (options) => {
    const text = `import { ode } from "odegrad";
export const stop = ode({
  state: { x: 0 },
  params: { k: 1, wall: 0.5 },
  times: [0.5, 1],
  rhs: (_state, { k }) => ({ x: k }),
  events: { when: ({ x }, { wall }) => x - wall, stop: true },
  loss: { at: ({ x }, _params, { k }) => (k + 1) * x, terminal: ({ x }, _params, { t }) => x + t },
  solver: { t1: 1 },
});`;
    const made = await open(text, options, true);
    for (const engine of enginesOf(made)) {
      const { status, value, params } = engine.gradient({
        ...made.problem,
        params: Float64Array.of(1, 0.5 - slightly),
      });
      expect(status).toBe(0);
      near(value, 2.5);
      near(params[0]!, -0.5);
      near(params[1]!, 5);
    }
  });
});
