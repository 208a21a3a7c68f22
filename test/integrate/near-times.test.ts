/** Times that are equal, or equal but for rounding: observations of one moment, ends of pieces and of the run. */

import { describe, expect, it } from "vitest";
import type { Problem } from "../../compiler/execute/problem.ts";
import type { Options } from "../../compiler/options.ts";
import { inTurn, isLong } from "../support/long.ts";
import { enginesOf, opening } from "../support/opened.ts";

const open = opening();

const decay = (times: string, solver: string, rest = ""): string => `import { hold, ode } from "odegrad";
export const decay = ode({
  state: { x: 1 },
  params: { k: 1 },
  ${rest === "" ? "" : `inputs: { u: ${rest} },`}
  rhs: ({ x }, { k }${rest === "" ? "" : ", { inputs }"}) => ({ x: -k * x${rest === "" ? "" : " + inputs.u"} }),
  times: [${times}],
  loss: { at: ({ x }, _p, { k }) => (k + 1) * x },
  solver: { ${solver} },
});
`;

describe("observations at one step", () => {
  const times = [0, 1e-12, 0.5, 0.5 + 1e-10, 1 - 1e-11, 1];
  const text = decay(times.join(", "), 'method: "rk4", t1: 1, steps: 200');

  it.each<[string, Options]>([
    ["symplectic", {}],
    ["step", { adjoint: "step" }],
    ["store-all", { adjoint: "store-all" }],
    ...[1, 3, 20].map((checkpoints): [string, Options] => [
      `revolve with ${checkpoints} checkpoints`,
      { adjoint: "revolve", checkpoints },
    ]),
    ["revolve, implicit", { adjoint: "revolve", checkpoints: 3, method: "radau5" }],
    ["revolve, Taylor", { adjoint: "revolve", checkpoints: 3, method: "taylor" }],
  ])("count each: %s", async (_, options) => {
    const isInC = isLong || options.checkpoints === 3;
    const made = await open(text, options, isInC);
    const weights = times.map((_, k) => k + 1);
    const sum = (value: (t: number) => number): number =>
      weights.reduce((all, weight, k) => all + weight * value(Math.round(times[k]! * 200) / 200), 0);
    for (const engine of enginesOf(made)) {
      const answer = engine.gradient(made.problem);
      expect(answer.status).toBe(0);
      expect(Math.abs(answer.state0[0]! - sum((t) => Math.exp(-t)))).toBeLessThan(1e-8);
      expect(Math.abs(answer.params[0]! - sum((t) => -t * Math.exp(-t)))).toBeLessThan(1e-8);
    }
  });

  it("count each where they are equal when the run is asked for", async () => {
    const asked = async (options: Options) => {
      const { engine, problem } = await open(text, options, false);
      const twice: Problem = { ...problem, times: Float64Array.of(0, 0, 0.25, 0.25, 0.25, 1) };
      return engine.gradient(twice);
    };
    const want = await asked({});
    const got = await asked({ adjoint: "revolve", checkpoints: 4 });
    expect(got.status).toBe(0);
    expect(Math.abs(got.params[0]! / want.params[0]! - 1)).toBeLessThan(1e-13);
    expect(Math.abs(got.state0[0]! / want.state0[0]! - 1)).toBeLessThan(1e-13);
  });
});

/** Of each: sums of decimals are an ulp off what people write for them. */
describe("adaptive steps land once on times that differ by rounding", () => {
  it.each<[string, string, number]>([
    ["an observation and the end", decay("0.1, 0.2, 0.3", "t1: 3 * 0.1"), 3],
    ["an observation and the end of a piece", decay("0.3, 3", "t1: 3", "hold(10, 0.1)"), 300],
    ["an observation, the end of a piece and the end", decay("0.1, 0.7", "t1: 0.7", "hold(7, 0.1)"), 7],
    ["backwards", decay("0.6, 0", "t0: 0.7, t1: 0", "hold(7, 0.1)"), 70],
    ["far from 0", decay("1000.1, 1000.7", "t0: 1000, t1: 1000.7", "hold(7, 0.1)"), 70],
  ])("%s", async (name, text, steps) => {
    const exact = await open(text, { method: "dopri8", steps: 10 * steps }, false);
    const want = exact.engine.gradient(exact.problem);
    for (const method of inTurn(["dopri5", "radau5", "tsit5", "rodas5p"], 2, name.length % 2)) {
      const isInC = isLong || method === "dopri5";
      const made = await open(text, { method, rtol: 1e-9, atol: 1e-11 }, isInC);
      for (const engine of enginesOf(made)) {
        const answer = engine.gradient(made.problem);
        expect([method, answer.status]).toEqual([method, 0]);
        expect(Math.abs(answer.value - want.value)).toBeLessThan(1e-7);
        for (const record of ["params", "state0", "inputs"] as const)
          for (const [i, bar] of want[record].entries())
            expect(Math.abs(answer[record][i]! - bar), `${method} ${record}[${i}]`).toBeLessThan(1e-6);
      }
    }
  });
});
