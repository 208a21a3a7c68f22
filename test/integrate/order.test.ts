/**
 * Every method has the order its row says: in exact rationals or to rounding where the coefficients are data, and as the
 * slope of the error on a Kepler orbit, whose state is known.
 */

import { describe, expect, it } from "vitest";
import { embeddedOf } from "../../compiler/integrate/embedded.ts";
import { implicitMethods } from "../../compiler/integrate/implicit.ts";
import { methodNamed, methods } from "../../compiler/integrate/methods.ts";
import { rosenbrockMethods } from "../../compiler/integrate/rosenbrock.ts";
import { type Fraction, failedConditions } from "../../compiler/integrate/tableau.ts";
import { tableaus } from "../../runtime/tableaus.ts";
import { compiled } from "../support/compiled.ts";
import { eccentricity, keplerAt, keplerModel } from "../support/kepler.ts";

describe.each(implicitMethods)("$name", (method) => {
  const order = methodNamed(method.name)!.order;
  const moved = (value: Fraction | undefined): Fraction => [
    (value?.[0] ?? 0) + 1e-6 * (value?.[1] ?? 1),
    value?.[1] ?? 1,
  ];

  it("satisfies every condition up to its order, and not the next", () => {
    expect(failedConditions(method, order)).toEqual([]);
    expect(failedConditions(method, order + 1)).not.toEqual([]);
  });

  it("fails with any coefficient changed", () => {
    method.a.forEach((row, i) => {
      row.forEach((value, j) => {
        const a = method.a.map((each, r) => (r === i ? each.with(j, moved(value)) : each));
        expect(failedConditions({ ...method, a }, order), `a[${i}][${j}]`).not.toEqual([]);
      });
    });
    method.b.forEach((value, i) => {
      expect(failedConditions({ ...method, b: method.b.with(i, moved(value)) }, order)).not.toEqual([]);
    });
  });
});

describe.each(rosenbrockMethods)("$name", ({ gamma, a, c, m, times, d, name }) => {
  // Stages u = Γ k of the method's own form, with Γ⁻¹ = I / γ - C.
  const size = m.length;
  const inverse = m.map((_, i) => m.map((_each, j) => (i === j ? 1 / gamma : -(c[i]![j] ?? 0))));
  const solve = (right: readonly number[]): number[] => {
    const out: number[] = [];
    for (let i = 0; i < size; i++) {
      let rest = right[i]!;
      for (let j = 0; j < i; j++) rest -= inverse[i]![j]! * out[j]!;
      out.push(rest / inverse[i]![i]!);
    }
    return out;
  };
  const rows = solve(m.map(() => 1));

  it("has the row sums of its hidden coefficients as weights of the derivative in time", () => {
    rows.forEach((value, i) => {
      expect(Math.abs(value - d[i]!)).toBeLessThan(1e-11);
    });
  });

  it("asks at the times that its places have", () => {
    a.forEach((row, i) => {
      const time = row.reduce((total, value, j) => total + value * rows[j]!, 0);
      expect(Math.abs(time - times[i]!)).toBeLessThan(1e-11);
    });
  });

  it("is consistent, and stiffly accurate: at infinity nothing is left", () => {
    expect(Math.abs(m.reduce((total, value, j) => total + value * rows[j]!, 0) - 1)).toBeLessThan(1e-11);
    // R(∞) = 1 - bᵀ B⁻¹ 1, with B the coefficients of both kinds, in the form of the stages.
    const matrix = m.map((_, i) => m.map((_each, j) => (i === j ? 1 : 0) + (a[i]![j] ?? 0)));
    const right = m.map(() => 1);
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) right[i]! -= matrix[i]![j]! * right[j]!;
    const left = m.reduce((total, value, j) => total + value * right[j]!, 0);
    expect(Math.abs(1 - left), name).toBeLessThan(1e-11);
  });
});

describe("weights that are compared with", () => {
  const pairs = Object.values(tableaus).flatMap((tableau) => {
    const pair = embeddedOf(tableau.name);
    return pair === undefined ? [] : [{ name: tableau.name, tableau, pair }];
  });

  it("are there for seven pairs and more", () => expect(pairs.length).toBeGreaterThan(7));

  it.each(pairs)("$name", ({ tableau, pair }) => {
    const { extra } = pair;
    const over = (rows: readonly (readonly Fraction[])[], last: readonly Fraction[] | undefined) =>
      last === undefined ? rows : [...rows, last];
    const a = over(tableau.a, extra === "new state" ? tableau.b : extra?.a);
    const c =
      extra === undefined ? tableau.c : [...tableau.c, extra === "new state" ? ([1, 1] as const) : extra.c];
    const b: Fraction[] = c.map((_, i) => {
      const [top, bottom] = tableau.b[i] ?? [0, 1];
      const [over_, under] = pair.errors[0]![i] ?? [0, 1];
      return [top * under - over_ * bottom, bottom * under];
    });
    // Of DOP853 the two rows are of orders 5 and 3; of Fehlberg's pair the higher one is compared with.
    const order = { dopri8: 5, fehlberg45: 5 }[tableau.name] ?? pair.order;
    expect(failedConditions({ a, b, c }, order)).toEqual([]);
    expect(failedConditions({ a, b, c }, order + 1)).not.toEqual([]);
  });
});

describe("slope of the error", () => {
  const fixed = methods.filter(({ name }) => name !== "taylor").map(({ name, order }) => ({ name, order }));
  const series = [2, 3, 5].map((order) => ({ name: "taylor", order }));
  it.each([...fixed, ...series])("$name: $order", async ({ name, order }) => {
    // Of order 8 a short orbit is at rounding before the first term of the error leads.
    const t1 = order === 8 ? 20 : 2.5;
    const end = keplerAt(t1);
    const errors: number[] = [];
    const options = { method: name, steps: 131_072, ...(name === "taylor" ? { order } : {}) };
    const { engine, problem } = await compiled(keplerModel(t1), options, false);
    for (let steps = 8 * Math.ceil(t1 / 2.5); steps <= 16384; steps *= 2) {
      const { states: state } = engine.solve({ ...problem, steps });
      errors.push(Math.hypot(...end.map((value, i) => state[i]! - value)));
      if (errors.at(-1)! < 5e-13) break;
    }
    // The last halving that is not rounding.
    const at = errors.findLastIndex((error) => error >= 5e-13);
    const slope = Math.log2(errors[at - 1]! / errors[at]!);
    expect(slope).toBeGreaterThan(order - 0.15);
    // The first term of DOP853's error is so small that the next one leads until rounding does.
    expect(slope).toBeLessThan(order + (name === "dopri8" ? 0.9 : 0.15));
  });
});

it("the orbit is an orbit", () => {
  expect(eccentricity).toBeGreaterThan(0);
});

describe("`hold` inputs that jump within the run", () => {
  const model = `import { hold, ode } from "odegrad";
export const held = ode({
  state: { x: 1 },
  params: { k: 0.7 },
  inputs: { u: hold(4, 0) },
  rhs: ({ x }, { k }, { inputs: { u } }) => ({ x: -k * x + u }),
  loss: { terminal: ({ x }) => x },
  solver: { t1: 2, steps: 100 },
});`;
  const inputs = Float64Array.of(1, -2, 3, 0.5);
  const decay = Math.exp(-0.35);
  const truth = inputs.reduce((x, u) => x * decay + (u / 0.7) * (1 - decay), 1);

  it.each([
    ...["ab2", "ab3", "ab4", "ab5", "abm4", "leapfrog", "reversible-heun"].map((name) => [name, 1] as const),
    ...["heun", "midpoint", "alf"].map((name) => [name, 2] as const),
  ])("%s: order %i, as docs/solving.md says", async (method, order) => {
    const { engine, problem } = await compiled(model, { method, steps: 900 }, false);
    const errorAt = (steps: number): number =>
      Math.abs(engine.solve({ ...problem, inputs, steps }).value - truth);
    expect(Math.abs(Math.log(errorAt(300) / errorAt(900)) / Math.log(3) - order)).toBeLessThan(0.1);
  });
});
