/** The verifier finds each way a program can be malformed, and nothing in what the compiler makes. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Fn, GlobalArray, Parameter, Statement } from "../../compiler/ir/nodes.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { inputs, randomFunction } from "../support/random-function.ts";

const x: Parameter = { kind: "array", name: "x", element: "real", shape: [3], access: "in" };
const y: Parameter = { kind: "array", name: "y", element: "real", shape: [], access: "out" };
const fn = (body: Statement[], parameters: Parameter[] = [x, y]): Fn => ({ name: "f", parameters, body });
const problems = (body: Statement[], arrays: GlobalArray[] = []): string[] =>
  verifyProgram({ arrays, functions: [fn(body)] });
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
    ["a wrong number of arguments", [{ kind: "call", callee: "f", args: [] }], /takes 2 arguments, not 0/],
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

  it("an array handed over twice, once to be written", () => {
    const view = { array: "a", prefix: [] };
    const callee: Fn = { ...fn([build.store("y", [], build.one)], [{ ...y, name: "w" }, y]), name: "g" };
    const caller = fn([
      build.alloc("a", []),
      {
        kind: "call",
        callee: "g",
        args: [
          { kind: "array", view },
          { kind: "array", view },
        ],
      },
    ]);
    expect(verifyProgram({ arrays: [], functions: [caller, callee] }).join()).toMatch(/handed over twice/);
  });

  it("a constant of the wrong size", () => {
    const constant: GlobalArray = { name: "c", element: "real", shape: [2], role: "constant", data: [1] };
    expect(problems([], [constant])).toEqual(["c has not 2 entries"]);
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
