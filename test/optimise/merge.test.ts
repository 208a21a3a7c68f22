/** Arrays that hold the same become one: bits stay on random programs and on what operators make of them; copies go. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jets } from "../../compiler/differentiate/jets.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { Names } from "../../compiler/ir/names.ts";
import type { Fn, Statement } from "../../compiler/ir/nodes.ts";
import { instantiate } from "../../compiler/ir/rewrite.ts";
import { bindersOf, forEachStatement } from "../../compiler/ir/walk.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { merge } from "../../compiler/optimise/merge.ts";
import { isLong } from "../support/long.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const context = { arrays: [], functions: [] };
const point = Object.fromEntries(inputs.map((one, i) => [one.name, numbers(i + 1, size(one.shape))]));
const programs = isLong ? 10_000 : 120;
const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });

const outsOf = (fn: Fn): string[] =>
  fn.parameters.flatMap((one) => (one.kind === "array" && one.access === "out" ? [one.name] : []));

/** Zeros of either sign are one number here: x + 0 is folded to x. */
const valuesOf = (fn: Fn): number[] => {
  const arrays = run(fn, { t: 0.7, ...point });
  return outsOf(fn).flatMap((name) => [...arrays.get(name)!].map((value) => value + 0));
};

const allocated = (fn: Fn): number => {
  let words = 0;
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "alloc") words += size(statement.shape);
  });
  return words;
};

/** A function that computes its results twice and adds them up. */
function twice(fn: Fn): Fn {
  const names = new Names(bindersOf(fn));
  const copies = results.map(({ name, shape }) => ({ name, shape, array: names.fresh(`${name}_again`) }));
  const again = instantiate(fn.body, names.fresh, {
    array: (array) => {
      const copy = copies.find(({ name }) => name === array);
      return copy && { array: copy.array, prefix: [] };
    },
  });
  const body: Statement[] = [
    ...fn.body,
    ...copies.map(({ array, shape }) => build.alloc(array, shape, { zero: false })),
    ...again,
    ...copies.flatMap(({ name, shape, array }) =>
      build.forEachEntry(shape, names.fresh, (at) => [build.accumulate(name, at, build.read(array, at))]),
    ),
  ];
  return { ...fn, body };
}

describe("random programs", () => {
  it.each([
    ["once", (fn: Fn) => fn],
    ["twice", twice],
    ["in a jet of a jet", (fn: Fn) => laplacianOf(laplacianOf(fn))],
  ] as const)("%s keep every bit", (_name, shape) => {
    fc.assert(
      fc.property(choices, (list) => {
        const fn = shape(randomFunction(list));
        const truth = valuesOf(fn);
        expect(valuesOf(merge(fn))).toEqual(truth);
        const tidied = tidy(fn, []);
        expect(valuesOf(tidy(merge(tidied), []))).toEqual(valuesOf(tidied));
      }),
      { numRuns: programs, seed: 20_261_121 },
    );
  });
});

function laplacianOf(fn: Fn): Fn {
  return jets(fn, "x", { order: 2, directions: "unit", collapsed: true }, context);
}

/** y[i] = tanh(Σ w[k, i]·x[k]) through an array of its own. */
function layer(names: Names, out: string): Statement[] {
  const [h, z, i, j, l] = ["h", "z", "i", "j", "i"].map(names.fresh) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const at = (name: string) => affine.index(name);
  const of = affine.integer;
  return [
    build.alloc(h, [3], { zero: false }),
    build.loop(i, of(0), of(3), [
      build.alloc(z, []),
      build.loop(j, of(0), of(4), [
        build.accumulate(z, [], build.mul(build.read("w", [at(i), at(j)]), build.read("x", [at(j)]))),
      ]),
      build.store(h, [at(i)], build.primitive("tanh", [build.read(z)])),
    ]),
    build.loop(l, of(0), of(3), [build.accumulate(out, [], build.read(h, [at(l)]))]),
  ];
}

describe("copies", () => {
  const parameters: Fn["parameters"] = [
    { kind: "array", name: "x", element: "real", shape: [4], access: "in" },
    { kind: "array", name: "w", element: "real", shape: [3, 4], access: "in" },
    { kind: "array", name: "z", element: "real", shape: [], access: "out" },
  ];

  it("of a layer are computed once", () => {
    const names = new Names(["x", "w", "z"]);
    const body = [build.store("z", [], build.zero), ...layer(names, "z"), ...layer(names, "z")];
    const fn: Fn = { name: "f", parameters, body };
    const once = tidy(fn, []);
    const merged = tidy(merge(once), []);
    expect(valuesOf(merged)).toEqual(valuesOf(once));
    expect(allocated(once)).toBeGreaterThanOrEqual(2 * 3);
    expect(allocated(merged)).toBeLessThanOrEqual(allocated(once) / 2 + 1);
  });

  it("that another weight goes into stay apart", () => {
    const names = new Names(["x", "w", "z"]);
    const first = layer(names, "z");
    const second = layer(names, "z").map(
      (statement): Statement =>
        statement.kind === "for" && statement.body[0]?.kind === "alloc"
          ? {
              ...statement,
              body: [
                ...statement.body.slice(0, 1),
                build.accumulate((statement.body[0] as { array: string }).array, [], build.number(1e-9)),
                ...statement.body.slice(1),
              ],
            }
          : statement,
    );
    const fn: Fn = { name: "f", parameters, body: [build.store("z", [], build.zero), ...first, ...second] };
    const once = tidy(fn, []);
    expect(valuesOf(tidy(merge(once), []))).toEqual(valuesOf(once));
    expect(allocated(tidy(merge(once), []))).toBe(allocated(once));
  });
});
