/**
 * Laws of Taylor mode on random programs: order 1 is forward mode, order k is forward mode nested k times, the sum
 * pulled inside is the sum of what stands outside, unit directions are directions like others.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { type Bundle, jets } from "../../compiler/differentiate/jets.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { isLong } from "../support/long.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const programs = isLong ? 5_000 : 150;
const drawn = isLong ? {} : { seed: 20_261_121 };
const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });
const context = { arrays: [], functions: [] };
const t = 0.7;
const point = Object.fromEntries(inputs.map((one, i) => [one.name, numbers(i + 1, size(one.shape))]));

/** The results of a function by position: its last parameters. */
function outcome(fn: Fn, given: Readonly<Record<string, Float64Array>>): number[][] {
  const outs = fn.parameters.filter((one) => one.kind === "array" && one.access === "out");
  const arrays = run(fn, { t, ...point, ...given });
  return outs.map((out) => [...arrays.get(out.name)!]);
}

/** What was added to the parameters of the function, by position. */
const added = (fn: Fn, derived: Fn): string[] => {
  const own = new Set(fn.parameters.map((one) => one.name));
  return derived.parameters
    .filter((one) => one.kind === "array" && one.access === "in" && !own.has(one.name))
    .map((one) => one.name);
};

function jetOf(
  fn: Fn,
  x: string,
  bundle: Bundle,
  given: readonly Float64Array[],
  tidied = false,
): number[][] {
  const derived = jets(fn, x, bundle, context);
  const seeds = Object.fromEntries(added(fn, derived).map((name, i) => [name, given[i]!]));
  return outcome(tidied ? tidy(derived, []) : derived, seeds);
}

/** The k-th derivative along a direction by forward mode of forward mode. */
function nested(fn: Fn, x: string, direction: Float64Array, order: number): number[][] {
  let derived = fn;
  for (let k = 0; k < order; k++) derived = jvp(derived, new Set([x]), context);
  const seeds = Object.fromEntries(added(fn, derived).map((name) => [name, direction]));
  return outcome(derived, seeds);
}

const isTame = (values: readonly number[]): boolean =>
  values.every((value) => Number.isFinite(value) && Math.abs(value) < 1e6);

function expectClose(found: readonly number[], truth: readonly number[], tolerance: number): void {
  expect(found.length).toBe(truth.length);
  const scale = Math.max(1, ...truth.map(Math.abs));
  found.forEach((value, i) => {
    expect(Math.abs(value - truth[i]!)).toBeLessThanOrEqual(tolerance * scale);
  });
}

const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));

/** Directions side by side: entry e of direction r at e·R + r. */
const beside = (directions: readonly Float64Array[]): Float64Array =>
  Float64Array.from({ length: directions.length * directions[0]!.length }, (_, at) => {
    const r = at % directions.length;
    return directions[r]![Math.floor(at / directions.length)]!;
  });

describe("jets of random programs", () => {
  const input = inputs.find(({ shape }) => shape.length === 1)!;
  const x = input.name;
  const n = size(input.shape);
  const directions = [0, 1, 2].map((r) => numbers(31 + r, n));

  it.each([1, 2, 3, 4])("order %i along a direction is forward mode nested", (order) => {
    let compared = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const fn = randomFunction(list);
        const truth = directions.map((direction) => nested(fn, x, direction, order));
        fc.pre(isTame(truth.flat(2)));
        const bundle = { order, directions: directions.length, collapsed: false };
        for (const tidied of [false, true]) {
          const found = jetOf(fn, x, bundle, [beside(directions)], tidied);
          results.forEach((_, out) => {
            const values = directions.flatMap((_direction, r) =>
              found[out]!.filter((_value, at) => at % directions.length === r),
            );
            const wanted = truth.flatMap((each) => each[out]!.map((value) => value / factorial(order)));
            if (wanted.some((value) => value !== 0)) compared++;
            expectClose(values, wanted, 1e-11);
          });
        }
      }),
      { numRuns: programs, ...drawn },
    );
    expect(compared).toBeGreaterThan(programs / 4);
  });

  it.each([1, 2, 3, 4])(
    "order %i: the sum pulled inside, with weights and a top, is the sum outside",
    (order) => {
      const weights = Float64Array.of(0.7, -1.3, 0.4);
      const top = numbers(77, n);
      fc.assert(
        fc.property(choices, (list) => {
          const fn = randomFunction(list);
          const each = jetOf(fn, x, { order, directions: 3, collapsed: false }, [beside(directions)]);
          const drift = nested(fn, x, top, 1);
          fc.pre(isTame([...each, ...drift].flat()));
          const bundle = { order, directions: 3, collapsed: true, weighted: true, top: true };
          const found = jetOf(fn, x, bundle, [beside(directions), weights, top]);
          results.forEach((_, out) => {
            const sums = found[out]!.map((_value, e) => {
              const weighted = weights.reduce((sum, w, r) => sum + w * each[out]![3 * e + r]!, 0);
              return (order === 1 ? 0 : weighted) + drift[out]![e]!;
            });
            const size = Math.max(1, ...each[out]!.map(Math.abs));
            expectClose(
              found[out]!.map((value) => value / size),
              sums.map((value) => value / size),
              1e-11,
            );
          });
        }),
        { numRuns: programs, ...drawn },
      );
    },
  );

  it.each([1, 2, 3])("order %i: unit directions are directions like others", (order) => {
    const units = Array.from({ length: n }, (_, r) =>
      Float64Array.from({ length: n }, (_, e) => Number(e === r)),
    );
    for (const collapsed of order === 1 ? [false] : [false, true]) {
      fc.assert(
        fc.property(choices, (list) => {
          const fn = randomFunction(list);
          const given = jetOf(fn, x, { order, directions: n, collapsed }, [beside(units)]);
          fc.pre(isTame(given.flat()));
          const found = jetOf(fn, x, { order, directions: "unit", collapsed }, []);
          given.forEach((values, out) => {
            expectClose(found[out]!, values, 1e-12);
          });
        }),
        { numRuns: programs, ...drawn },
      );
    }
  });
});
