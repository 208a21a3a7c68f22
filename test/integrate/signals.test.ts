/** `linear` and `cubic` inputs and a computed initial state, from the text to the gradient in every target. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Input } from "../../compiler/model.ts";
import { knotWeights } from "../../compiler/verify/knot-weights.ts";
import { odegrad } from "../support/command.ts";
import { inTurn } from "../support/long.ts";

const file = join(import.meta.dirname, "models/signals.ode.ts");

// biome-ignore lint/suspicious/noExplicitAny: a document of the command line
async function json(...words: string[]): Promise<any> {
  const { code, out, err } = await odegrad([...words, "--json"]);
  expect(err).toBe("");
  expect(code, out).toBe(0);
  return JSON.parse(out);
}

describe.each([
  ["straight", 0],
  ["curved", 1],
] as const)("%s", (model, turn) => {
  it.each(inTurn(["euler", "rk4", "dopri5"], 2, turn))(
    "passes every check of verify with %s",
    async (method) => {
      const { checks } = await json("verify", file, "--model", model, "--method", method);
      const outcomes = (checks as { outcome: string; title: string }[]).map(({ title, outcome }) => [
        title,
        outcome,
      ]);
      expect(outcomes).toHaveLength(8);
      for (const [title, outcome] of outcomes) expect(outcome, title).toBe("pass");
    },
  );

  it("differentiates for what is asked alone", async () => {
    const whole = await json("grad", file, "--model", model);
    const part = await json("grad", file, "--model", model, "--wrt", "inputs.w.a,params.k");
    const { inputs, params } = whole.gradient;
    const own = part.gradient;
    expect(own).toEqual({
      params: { k: params.k },
      inputs: { w: (inputs.w as { a: number[] }[]).map(({ a }) => ({ a })) },
    });
  });
});

describe("a computed initial state", () => {
  it("has no gradient, and takes no value", async () => {
    const { gradient } = await json("grad", file, "--model", "curved");
    expect(Object.keys(gradient)).toEqual(["params", "inputs"]);
    const given = await odegrad(["grad", file, "--model", "curved", "--state", "x.json"]);
    expect(given.code).toBe(2);
    expect(given.err).toContain("computed by `initial`");
    const asked = await odegrad(["grad", file, "--model", "curved", "--wrt", "state.x"]);
    expect(asked.code).toBe(2);
    expect(asked.err).toContain("which `initial` computes");
  });
});

describe("the reference's own splines", () => {
  const signal = (kind: Input["kind"], count: number) => ({ kind, count }) as Input;

  it("take the knots' values at the knots, and lie on a line through two", () => {
    for (const kind of ["linear", "cubic"] as const) {
      for (let k = 0; k < 5; k++) {
        knotWeights(signal(kind, 5), k).forEach((weight, i) => {
          expect(weight).toBeCloseTo(i === k ? 1 : 0, 14);
        });
      }
      expect([...knotWeights(signal(kind, 2), 0.25)]).toEqual([0.75, 0.25]);
    }
  });

  it("bend as the natural spline through 0, 1, 0 does", () => {
    // On [0, 1]: 1.5 x - 0.5 x³.
    const weights = knotWeights(signal("cubic", 3), 0.5);
    expect(weights[1]).toBeCloseTo(1.5 * 0.5 - 0.5 * 0.125, 14);
  });
});
