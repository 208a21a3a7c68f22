/** Sums in loops of their own: the same terms, in the same order, to the bit; loops that read their sums stay whole. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jets } from "../../compiler/differentiate/jets.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Expr, Fn, Program, Statement } from "../../compiler/ir/nodes.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { orderedSums } from "../../compiler/optimise/ordered-sums.ts";
import { storage } from "../../compiler/optimise/storage.ts";
import { isLong } from "../support/long.ts";
import { inputs, randomFunction } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const point = Object.fromEntries(inputs.map((one, i) => [one.name, numbers(i + 1, size(one.shape))]));
const programs = isLong ? 10_000 : 300;
const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });

/** Working arrays of the function at the top of its body, as the workspace of a module would hold them. */
function withWorkspace({ arrays, functions }: Program): Fn {
  const [fn] = functions as [Fn];
  const places = arrays.map(({ name, shape }) => build.alloc(name, shape, { zero: false }));
  return { ...fn, body: [...places, ...fn.body] };
}

const valuesOf = (fn: Fn): number[][] => {
  const arrays = run(fn, { t: 0.7, ...point });
  return fn.parameters.flatMap((one) =>
    one.kind === "array" && one.access === "out" ? [[...arrays.get(one.name)!]] : [],
  );
};

const always = (_fn: Fn): boolean => true;
const never = (_fn: Fn): boolean => false;

describe("random programs", () => {
  it("keep every bit in jets", () => {
    let split = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const shape = { order: 2, directions: "unit", collapsed: true } as const;
        const fn = jets(randomFunction(list), "x", shape, { arrays: [], functions: [] });
        const before = storage({ arrays: [], functions: [fn] }, [fn.name]);
        const after = orderedSums(before, always, 2);
        split += after.arrays.length - before.arrays.length;
        expect(valuesOf(withWorkspace(after))).toEqual(valuesOf(fn));
      }),
      { numRuns: programs, seed: 20_261_121 },
    );
    expect(split).toBeGreaterThan(0);
  });
});

const j = affine.index("j");
const sum = (value: Expr): Statement => build.accumulate("s", [], value);
const twice: Statement = build.bind("v", build.mul(build.read("x", [j]), build.number(2)));

function program(trips: number, body: Statement[]): Program {
  const fn: Fn = {
    name: "f",
    parameters: [
      { kind: "array", name: "x", element: "real", shape: [12], access: "in" },
      { kind: "array", name: "y", element: "real", shape: [1], access: "out" },
    ],
    body: [
      build.alloc("s", []),
      build.loop("j", affine.integer(0), affine.integer(trips), body),
      build.store("y", [affine.integer(0)], build.read("s")),
    ],
  };
  return { arrays: [], functions: [fn] };
}

const loopsOf = ({ functions }: Program): number => {
  let found = 0;
  for (const { body } of functions)
    forEachStatement(body, (each) => {
      if (each.kind === "for") found++;
    });
  return found;
};

describe("what is split", () => {
  const plain = [twice, sum(build.name("v"))];
  it.each([
    ["a sum of terms that take more than a product", 12, plain, always, 2],
    ["not a sum of few terms", 7, plain, always, 1],
    ["not one whose terms read it", 12, [twice, sum(build.mul(build.name("v"), build.read("s")))], always, 1],
    ["not two into the same place", 12, [...plain, sum(build.read("x", [j]))], always, 1],
    ["not what is nothing but sums", 12, [sum(build.read("x", [j]))], always, 1],
    ["not in functions that are none of it", 12, plain, never, 1],
  ] as const)("%s", (_name, trips, body, isWanted, loops) => {
    expect(loopsOf(orderedSums(program(trips, [...body]), isWanted))).toBe(loops);
  });
});
