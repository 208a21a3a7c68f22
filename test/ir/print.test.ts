/** The IR as text: one line for each kind of statement, expression and index form. */

import { describe, expect, it } from "vitest";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Statement } from "../../compiler/ir/nodes.ts";
import { printExpr, printForm, printProgram, printStatement, printTest } from "../../compiler/ir/print.ts";

const n = affine.integer;
const i = affine.index("i");
const x = build.read("x", [i]);

describe("statements", () => {
  it.each<[string, Statement]>([
    ["let v#2 = sin(x[i])", build.bind("v#2", build.primitive("sin", [x]))],
    ["alloc local real a[2, 3] zero", build.alloc("a", [2, 3])],
    ["alloc tape integer k[]", build.alloc("k", [], { element: "integer", role: "tape", zero: false })],
    ["y[i] = 1", build.store("y", [i], build.one)],
    ["y[] += x[i]", build.accumulate("y", [], x)],
    ["for i in 0..3\n  y[i] = 1", build.loop("i", n(0), n(3), [build.store("y", [i], build.one)])],
    [
      "for i in 1..n down\n  return 2",
      build.loop("i", n(1), affine.index("n"), [build.leave(2)], { down: true }),
    ],
    [
      "while x[i] < 1 count k limit 9\n  return 1",
      {
        kind: "while",
        counter: "k",
        test: build.compare("lt", x, build.one),
        limit: 9,
        body: [build.leave(1)],
      },
    ],
    ["if x[i] == 0\n  return 0", build.branch(build.compare("eq", x, build.zero), [build.leave(0)])],
    [
      "if x[i] == 0\n  return 0\nelse\n  return 1",
      build.branch(build.compare("eq", x, build.zero), [build.leave(0)], [build.leave(1)]),
    ],
    [
      "call f(x[i], i + 1, w[i, …], y)",
      {
        kind: "call",
        callee: "f",
        args: [
          { kind: "real", value: x },
          { kind: "integer", value: affine.offset(i, 1) },
          { kind: "array", view: { array: "w", prefix: [i] } },
          { kind: "array", view: { array: "y", prefix: [] } },
        ],
      },
    ],
    [
      "contract y[i] += w[i, j] * x[j] over i in 0..2, j in 0..3",
      {
        kind: "contract",
        to: build.access("y", [i]),
        factors: [build.access("w", [i, affine.index("j")]), build.access("x", [affine.index("j")])],
        over: [
          { index: "i", from: affine.integer(0), to: affine.integer(2) },
          { index: "j", from: affine.integer(0), to: affine.integer(3) },
        ],
      },
    ],
    ["// a line", build.comment("a line")],
  ])("%s", (text, statement) => {
    expect(printStatement(statement)).toBe(text);
    expect(printStatement(statement, "  ")).toBe(text.replaceAll(/^/gm, "  "));
  });
});

it("expressions keep their tree", () => {
  const sum = build.add(build.name("a"), build.mul(build.name("b"), build.number(-0)));
  expect(printExpr(sum)).toBe("a");
  expect(printExpr(build.sub(build.name("a"), build.sub(build.name("b"), build.name("c"))))).toBe(
    "sub(a, sub(b, c))",
  );
  expect(printExpr(build.number(-0))).toBe("-0");
  expect(printExpr(build.number(1e-300))).toBe("1e-300");
  expect(printExpr(build.integerValue(i))).toBe("real(i)");
  expect(
    printExpr(build.select(build.compare("ge", build.name("a"), build.zero), build.one, build.zero)),
  ).toBe("select(a >= 0, 1, 0)");
});

it("tests", () => {
  const [left, right] = [build.compare("ne", x, build.one), build.compare("le", x, build.zero)];
  expect(printTest(build.and(left, build.not(build.or(left, right))))).toBe(
    "(x[i] != 1 and not ((x[i] != 1 or x[i] <= 0)))",
  );
  expect(printTest(build.never)).toBe("false");
});

it("index forms", () => {
  const both = affine.subtract(affine.scale(i, 2), affine.index("j"));
  expect(printForm(affine.offset(both, -3))).toBe("2*i - 1*j - 3");
  expect(printForm(n(0))).toBe("0");
  expect(printForm(affine.gather("p", [i, n(1)]))).toBe("p[i, 1]");
  expect(printForm(affine.remainder(affine.offset(i, 5), n(4)))).toBe("((i + 5) mod (4))");
  expect(printForm(affine.quotient(i, n(4)))).toBe("((i) div (4))");
});

it("a program", () => {
  const text = printProgram({
    arrays: [
      { name: "c", element: "real", shape: [2], role: "constant", data: [1, 2] },
      {
        name: "value",
        element: "real",
        shape: [],
        role: "interface",
        home: { record: "value", path: [], offset: 0, lead: 0 },
      },
    ],
    functions: [
      {
        name: "f",
        doc: "Does it.",
        parameters: [
          { kind: "real", name: "t" },
          { kind: "integer", name: "k" },
          { kind: "array", name: "x", element: "real", shape: [3], access: "in" },
          { kind: "array", name: "p", element: "integer", shape: [], access: "inout" },
        ],
        body: [build.store("value", [], build.name("t")), build.leave(0)],
      },
    ],
  });
  expect(text).toBe(
    [
      "constant real c[2]",
      "interface real value = value",
      "",
      "// Does it.",
      "function f(real t, integer k, in x[3], inout integer p[])",
      "  value[] = t",
      "  return 0",
      "",
    ].join("\n"),
  );
});
