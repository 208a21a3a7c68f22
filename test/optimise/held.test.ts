/** Sums in scalars and reads in front of loops: the same bits, and only where nothing meets. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { Names } from "../../compiler/ir/names.ts";
import type { Fn, Statement } from "../../compiler/ir/nodes.ts";
import { bindersOf, forEachStatement } from "../../compiler/ir/walk.ts";
import { heldReads } from "../../compiler/optimise/held-reads.ts";
import { heldSums } from "../../compiler/optimise/held-sums.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { isLong } from "../support/long.ts";
import { inputs, randomFunction, results } from "../support/random-function.ts";
import { numbers, run, size } from "../support/vectors.ts";

const programs = isLong ? 10_000 : 500;
const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });

const passes = {
  sums: (fn: Fn, least: number): Fn => ({ ...fn, body: heldSums(fn.body, new Names(bindersOf(fn)), least) }),
  reads: (fn: Fn, least: number): Fn => ({ ...fn, body: heldReads(fn.body, least) }),
};

describe.each(Object.entries(passes))("%s", (_, pass) => {
  it("keep every bit of random functions and of their reverse mode", () => {
    let changed = 0;
    const given = Object.fromEntries(
      [...inputs, ...results].flatMap(({ name, shape }, i) => [
        [name, numbers(i + 1, size(shape))],
        [`${name}_bar`, numbers(i + 9, size(shape))],
      ]),
    );
    fc.assert(
      fc.property(choices, (list) => {
        const context = { arrays: [], functions: [] };
        const plain = randomFunction(list);
        const wrt = new Set(inputs.map(({ name }) => name));
        const functions = [plain, vjp(plain, wrt, context)].map((fn) => tidy(fn, []));
        for (const fn of functions) {
          const after = pass(fn, 1);
          if (JSON.stringify(after.body) !== JSON.stringify(fn.body)) changed++;
          expect(run(after, { t: 0.7, ...given })).toEqual(run(fn, { t: 0.7, ...given }));
        }
      }),
      { numRuns: programs, seed: 20_261_122 },
    );
    expect(changed).toBeGreaterThan(20);
  });
});

const i = affine.index("i");
const k = affine.index("k");
const array = (name: string, shape: number[], access: "in" | "inout") =>
  ({ kind: "array", name, element: "real", shape, access }) as const;

/** A loop over k inside one over i, on C (6), A (6 × 8) and x (8). */
function nest(body: Statement[], trips = 8): Fn {
  return {
    name: "f",
    parameters: [array("A", [6, 8], "in"), array("x", [8], "in"), array("C", [6], "inout")],
    body: [
      build.loop("i", affine.integer(0), affine.integer(6), [
        build.loop("k", affine.integer(0), affine.integer(trips), body),
      ]),
    ],
  };
}

/** Statements of innermost loops, by kind and array. */
function innermost(fn: Fn): string[] {
  const found: string[] = [];
  forEachStatement(fn.body, (statement) => {
    if (statement.kind !== "for" || statement.body.some(({ kind }) => kind === "for")) return;
    for (const each of statement.body)
      found.push(
        each.kind === "let" && each.value.kind === "read"
          ? `read ${each.value.array}`
          : each.kind === "accumulate" || each.kind === "store"
            ? `${each.kind} ${each.array}${each.at.length > 0 ? "[]" : ""}`
            : each.kind,
      );
  });
  return found;
}

const A = build.bind("a", build.read("A", [i, k]));
const sum = (at: affine.Affine, value = "a"): Statement => build.accumulate("C", [at], build.name(value));

describe("a sum", () => {
  const [read, added] = ["read A", "accumulate C[]"];
  it.each([
    ["into an entry of the outer loop is held", [A, sum(i)], 8, [read, "accumulate C#2"]],
    [
      "twice into one entry is one scalar",
      [A, sum(i), sum(i)],
      8,
      [read, "accumulate C#2", "accumulate C#2"],
    ],
    ["that the loop moves is not", [A, sum(k)], 6, [read, added]],
    [
      "into one of two entries, which may meet, is not",
      [A, sum(i), sum(affine.integer(2))],
      8,
      [read, added, added],
    ],
    [
      "that the loop reads is not",
      [build.bind("c", build.read("C", [affine.integer(1)])), sum(i, "c")],
      8,
      ["read C", added],
    ],
    ["of few terms is not", [A, sum(i)], 3, [read, added]],
  ] as const)("%s", (_, body, trips, left) => {
    const fn = nest([...body], trips);
    const after = passes.sums(fn, 4);
    expect(innermost(after)).toEqual(left);
    const given = { A: numbers(1, 48), x: numbers(2, 8), C: numbers(3, 6) };
    expect(run(after, given)).toEqual(run(fn, given));
  });
});

describe("a read", () => {
  const x = build.bind("b", build.read("x", [i]));
  it.each([
    ["of an entry of the outer loop moves", [A, x, sum(k, "b")], 6, ["read A", "accumulate C[]"]],
    [
      "of what the loop writes stays",
      [build.bind("c", build.read("C", [i])), sum(k, "c")],
      6,
      ["read C", "accumulate C[]"],
    ],
    ["of an entry that the loop moves stays", [A, sum(k)], 6, ["read A", "accumulate C[]"]],
    ["in few trips stays", [x, sum(k, "b")], 3, ["read x", "accumulate C[]"]],
  ] as const)("%s", (_, body, trips, left) => {
    const fn = nest([...body], trips);
    const after = passes.reads(fn, 4);
    expect(innermost(after)).toEqual(left);
    const given = { A: numbers(1, 48), x: numbers(2, 8), C: numbers(3, 6) };
    expect(run(after, given)).toEqual(run(fn, given));
  });

  it("beside more than registers hold stays with all of them", () => {
    const reads = Array.from({ length: 9 }, (_, n) =>
      build.bind(`b${n}`, build.read("A", [i, affine.integer(n % 8)])),
    );
    expect(innermost(passes.reads(nest([...reads, sum(k, "b0")], 6), 4))).toHaveLength(10);
    expect(innermost(passes.reads(nest([...reads.slice(1), sum(k, "b1")], 6), 4))).toHaveLength(1);
  });
});
