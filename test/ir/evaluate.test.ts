/** The interpreter: what each statement does, and that it refuses what real machines would not notice. */

import { describe, expect, it } from "vitest";
import type { Affine } from "../../compiler/ir/affine.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate, type Words } from "../../compiler/ir/evaluate.ts";
import type { Expr, Fn, GlobalArray, Parameter, Program, Shape, Statement } from "../../compiler/ir/nodes.ts";

const n = affine.integer;
const i = affine.index("i");
const j = affine.index("j");
const { read, store, accumulate, number, name, bind, loop, alloc } = build;

const array = (
  text: string,
  shape: Shape,
  access: "in" | "out" | "inout" = "in",
  element: "real" | "integer" = "real",
): Parameter => ({ kind: "array", name: text, element, shape, access });

const program = (functions: Fn[], arrays: GlobalArray[] = []): Program => ({ arrays, functions });
const fn = (text: string, parameters: Parameter[], body: Statement[]): Fn => ({
  name: text,
  parameters,
  body,
});

/** Runs statements on y, written in place, and x. */
function run(body: Statement[], options: { x?: number[]; y?: number[]; access?: "out" | "inout" } = {}) {
  const { x = [1, 2, 3], y = [0, 0, 0], access = "inout" } = options;
  const words = Float64Array.from(y);
  const f = fn("f", [array("x", [x.length]), array("y", [y.length], access)], body);
  evaluate(program([f]), "f", [Float64Array.from(x), words]);
  return [...words];
}

const each = (body: Statement[], down = false): Statement => loop("i", n(0), n(3), body, { down });

describe("statements", () => {
  it("stores, accumulates, binds", () => {
    const value = build.add(name("v"), number(1));
    expect(
      run([each([bind("v", read("x", [i])), store("y", [i], value), accumulate("y", [i], name("v"))])]),
    ).toEqual([3, 5, 7]);
  });

  it("loops up, down, not at all, from bounds read once", () => {
    const digits = build.add(build.mul(number(10), read("y", [n(0)])), build.integerValue(i));
    const append = [store("y", [n(0)], digits)];
    expect(run([loop("i", n(1), n(4), append)])[0]).toBe(123);
    expect(run([loop("i", n(1), n(4), append, { down: true })])[0]).toBe(321);
    expect(run([loop("i", n(4), n(4), append)])[0]).toBe(0);
    expect(run([loop("i", n(4), n(1), append)])[0]).toBe(0);
    const bound = affine.gather("k", []);
    const moving = [
      alloc("k", [], { element: "integer" }),
      store("k", [], number(2)),
      loop("i", n(0), bound, [store("k", [], number(5)), accumulate("y", [n(0)], build.one)]),
    ];
    expect(run(moving)[0]).toBe(2);
  });

  it("a while loop ends by its test or its limit, and counts its trips", () => {
    const small = (limit: number): Statement => ({
      kind: "while",
      counter: "i",
      test: build.compare("lt", read("y", [n(0)]), number(10)),
      limit,
      body: [accumulate("y", [n(0)], build.add(build.integerValue(i), build.one))],
    });
    expect(run([small(100)])[0]).toBe(10);
    expect(run([small(2)])[0]).toBe(3);
  });

  it("an if runs one side, a select evaluates one side, tests stop early", () => {
    const outside = read("x", [affine.offset(i, 10)]);
    const first = build.compare("eq", build.integerValue(i), number(-1));
    const beyond = build.compare("gt", outside, number(0));
    expect(
      run([each([build.branch(first, [store("y", [i], outside)], [store("y", [i], number(4))])])]),
    ).toEqual([4, 4, 4]);
    expect(run([each([store("y", [i], build.select(first, outside, number(5)))])])).toEqual([5, 5, 5]);
    expect(
      run([each([store("y", [i], build.select(build.and(first, beyond), outside, number(6)))])]),
    ).toEqual([6, 6, 6]);
    expect(
      run([each([store("y", [i], build.select(build.or(build.not(first), beyond), number(7), outside))])]),
    ).toEqual([7, 7, 7]);
  });

  it("a zeroed array is zeroed each time it is reached", () => {
    expect(
      run([each([alloc("a", []), accumulate("a", [], read("x", [i])), store("y", [i], read("a"))])]),
    ).toEqual([1, 2, 3]);
  });

  it("contracts over its axes, the first outermost", () => {
    const matvec: Statement = {
      kind: "contract",
      to: build.access("y", [i]),
      factors: [build.access("w", [i, j]), build.access("x", [j])],
      over: [
        { index: "i", from: affine.integer(0), to: affine.integer(2) },
        { index: "j", from: affine.integer(0), to: affine.integer(3) },
      ],
    };
    const y = Float64Array.of(1, 1);
    const f = fn("f", [array("w", [2, 3]), array("x", [3]), array("y", [2], "inout")], [matvec]);
    evaluate(program([f]), "f", [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(1, 10, 100), y]);
    expect([...y]).toEqual([322, 655]);
  });

  it("index forms: gathers, quotients, remainders", () => {
    const permuted: Affine = affine.gather("p", [i]);
    const form = affine.add(
      affine.scale(affine.remainder(permuted, n(2)), 10),
      affine.quotient(affine.scale(permuted, 7), n(3)),
    );
    const f = fn(
      "f",
      [array("p", [3], "in", "integer"), array("y", [3], "out")],
      [each([store("y", [i], build.integerValue(form))])],
    );
    for (const p of [Int32Array.of(2, 0, 1), Float64Array.of(2, 0, 1)]) {
      const y = new Float64Array(3);
      evaluate(program([f]), "f", [p, y]);
      expect([...y]).toEqual([4, 0, 12]);
    }
  });

  it("calls hand over scalars, indices and sub-arrays, which are written in place", () => {
    const row = fn(
      "row",
      [{ kind: "real", name: "s" }, { kind: "integer", name: "k" }, array("r", [3], "out"), array("x", [3])],
      [
        loop("i", n(0), n(3), [
          store(
            "r",
            [i],
            build.add(build.mul(name("s"), read("x", [i])), build.integerValue(affine.index("k"))),
          ),
        ]),
      ],
    );
    const all = fn(
      "all",
      [array("x", [3]), array("m", [2, 3], "out")],
      [
        loop("j", n(0), n(2), [
          {
            kind: "call",
            callee: "row",
            args: [
              { kind: "real", value: build.add(build.integerValue(j), number(0.5)) },
              { kind: "integer", value: affine.scale(j, 100) },
              { kind: "array", view: { array: "m", prefix: [j] } },
              { kind: "array", view: { array: "x", prefix: [] } },
            ],
          },
        ]),
      ],
    );
    const m = new Float64Array(6);
    evaluate(
      program([all, row]),
      "all",
      new Map<string, Words>([
        ["x", Float64Array.of(1, 2, 4)],
        ["m", m],
      ]),
    );
    expect([...m]).toEqual([0.5, 1, 2, 101.5, 103, 106]);
  });

  it("leaves an entry with a status, from inside a loop", () => {
    const f = fn(
      "f",
      [],
      [each([build.branch(build.compare("eq", build.integerValue(i), number(1)), [build.leave(3)])])],
    );
    expect(evaluate(program([f]), "f")).toBe(3);
    expect(evaluate(program([fn("g", [], [])]), "g")).toBe(0);
  });

  it("works on the memory of global arrays", () => {
    const arrays: GlobalArray[] = [
      { name: "c", element: "real", shape: [2], role: "constant", data: [5, 7] },
      { name: "total", element: "real", shape: [], role: "interface" },
    ];
    const f = fn("f", [], [store("total", [], build.mul(read("c", [n(0)]), read("c", [n(1)])))]);
    const memory = allocate(program([f], arrays));
    evaluate(program([f], arrays), "f", [], memory);
    expect(memory.get("total")![0]).toBe(35);
  });
});

describe("is refused", () => {
  const hole = alloc("a", [3], { zero: false });
  const counter = alloc("k", [], { element: "integer" });
  const take = (value: Expr): Statement => store("y", [n(0)], value);
  it.each<[string, Statement[], RegExp]>([
    [
      "a subscript past the end",
      [each([take(read("x", [affine.offset(i, 1)]))])],
      /subscript 3 of x, dimension 0 of 3/,
    ],
    ["a subscript below 0", [store("y", [n(-1)], build.one)], /subscript -1 of y/],
    ["a scalar nobody bound", [take(name("v"))], /no scalar v/],
    ["a scalar of a block that is over", [each([bind("v", build.one)]), take(name("v"))], /no scalar v/],
    ["an array of a block that is over", [each([alloc("b", [])]), take(read("b"))], /no array b/],
    ["an index of a loop that is over", [each([]), take(build.integerValue(i))], /no index i/],
    ["an array nobody made", [take(read("b"))], /no array b/],
    [
      "an entry read before it is written",
      [hole, store("a", [n(0)], build.one), take(read("a", [n(1)]))],
      /word 1 of a is read before/,
    ],
    [
      "a sum that starts from nothing",
      [hole, accumulate("a", [n(0)], build.one)],
      /word 0 of a is read before/,
    ],
    ["a fraction as an integer", [counter, store("k", [], number(0.5))], /0.5 is stored as an integer/],
    ["a fraction as a subscript", [take(read("x", [affine.gather("x", [n(0)])]))], /subscript 0.5 of x/],
    ["a function nobody wrote", [{ kind: "call", callee: "g", args: [] }], /no function g/],
  ])("%s", (_name, body, message) => {
    expect(() => run(body, { x: [0.5, 2, 3] })).toThrow(message);
  });

  it("a result that is read, or left unwritten", () => {
    expect(() => run([each([store("y", [i], read("y", [i]))])], { access: "out" })).toThrow(
      /word 0 of y is read/,
    );
    expect(() => run([loop("i", n(0), n(2), [store("y", [i], build.one)])], { access: "out" })).toThrow(
      /word 2 of the result y is left unwritten/,
    );
  });

  it("an argument of another kind, shape or element, and a callee that leaves", () => {
    const callee = (body: Statement[], ...parameters: Parameter[]): Fn => fn("g", parameters, body);
    const call = (g: Fn): (() => number) => {
      const args = g.parameters.map(() => ({ kind: "array" as const, view: { array: "x", prefix: [] } }));
      const f = fn("f", [array("x", [4])], [{ kind: "call", callee: "g", args }]);
      return () => evaluate(program([f, g]), "f", [new Float64Array(4)]);
    };
    expect(call(callee([], array("a", [4])))()).toBe(0);
    expect(call(callee([], array("a", [2, 2])))).toThrow(/a has the shape \[2,2\] and is given \[4\]/);
    expect(call(callee([], array("a", [4], "in", "integer")))).toThrow(/a is integer and is given real/);
    expect(call(callee([], { kind: "real", name: "a" }))).toThrow(/a is given no real/);
    expect(call(callee([build.leave(0)]))).toThrow(/g is called and leaves/);
    const g = fn("f", [array("x", [4])], []);
    expect(() => evaluate(program([g]), "f", [new Float64Array(3)])).toThrow(/x has 3 words/);
    expect(() => evaluate(program([g]), "f", [1])).toThrow(/x is given no array/);
  });

  it("with the function, the statement and the place in the model", () => {
    const span = { file: "a.ode.ts", start: 17, end: 20 };
    expect(() => run([store("y", [n(5)], build.one, span)])).toThrow(
      "f: subscript 5 of y, dimension 0 of 3, in `y[5] = 1` (a.ode.ts, character 17)",
    );
  });
});
