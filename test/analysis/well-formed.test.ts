/** The verifier finds each way a program can be malformed, and nothing in what the compiler makes. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Fn, GlobalArray, Parameter, Statement, View } from "../../compiler/ir/nodes.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { inputs, randomFunction } from "../support/random-function.ts";

const x: Parameter = { kind: "array", name: "x", element: "real", shape: [3], access: "in" };
const y: Parameter = { kind: "array", name: "y", element: "real", shape: [], access: "out" };
const fn = (body: Statement[], parameters: Parameter[] = [x, y]): Fn => ({ name: "f", parameters, body });
const helper: Fn = { name: "h", parameters: [y], body: [build.store("y", [], build.one)] };
const problems = (body: Statement[], arrays: GlobalArray[] = []): string[] =>
  verifyProgram({ arrays, functions: [fn(body), helper] });
const [zero, three, i] = [affine.integer(0), affine.integer(3), affine.index("i")];

describe("malformed programs", () => {
  const cases: [string, Statement[], RegExp][] = [
    ["a name bound twice", [build.bind("a", build.one), build.bind("a", build.one)], /a is bound twice/],
    ["a scalar that is not there", [build.store("y", [], build.name("a"))], /no scalar a/],
    [
      "a scalar out of scope",
      [build.branch(build.always, [build.bind("a", build.one)]), build.store("y", [], build.name("a"))],
      /no scalar a/,
    ],
    ["an array that is not there", [build.store("z", [], build.one)], /no array z/],
    ["too few subscripts", [build.store("y", [], build.read("x"))], /x has 1 dimensions, not 0/],
    ["a subscript out of range", [build.store("y", [], build.read("x", [three]))], /subscript 3 to 3 of x/],
    [
      "an index out of its loop",
      [build.loop("i", zero, three, []), build.store("y", [], build.read("x", [i]))],
      /no index i/,
    ],
    ["a write to an input", [build.store("x", [zero], build.one)], /x is written/],
    [
      "real values as subscripts",
      [build.store("y", [], build.read("x", [affine.gather("x", [zero])]))],
      /holds real values/,
    ],
    ["an unknown function", [{ kind: "call", callee: "g", args: [] }], /no function g/],
    ["a wrong number of arguments", [{ kind: "call", callee: "h", args: [] }], /takes 1 arguments, not 0/],
    [
      "a subscript that leaves its array for the last of its values",
      [build.loop("i", zero, three, [build.store("y", [], build.read("x", [affine.offset(i, 1)]))])],
      /subscript 1 to 3 of x, dimension 0 of 3/,
    ],
    [
      "a subscript that leaves its array for the first of its values",
      [build.loop("i", zero, three, [build.store("y", [], build.read("x", [affine.offset(i, -1)]))])],
      /subscript -1 to 1 of x/,
    ],
    [
      "a sum that reads its entry",
      [build.accumulate("y", [], build.read("y"))],
      /reads the entry it goes to: y/,
    ],
    [
      "a contraction that reads its entry",
      [
        {
          kind: "contract",
          to: build.access("y", []),
          factors: [build.access("y", []), build.access("x", [i])],
          over: [{ index: "i", from: affine.integer(0), to: affine.integer(3) }],
        },
      ],
      /reads the entry it goes to: contract y/,
    ],
    [
      "integers as real values",
      [build.alloc("k", [], { element: "integer" }), build.store("y", [], build.read("k"))],
      /k holds integers and stands for real values/,
    ],
    [
      "a sum of integers",
      [build.alloc("k", [], { element: "integer" }), build.accumulate("k", [], build.one)],
      /k holds integers and stands for real values/,
    ],
    ["an extent that is no number of entries", [build.alloc("a", [2.5])], /a has the shape \[2.5\]/],
    ["a status from within", [build.leave(0)], /no entry function/],
    [
      "operands missing",
      [build.store("y", [], { kind: "primitive", op: "add", args: [build.one] })],
      /add has 1 arguments/,
    ],
  ];
  it.each(cases)("%s", (_name, body, message) => {
    expect(problems(body)).toHaveLength(1);
    expect(problems(body)[0]).toMatch(message);
  });

  const handed = (views: [View, View], parameters: [Parameter, Parameter]): string[] => {
    const callee: Fn = { name: "g", parameters, body: [] };
    const args = views.map((view) => ({ kind: "array" as const, view }));
    const caller = fn([
      build.alloc("a", [2]),
      build.alloc("k", [], { element: "integer" }),
      { kind: "call", callee: "g", args },
      build.store("y", [], build.one),
    ]);
    return verifyProgram({ arrays: [], functions: [caller, callee] });
  };
  const whole: View = { array: "a", prefix: [] };
  const entry = (at: number): View => ({ array: "a", prefix: [affine.integer(at)] });
  const scalar = (name: string, access: "in" | "out"): Parameter => ({ ...y, name, access }) as Parameter;
  const vector = (name: string, access: "in" | "out"): Parameter =>
    ({ ...y, name, access, shape: [2] }) as Parameter;

  it("entries handed over twice, once to be written", () => {
    expect(handed([entry(0), entry(0)], [scalar("v", "in"), scalar("w", "out")])).toEqual([
      "f: g: entries of a are handed over twice",
    ]);
    expect(handed([entry(1), whole], [scalar("v", "in"), vector("w", "out")])).toHaveLength(1);
    expect(handed([whole, entry(1)], [vector("w", "in"), scalar("v", "out")])).toHaveLength(1);
    expect(handed([entry(0), entry(1)], [scalar("v", "in"), scalar("w", "out")])).toEqual([]);
    expect(handed([entry(0), whole], [scalar("v", "in"), vector("w", "in")])).toEqual([]);
  });

  it("arguments that do not fit", () => {
    expect(handed([whole, entry(0)], [scalar("v", "in"), scalar("w", "in")])).toEqual([
      "f: g: v has the shape [], the argument [2]",
    ]);
    expect(handed([entry(2), entry(0)], [scalar("v", "in"), scalar("w", "in")])[0]).toMatch(
      /subscript 2 to 2 of a/,
    );
    expect(handed([{ array: "k", prefix: [] }, entry(0)], [scalar("v", "in"), scalar("w", "in")])).toEqual([
      "f: g: v holds real values",
    ]);
    expect(
      handed([{ array: "x", prefix: [zero] }, entry(0)], [scalar("v", "out"), scalar("w", "in")]),
    ).toEqual(["f: g writes x"]);
    expect(handed([entry(0), entry(0)], [{ kind: "real", name: "v" }, scalar("w", "in")])).toEqual([
      "f: g: v is real, the argument array",
    ]);
  });

  it("functions that call one another in a circle", () => {
    const call = (callee: string): Statement => ({ kind: "call", callee, args: [] });
    const functions = ["a", "b", "c"].map((name, k, all) => ({
      name,
      parameters: [],
      body: [call(all[(k + 1) % 3]!)],
    }));
    expect(verifyProgram({ arrays: [], functions })).toEqual([
      "a calls itself",
      "b calls itself",
      "c calls itself",
    ]);
    expect(verifyProgram({ arrays: [], functions: [functions[0]!, { ...functions[1]!, body: [] }] })).toEqual(
      [],
    );
  });

  it("names given to two arrays or functions", () => {
    const one: GlobalArray = { name: "a", element: "real", shape: [], role: "workspace" };
    expect(verifyProgram({ arrays: [one, one], functions: [] })).toEqual(["two arrays are called a"]);
    expect(verifyProgram({ arrays: [], functions: [helper, helper] })).toEqual([
      "two functions are called h",
    ]);
  });

  it("integers that are none", () => {
    const one: GlobalArray = { name: "k", element: "integer", shape: [1], role: "constant", data: [0.5] };
    expect(verifyProgram({ arrays: [one], functions: [] })).toEqual(["k has entries that are no integers"]);
  });

  it("a constant of the wrong size", () => {
    const constant: GlobalArray = { name: "c", element: "real", shape: [2], role: "constant", data: [1] };
    expect(problems([], [constant])).toEqual(["c has not 2 entries"]);
  });
});

describe("what may be right is not reported", () => {
  const beyond = build.store("y", [], build.read("x", [affine.offset(i, 1)]));
  const isInside = build.compare("lt", build.integerValue(i), build.number(2));
  const around = (body: Statement[]): Statement[] => [build.loop("i", zero, three, body)];
  it.each<[string, Statement[]]>([
    ["behind a branch", around([build.branch(isInside, [beyond])])],
    [
      "on one side of a select",
      around([
        build.store("y", [], build.select(isInside, build.read("x", [affine.offset(i, 1)]), build.zero)),
      ]),
    ],
    [
      "behind the left side of a test",
      around([
        build.branch(
          build.and(isInside, build.compare("gt", build.read("x", [affine.offset(i, 1)]), build.zero)),
          [build.store("y", [], build.one)],
        ),
      ]),
    ],
    ["in a loop that never runs", [build.loop("k", zero, zero, around([beyond]))]],
    [
      "in a triangle",
      around([
        build.loop("j", zero, i, [
          build.store("y", [], build.read("x", [affine.offset(affine.index("j"), 1)])),
        ]),
      ]),
    ],
  ])("%s", (_name, body) => {
    expect(problems(body)).toEqual([]);
  });

  it("behind a branch that has left", () => {
    const leaves = build.branch(build.compare("gt", build.read("x", [zero]), build.zero), [build.leave(1)]);
    expect(verifyProgram({ arrays: [], functions: [fn([leaves, ...around([beyond])])] }, ["f"])).toEqual([]);
  });
});

it("random programs, their derivatives and what the optimiser makes of them are well formed", () => {
  const wrt = new Set(inputs.map((one) => one.name));
  const context = { arrays: [], functions: [] };
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" }), (choices) => {
      const primal = randomFunction(choices);
      const derived = [primal, jvp(primal, wrt, context), vjp(primal, wrt, context)];
      for (const one of derived) {
        expect(verifyProgram({ arrays: [], functions: [one] })).toEqual([]);
        expect(verifyProgram({ arrays: [], functions: [tidy(one, [])] })).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});
