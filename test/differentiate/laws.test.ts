/**
 * Laws of differentiation on random programs (loops of 0 to 17 trips, up, down and triangular; carried state,
 * overwritten arrays, swaps, branches, guards): forward and reverse mode are transposes of each other and agree with
 * differences, and the optimiser changes no value.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { halves } from "../../compiler/differentiate/halves.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { isLong } from "../support/long.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const programs = isLong ? 20_000 : 400;
/**
 * The same programs everywhere; the long run draws anew. A few in a million multiply by 16! on their way and cancel it,
 * and then differ by what that rounds.
 */
const drawn = isLong ? {} : { seed: 20_261_121 };
const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });
const context = { arrays: [], functions: [] };
const wrt = new Set(inputs.map((one) => one.name));

const point = Object.fromEntries(inputs.map((one, i) => [one.name, numbers(i + 1, size(one.shape))]));
const tangent = inputs.map((one, i) => numbers(i + 11, size(one.shape)));
const seed = results.map((one, i) => numbers(i + 21, size(one.shape)));
const t = 0.7;

const valuesOf = (fn: Fn, moved = 0): number[] => {
  const at = Object.fromEntries(
    inputs.map((one, i) => [one.name, point[one.name]!.map((x, e) => x + moved * tangent[i]![e]!)]),
  );
  const arrays = run(fn, { t, ...at });
  return results.flatMap((one) => [...arrays.get(one.name)!]);
};

function tangentsOf(fn: Fn): number[] {
  const dots = Object.fromEntries(inputs.map((one, i) => [`${one.name}_dot`, tangent[i]!]));
  const arrays = run(fn, { t, ...point, ...dots });
  return results.flatMap((one) => [...arrays.get(`${one.name}_dot`)!]);
}

function cotangentsOf(fn: Fn): number[] {
  const seeds = Object.fromEntries(results.map((one, i) => [`${one.name}_bar`, seed[i]!]));
  const zeros = Object.fromEntries(
    inputs.map((one) => [`${one.name}_bar`, new Float64Array(size(one.shape))]),
  );
  const arrays = run(fn, { t, ...point, ...seeds, ...zeros });
  return inputs.flatMap((one) => [...arrays.get(`${one.name}_bar`)!]);
}

/** Programs whose values stay where doubles have digits to compare. */
const isTame = (values: readonly number[]): boolean => values.every((value) => Math.abs(value) < 1e6);

/** Zeros of either sign are one number here: x + 0 is folded to x. */
const unsigned = (values: readonly number[]): number[] => values.map((value) => value + 0);

describe("random programs", () => {
  it("are worth the name", () => {
    let loops = 0;
    let branches = 0;
    let tapes = 0;
    for (const sample of fc.sample(choices, { numRuns: 200, seed: 1 })) {
      const fn = randomFunction(sample);
      forEachStatement(fn.body, (statement) => {
        if (statement.kind === "for") loops++;
        if (statement.kind === "if") branches++;
      });
      forEachStatement(vjp(fn, wrt, context).body, (statement) => {
        if (statement.kind === "alloc" && statement.role === "tape") tapes++;
      });
    }
    expect(loops).toBeGreaterThan(400);
    expect(branches).toBeGreaterThan(100);
    expect(tapes).toBeGreaterThan(200);
  });

  it("forward and reverse mode are transposes: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        fc.pre(isTame(valuesOf(fn)));
        const w = seed.flatMap((one) => [...one]);
        const v = tangent.flatMap((one) => [...one]);
        for (const shape of [(one: Fn) => one, (one: Fn) => tidy(one, [])]) {
          const jv = tangentsOf(shape(jvp(fn, wrt, context)));
          const jw = cotangentsOf(shape(vjp(fn, wrt, context)));
          // Values may be tame where derivatives overflow.
          fc.pre([...jv, ...jw].every(Number.isFinite));
          const left = jv.reduce((sum, x, i) => sum + x * w[i]!, 0);
          const right = jw.reduce((sum, x, i) => sum + x * v[i]!, 0);
          const scale = Math.max(1, ...jv.map(Math.abs), ...jw.map(Math.abs));
          expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-12 * scale);
        }
      }),
      { numRuns: programs, ...drawn },
    );
  });

  it("forward mode agrees with differences, kinks aside", () => {
    const h = 1e-6;
    let compared = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        fc.pre(isTame(valuesOf(fn)));
        const found = tangentsOf(jvp(fn, wrt, context));
        const [high, low, middle] = [valuesOf(fn, h), valuesOf(fn, -h), valuesOf(fn)];
        found.forEach((value, i) => {
          const [up, down] = [(high[i]! - middle[i]!) / h, (middle[i]! - low[i]!) / h];
          // One-sided slopes that differ mean a kink or a jump between the three points.
          if (Math.abs(up - down) > 1e-3 * (1 + Math.abs(up))) return;
          // A sine of something huge oscillates between the points.
          if (Math.abs(value) > 1e3) return;
          compared++;
          expect(Math.abs((up + down) / 2 - value)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(value)));
        });
      }),
      { numRuns: programs, ...drawn },
    );
    expect(compared).toBeGreaterThan(programs);
  });

  it("reverse mode in two halves, with the tape in the hands of the caller, has the bits of reverse mode in one", () => {
    let kept = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        const values = valuesOf(fn);
        fc.pre(isTame(values));
        const whole = cotangentsOf(vjp(fn, wrt, context));
        fc.pre(whole.every(Number.isFinite));
        const { taped, back, tapes } = halves(fn, wrt, context);
        kept += tapes.length;
        for (const shape of [(one: Fn) => one, (one: Fn) => tidy(one, [])]) {
          const first = run(shape(taped), { t, ...point });
          expect(unsigned(results.flatMap((one) => [...first.get(one.name)!]))).toEqual(unsigned(values));
          const tape = Object.fromEntries(tapes.map(({ name }) => [name, first.get(name)!]));
          const seeds = Object.fromEntries(results.map((one, i) => [`${one.name}_bar`, seed[i]!]));
          const zeros = Object.fromEntries(
            inputs.map((one) => [`${one.name}_bar`, new Float64Array(size(one.shape))]),
          );
          const second = run(shape(back), { t, ...point, ...tape, ...seeds, ...zeros });
          const found = inputs.flatMap((one) => [...second.get(`${one.name}_bar`)!]);
          expect(unsigned(found)).toEqual(unsigned(whole));
        }
      }),
      { numRuns: programs, ...drawn },
    );
    expect(kept).toBeGreaterThan(programs);
  });

  it("the optimiser keeps every value to the bit", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        const before = valuesOf(fn);
        fc.pre(isTame(before));
        expect(unsigned(valuesOf(tidy(fn, [])))).toEqual(unsigned(before));
        const tangents = jvp(fn, wrt, context);
        expect(unsigned(tangentsOf(tidy(tangents, [])))).toEqual(unsigned(tangentsOf(tangents)));
        const cotangents = vjp(fn, wrt, context);
        const raw = cotangentsOf(cotangents);
        fc.pre(raw.every(Number.isFinite));
        expect(unsigned(cotangentsOf(tidy(cotangents, [])))).toEqual(unsigned(raw));
      }),
      { numRuns: programs, ...drawn },
    );
  });
});
