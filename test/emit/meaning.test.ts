/** Emitted text computes what the interpreter does, to the bit, in JavaScript and in C. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../compiler/emit/fold.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Block, Expr, Fn, GlobalArray, Statement } from "../../compiler/ir/nodes.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";
import { rewriteBlock } from "../../compiler/ir/rewrite.ts";
import { tidy } from "../../compiler/optimise/index.ts";
import { storage } from "../../compiler/optimise/storage.ts";
import { compiler, handModule, outputs, outputsOf } from "../support/hand-module.ts";
import { isLong } from "../support/long.ts";
import { randomFunction } from "../support/random-function.ts";
import { numbers } from "../support/vectors.ts";

const index = affine.index;
const at = affine.integer;
const sum = (...terms: Expr[]): Expr => terms.reduce((left, right) => build.primitive("add", [left, right]));
const raw = (op: Opcode, ...args: Expr[]): Expr => ({ kind: "primitive", op, args });

async function expectSame(module: ReturnType<typeof handModule>): Promise<void> {
  const { truth, js, c } = await outputsOf(module);
  expect(js).toEqual(truth);
  if (c !== undefined) expect(c).toEqual(truth);
}

describe("a module with every kind of statement", () => {
  const table: GlobalArray = {
    name: "table",
    element: "real",
    shape: [2, 3],
    role: "constant",
    data: [0.1, -0, 1e300, 5e-324, 1 / 3, -7],
  };
  const rows: GlobalArray = {
    name: "rows",
    element: "integer",
    shape: [4],
    role: "constant",
    data: [0, 2, 2, 5],
  };
  const columns: GlobalArray = {
    name: "columns",
    element: "integer",
    shape: [5],
    role: "constant",
    data: [2, 0, 1, 1, 3],
  };
  const scratch: GlobalArray = { name: "scratch", element: "real", shape: [3, 4], role: "workspace" };
  const count: GlobalArray = { name: "count", element: "integer", shape: [2], role: "workspace" };
  const arrays = [table, rows, columns, scratch, count];
  const x = (i: ReturnType<typeof at>) => build.read("x_start", [i]);
  const p = (i: number) => build.read("p", [at(i)]);

  const run = (solve: Block, size: number, functions: Fn[] = []) =>
    expectSame(
      handModule({
        state: [0.5, -1.25, 3, 0.1],
        params: [0.7, -0.3, 2],
        outputs: size,
        solve,
        arrays,
        functions,
      }),
    );

  it("loops over a sparse matrix, up and down", async () => {
    const product = (down: boolean): Statement[] => [
      build.loop("i", at(0), at(3), [
        build.store("scratch", [index("i"), at(0)], build.zero),
        build.loop(
          "e",
          affine.gather("rows", [index("i")]),
          affine.gather("rows", [affine.offset(index("i"), 1)]),
          [
            build.accumulate(
              "scratch",
              [index("i"), at(0)],
              build.mul(
                x(affine.gather("columns", [index("e")])),
                build.integerValue(affine.offset(index("e"), 1)),
              ),
            ),
          ],
          { down },
        ),
      ]),
    ];
    const rowsOf = (): Expr[] => [0, 1, 2].map((i) => build.read("scratch", [at(i), at(0)]));
    await run([...product(false), ...outputs(rowsOf())], 3);
    await run([...product(true), ...outputs(rowsOf())], 3);
  });

  it("quotients, remainders, backward subscripts and integer arrays", async () => {
    const four = at(4);
    const place = [affine.quotient(index("n"), four), affine.remainder(index("n"), four)];
    await run(
      [
        build.loop("n", at(0), at(12), [
          build.store(
            "scratch",
            place,
            sum(
              x(affine.subtract(at(3), affine.remainder(index("n"), four))),
              build.integerValue(index("n")),
            ),
          ),
        ]),
        build.store("count", [at(0)], build.number(2)),
        build.store("count", [at(1)], build.primitive("floor", [p(2)])),
        ...outputs([
          build.read("scratch", [affine.gather("count", [at(0)]), at(3)]),
          build.read("scratch", [at(1), affine.gather("count", [at(1)])]),
          build.integerValue(affine.add(affine.gather("count", [at(0)]), affine.gather("rows", [at(3)]))),
          build.read("table", [at(0), at(1)]),
          build.read("table", [at(1), at(0)]),
        ]),
      ],
      5,
    );
  });

  it("branches, nested tests and selections", async () => {
    const big = build.compare("gt", p(0), build.number(0.5));
    const odd = build.compare("ne", p(1), build.number(-0.3));
    const results: Statement[] = [0, 1, 2].map((i) =>
      build.store("r_output", [at(0), at(i)], build.number(-1)),
    );
    await run(
      [
        ...results,
        build.branch(build.or(build.and(big, odd), build.not(build.compare("le", p(2), p(0)))), [
          build.branch(odd, [], [build.store("r_output", [at(0), at(0)], p(2))]),
        ]),
        build.branch({ kind: "constant", value: false }, [build.store("r_output", [at(0), at(1)], p(2))]),
        build.branch({ kind: "constant", value: true }, [
          build.store("r_output", [at(0), at(2)], build.select(big, build.select(odd, p(0), p(1)), p(2))),
        ]),
      ],
      3,
    );
  });

  it("a while loop asks its test anew on every trip", async () => {
    const twice = build.bind("t#1", raw("mul", build.read("s"), build.number(2)));
    const loop = (limit: number): Statement[] => [
      { ...build.alloc("s", []), zero: false },
      build.store("s", [], p(0)),
      build.bind("bound#1", raw("add", build.read("s"), build.number(4))),
      {
        kind: "while",
        counter: "trip",
        limit,
        test: build.compare("lt", build.read("s"), build.name("bound#1")),
        body: [twice, build.store("s", [], sum(build.name("t#1"), build.integerValue(index("trip"))))],
      },
    ];
    await run([...loop(50), ...outputs([build.read("s")])], 1);
    await run([...loop(2), ...outputs([build.read("s")])], 1);
  });

  it("kernels with numbers and indices for arguments", async () => {
    const kernel: Fn = {
      name: "kernel",
      parameters: [
        { kind: "real", name: "scale" },
        { kind: "integer", name: "row" },
        { kind: "real", name: "idle" },
      ],
      body: [
        build.loop("j", at(0), at(4), [
          build.store("scratch", [index("row"), index("j")], build.mul(build.name("scale"), x(index("j")))),
        ]),
      ],
    };
    const call = (scale: Expr, row: number): Statement => ({
      kind: "call",
      callee: "kernel",
      args: [
        { kind: "real", value: scale },
        { kind: "integer", value: at(row) },
        { kind: "real", value: build.zero },
      ],
    });
    await run(
      [
        call(p(0), 0),
        call(raw("sub", p(1), p(2)), 2),
        ...outputs([build.read("scratch", [at(0), at(1)]), build.read("scratch", [at(2), at(3)])]),
      ],
      2,
      [kernel],
    );
  });
});

describe("folding", () => {
  const kinds = (block: Block): string[] => fold(block).map((statement) => statement.kind);
  const read = (array: string) => build.read(array);
  const plus = (name: string) => raw("add", build.name(name), build.number(1));

  it("puts a number that is used once back where it is used", () => {
    expect(kinds([build.bind("a#1", read("x")), build.store("y", [], plus("a#1"))])).toEqual(["store"]);
  });

  it("keeps names that a person chose, and what is used twice", () => {
    expect(kinds([build.bind("rate", read("x")), build.store("y", [], plus("rate"))])).toEqual([
      "let",
      "store",
    ]);
    expect(
      kinds([
        build.bind("a#1", read("x")),
        build.store("y", [], raw("mul", build.name("a#1"), build.name("a#1"))),
      ]),
    ).toEqual(["let", "store"]);
  });

  it("leaves out what nobody uses, and what was for that alone", () => {
    const body = [
      build.bind("a#1", read("x")),
      build.bind("rate", plus("a#1")),
      build.bind("a#2", plus("rate")),
      build.bind("kept", plus("a#1")),
      build.store("y", [], plus("kept")),
    ];
    expect(kinds(body)).toEqual(["let", "store"]);
  });

  it("never carries a reading past a change of what was read", () => {
    expect(
      kinds([
        build.bind("a#1", read("x")),
        build.store("x", [], build.one),
        build.store("y", [], plus("a#1")),
      ]),
    ).toEqual(["let", "store", "store"]);
    const through = build.bind("a#1", build.read("x", [affine.gather("where", [at(0)])]));
    expect(
      kinds([through, build.store("where", [at(0)], build.one), build.store("y", [], plus("a#1"))]),
    ).toEqual(["let", "store", "store"]);
  });

  it("never into a loop, nor into the test of one", () => {
    const body = [build.store("y", [], plus("a#1"))];
    expect(kinds([build.bind("a#1", read("x")), build.loop("i", at(0), at(3), body)])).toEqual([
      "let",
      "for",
    ]);
    const test = build.compare("lt", build.name("a#1"), build.number(3));
    expect(
      kinds([build.bind("a#1", read("x")), { kind: "while", counter: "c", limit: 5, test, body: [] }]),
    ).toEqual(["let", "while"]);
  });
});

describe("random programs", () => {
  /** Smooth functions that libraries round differently become x / (1 + |x|), which all targets round alike. */
  const exact = (expr: Expr): Expr =>
    expr.kind === "primitive" && ["sin", "cos", "tanh", "atan", "asinh"].includes(expr.op)
      ? build.div(expr.args[0]!, build.add(build.one, raw("abs", expr.args[0]!)))
      : expr;

  function moduleOf(samples: readonly (readonly number[])[]) {
    const count = samples.length;
    const workspace = (name: string, shape: number[]): GlobalArray => ({
      name,
      element: "real",
      shape,
      role: "workspace",
    });
    const functions = samples.map((sample, i): Fn => {
      const made = randomFunction(sample);
      const fn = { ...made, body: rewriteBlock(made.body, {}, exact) };
      const { body } = i % 2 === 0 ? fn : tidy(fn, []);
      const places: Record<string, { array: string; prefix: ReturnType<typeof at>[] }> = {
        x: { array: "x_start", prefix: [] },
        p: { array: "given_p", prefix: [] },
        w: { array: "given_w", prefix: [] },
        y: { array: "all_y", prefix: [at(i)] },
        z: { array: "all_z", prefix: [at(i)] },
      };
      return {
        name: `f${i}`,
        parameters: [{ kind: "real", name: "t" }],
        body: rewriteBlock(body, { array: (name) => places[name] }),
      };
    });
    const arrays = [
      workspace("given_p", []),
      workspace("given_w", [3, 4]),
      workspace("all_y", [count, 4]),
      workspace("all_z", [count]),
    ];
    const program = storage(
      { arrays, functions },
      functions.map((fn) => fn.name),
    );
    const flat = affine.add(affine.scale(index("i"), 4), index("j"));
    const solve: Statement[] = [
      build.store("given_p", [], build.read("p", [at(0)])),
      build.loop("i", at(0), at(3), [
        build.loop("j", at(0), at(4), [
          build.store("given_w", [index("i"), index("j")], build.read("p", [affine.offset(flat, 1)])),
        ]),
      ]),
      ...functions.map(
        (fn): Statement => ({
          kind: "call",
          callee: fn.name,
          args: [{ kind: "real", value: build.number(0.7) }],
        }),
      ),
      build.loop("i", at(0), at(count), [
        build.loop("j", at(0), at(4), [
          build.store("r_output", [at(0), flat], build.read("all_y", [index("i"), index("j")])),
        ]),
        build.store(
          "r_output",
          [at(0), affine.offset(index("i"), 4 * count)],
          build.read("all_z", [index("i")]),
        ),
      ]),
    ];
    return handModule({
      state: [...numbers(1, 4)],
      params: [...numbers(2, 13)],
      outputs: 5 * count,
      solve,
      arrays: program.arrays,
      functions: program.functions,
    });
  }

  const runs = isLong ? 200 : compiler === undefined ? 20 : 5;
  const sample = fc.array(fc.nat(1000), { minLength: 40, maxLength: 200, size: "max" });

  it("compute the same bits as the interpreter in both targets", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 30, maxLength: 30 }), (samples) =>
        expectSame(moduleOf(samples)),
      ),
      { numRuns: runs },
    );
  });
});
