/** Working arrays given back to the loops that alone use them: bits stay, and only what is set anew every time moves. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jets } from "../../compiler/differentiate/jets.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Block, Fn, Program, Statement } from "../../compiler/ir/nodes.ts";
import { forEachStatement } from "../../compiler/ir/walk.ts";
import { localise } from "../../compiler/optimise/localise.ts";
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

const stored = (fn: Fn): Program => storage({ arrays: [], functions: [fn] }, [fn.name]);

const valuesOf = (fn: Fn): number[][] => {
  const arrays = run(fn, { t: 0.7, ...point });
  return fn.parameters.flatMap((one) =>
    one.kind === "array" && one.access === "out" ? [[...arrays.get(one.name)!]] : [],
  );
};

const allocatedIn = (block: Block): string[] => {
  const found: string[] = [];
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc" && statement.shape.length > 0) found.push(statement.array);
  });
  return found;
};

describe("random programs", () => {
  it.each([
    ["as they are", (fn: Fn) => fn],
    [
      "in a jet",
      (fn: Fn) =>
        jets(fn, "x", { order: 2, directions: "unit", collapsed: true }, { arrays: [], functions: [] }),
    ],
  ] as const)("%s keep every bit", (_name, shape) => {
    let moved = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const fn = shape(randomFunction(list));
        const before = stored(fn);
        const after = localise(before, () => true);
        moved += before.arrays.length - after.arrays.length;
        expect(valuesOf(withWorkspace(after))).toEqual(valuesOf(fn));
        expect(valuesOf(withWorkspace(storage(after, [fn.name])))).toEqual(valuesOf(fn));
      }),
      { numRuns: programs, seed: 20_261_121 },
    );
    expect(moved).toBeGreaterThan(0);
  });
});

const i = affine.index("i");
const j = affine.index("j");
const cleared: Statement = build.loop("j", affine.integer(0), affine.integer(3), [
  build.store("s", [j], build.zero),
]);
const summed: Statement = build.loop("j", affine.integer(0), affine.integer(3), [
  build.accumulate("s", [j], build.read("x", [j])),
]);
const kept: Statement = build.store("y", [i], build.read("s", [affine.integer(0)]));

function program(body: Statement[], behind: Statement[] = []): Program {
  const fn: Fn = {
    name: "f",
    parameters: [],
    body: [build.loop("i", affine.integer(0), affine.integer(4), body), ...behind],
  };
  return {
    arrays: [{ name: "s", element: "real", shape: [3], role: "workspace" }],
    functions: [fn],
  };
}

const isLocal = (whole: Program): boolean => {
  const { arrays, functions } = localise(whole, () => true);
  expect(allocatedIn(functions[0]!.body).length).toBe(1 - arrays.length);
  return arrays.length === 0;
};

describe("an array", () => {
  it("that every trip clears and sums into is the loop's own", () => {
    expect(isLocal(program([cleared, summed, kept]))).toBe(true);
  });

  it("that is summed up over the trips, read behind the loop, or cleared in part stays", () => {
    expect(isLocal(program([summed, kept]))).toBe(false);
    expect(
      isLocal(
        program(
          [cleared, summed],
          [build.store("y", [affine.integer(0)], build.read("s", [affine.integer(0)]))],
        ),
      ),
    ).toBe(false);
    const inPart = build.loop("j", affine.integer(0), affine.integer(2), [build.store("s", [j], build.zero)]);
    expect(isLocal(program([inPart, summed, kept]))).toBe(false);
    expect(isLocal(program([kept, cleared, summed]))).toBe(false);
  });

  it("of the module, or of two functions, stays", () => {
    const whole = program([cleared, summed, kept]);
    const [fn] = whole.functions as [Fn];
    const twice = { ...whole, functions: [fn, { ...fn, name: "g" }] };
    expect(localise(twice, () => true)).toEqual(twice);
    const tape = { ...whole, arrays: whole.arrays.map((array) => ({ ...array, role: "tape" as const })) };
    expect(localise(tape, () => true)).toEqual(tape);
    expect(localise(whole, () => false)).toEqual(whole);
  });
});
