/** Programs built by hand mean in C what the interpreter says: loops, branches, integers, tables, records, kernels. */

import { describe, expect, it } from "vitest";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import * as affine from "../../compiler/ir/affine.ts";
import { gather, index, integer, offset, quotient, remainder } from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn, GlobalArray } from "../../compiler/ir/nodes.ts";
import type { Module } from "../../compiler/module.ts";
import {
  anyCompiler,
  cCompilers,
  cxxCompilers,
  emitted,
  inFolder,
  type Real,
  sanitizers,
  strict,
  strictCxx,
  withEngine,
} from "../support/c-files.ts";
import { handBuilt, observe } from "../support/hand-built.ts";

const reals = ["double", "float"] as const satisfies readonly Real[];
const at = (...places: readonly (number | string)[]) =>
  places.map((place) => (typeof place === "number" ? integer(place) : index(place)));
const n = build.number;
const global = (name: string, role: GlobalArray["role"], rest: Partial<GlobalArray>): GlobalArray => ({
  name,
  role,
  element: "real",
  shape: [],
  ...rest,
});

/** A state and a parameter: x' = -a x by Euler, with the derivative of x(1)^2 by hand. */
const scalar: Module = handBuilt({
  state: [{ path: "x", initial: [1.5] }],
  params: [{ path: "a", initial: [0.7] }],
  steps: 10,
  arrays: [
    global("kept", "checkpoint", { shape: [10] }),
    global("count", "workspace", { element: "integer" }),
  ],
  ...scalarBodies(),
});

function scalarBodies() {
  const steps = gather("count", []);
  const h = build.name("h");
  const sweep = (keeps: boolean) => [
    build.branch(build.compare("lt", build.read("steps"), n(1)), [build.leave(8)]),
    build.bind("h", build.div(build.sub(build.read("t1"), build.read("t0")), build.read("steps"))),
    build.store("count", [], build.read("steps")),
    build.alloc("x", []),
    build.store("x", [], build.read("x_start")),
    build.loop("i", integer(0), steps, [
      ...(keeps ? [build.store("kept", at("i"), build.read("x"))] : []),
      build.bind("slope#1", build.mul(build.neg(build.read("a")), build.read("x"))),
      build.store("x", [], build.add(build.read("x"), build.mul(h, build.name("slope#1")))),
    ]),
    observe("x", 0, build.read("x")),
    build.store("value", [], build.mul(build.read("x"), build.read("x"))),
  ];
  const xBar = build.read("x_bar");
  return {
    solve: sweep(false),
    gradient: [
      build.branch(build.compare("gt", build.read("steps"), n(10)), [build.leave(1)]),
      ...sweep(true),
      build.banner("Reverse sweep"),
      build.alloc("x_bar", []),
      build.store("x_bar", [], build.mul(n(2), build.read("x"))),
      build.store("a_bar", [], build.zero),
      build.loop(
        "i#2",
        integer(0),
        steps,
        [
          build.bind("v", build.mul(h, xBar)),
          build.accumulate("a_bar", [], build.neg(build.mul(build.name("v"), build.read("kept", at("i#2"))))),
          build.store("x_bar", [], build.sub(xBar, build.mul(build.read("a"), build.name("v")))),
        ],
        { down: true },
      ),
      build.store("x_start_bar", [], xBar),
    ],
  };
}

/** Vectors and matrices, integer tables, nested records, a hold of a record, kernels with and without arguments. */
const vector: Module = handBuilt({
  state: [
    { path: "body.x", shape: [4], initial: [0.3, -1.2, 2.5, 0.7] },
    { path: "body.v", initial: [0.25] },
  ],
  params: [
    { path: "net.W", shape: [3, 4], initial: [1, 2, 3, 4, -1, -2, -3, -4, 0.5, 0.25, 0.125, 1] },
    { path: "net.b", shape: [3], initial: [0.1, 0.2, 0.3] },
    { path: "cube", shape: [2, 2, 2], initial: [1, 2, 3, 4, 5, 6, 7, 8] },
  ],
  inputs: {
    count: 3,
    leaves: [
      { path: "u.gain", shape: [2], initial: [1, 2, 3, 4, 5, 6] },
      { path: "u.bias", initial: [-1, -2, -3] },
    ],
  },
  data: [{ path: "seen", shape: [2], initial: [9, 11] }],
  times: [0.25, 0.5, 1],
  arrays: [
    global("column", "constant", { element: "integer", shape: [5], data: [3, 0, 2, 1, 3] }),
    global("weight", "constant", { shape: [2, 2], data: [0.1, -0.2, 1e-7, 12345678.9] }),
    global("half", "constant", { data: [0.5] }),
    global("hidden", "workspace", { shape: [3] }),
    global("order", "workspace", { element: "integer", shape: [4] }),
    global("length", "workspace", { element: "integer" }),
  ],
  kernels: [matrixKernel(), clearKernel()],
  solve: vectorBody(),
  gradient: [],
});

function matrixKernel(): Fn {
  return {
    name: "layer",
    doc: "hidden[i] = scale * (W x + b)[i], from row first on",
    parameters: [
      { kind: "real", name: "scale" },
      { kind: "integer", name: "first", range: { low: 0, high: 2 } },
      { kind: "real", name: "spare" },
    ],
    body: [
      build.comment("spare is spoken of here and nowhere else"),
      build.loop("i", index("first"), integer(3), [
        build.alloc("sum", []),
        build.store("sum", [], build.read("net_b", at("i"))),
        build.loop("j", integer(0), integer(4), [
          build.accumulate(
            "sum",
            [],
            build.mul(build.read("net_W", at("i", "j")), build.read("body_x_start", at("j"))),
          ),
        ]),
        build.store("hidden", at("i"), build.mul(build.name("scale"), build.read("sum"))),
      ]),
    ],
  };
}

function clearKernel(): Fn {
  return {
    name: "y1",
    parameters: [],
    body: [
      build.loop("i", integer(0), integer(3), [
        build.loop("j", integer(0), integer(4), [build.store("body_x_states", at("i", "j"), n(-1))]),
        build.store("body_v_states", at("i"), build.zero),
      ]),
    ],
  };
}

function vectorBody() {
  const k = index("k");
  const piece = quotient(affine.scale(k, 2), integer(2));
  const x = (...places: readonly (number | string)[]) => build.read("body_x_start", at(...places));
  const isOdd = build.compare("eq", build.integerValue(remainder(k, integer(2))), build.one);
  return [
    { kind: "call" as const, callee: "y1", args: [] },
    {
      kind: "call" as const,
      callee: "layer",
      args: [
        { kind: "real" as const, value: build.add(build.read("half"), n(1.5)) },
        { kind: "integer" as const, value: integer(0) },
        { kind: "real" as const, value: n(0) },
      ],
    },
    build.banner("Whole numbers"),
    build.loop("i", integer(0), integer(4), [
      build.store("order", at("i"), build.integerValue(affine.subtract(integer(3), index("i")))),
    ]),
    build.store("length", [], build.add(build.read("half"), n(2.5))),
    build.store("value", [], build.zero),
    // Through a table and back again, downwards.
    build.loop(
      "i#2",
      integer(0),
      offset(gather("length", []), 1),
      [
        build.accumulate(
          "value",
          [],
          build.mul(
            build.read("body_x_start", [gather("order", [gather("column", at("i#2"))])]),
            build.integerValue(offset(affine.scale(index("i#2"), 3), -1)),
          ),
        ),
      ],
      { down: true },
    ),
    build.loop("k", integer(0), integer(3), [
      build.store(
        "body_v_states",
        [k],
        build.select(
          build.or(build.not(isOdd), build.compare("lt", build.read("u_bias", [piece]), n(-10))),
          build.add(build.read("u_gain", [piece, integer(1)]), build.read("seen", at(1))),
          build.sub(build.sub(x(0), x(1)), build.sub(x(2), x(3))),
        ),
      ),
      build.branch(
        build.and(build.compare("ge", build.integerValue(k), n(1)), build.compare("ne", x(0), x(1))),
        [build.store("body_x_states", [k, integer(0)], build.read("hidden", [k]))],
        [
          build.store(
            "body_x_states",
            [k, integer(1)],
            build.div(build.read("weight", at(1, 1)), build.mul(build.read("cube", at(1, 0, 1)), x(3))),
          ),
        ],
      ),
    ]),
    // A value that waits for a loop whose test it stands in keeps what it was before the loop.
    build.alloc("left", []),
    build.store("left", [], n(5)),
    build.bind("start#1", build.read("left")),
    {
      kind: "while" as const,
      counter: "round",
      limit: 7,
      test: build.compare("gt", build.name("start#1"), build.sub(n(8), build.read("left"))),
      body: [build.store("left", [], build.sub(build.read("left"), n(0.5)))],
    },
    observe("body_v", 2, build.read("left")),
    {
      kind: "while" as const,
      counter: "round#2",
      limit: 3,
      test: build.always,
      body: [build.accumulate("value", [], build.integerValue(index("round#2")))],
    },
    // Read through a subscript that changes before the value is used.
    build.bind("early#1", build.read("body_x_start", [gather("order", at(0))])),
    build.store("order", at(0), build.zero),
    build.accumulate("value", [], build.mul(build.name("early#1"), n(100))),
  ];
}

/** The observations, the value and the gradient that the interpreter finds. */
function interpreted(module: Module, entry: "solve" | "gradient") {
  const memory = allocate(module.program);
  const status = evaluate(module.program, entry, [], memory);
  const { model } = module;
  const times = model.times?.length ?? 1;
  const words = (name: string): readonly number[] => [...memory.get(name)!];
  const states = Array.from({ length: times }, (_, k) =>
    model.state.flatMap((leaf) => {
      const all = words(`${leaf.name}_states`);
      const each = all.length / times;
      return all.slice(k * each, (k + 1) * each);
    }),
  ).flat();
  return { status, value: words("value")[0]!, states, words };
}

describe.skipIf(anyCompiler === undefined)("a program in C", () => {
  it.each([
    ["scalar", scalar],
    ["vector", vector],
  ] as const)("%s: solves as the interpreter does, to the bit", (_, module) => {
    const truth = interpreted(module, "solve");
    const found = withEngine(module, "double", (engine) =>
      engine.solve(defaultProblem(module.model, module.solver)),
    );
    expect(found.status).toBe(truth.status);
    expect(found.value).toBe(truth.value);
    expect([...found.states]).toEqual(truth.states);
  });

  it("has the gradient of the interpreter, to the bit", () => {
    const truth = interpreted(scalar, "gradient");
    const found = withEngine(scalar, "double", (engine) =>
      engine.gradient(defaultProblem(scalar.model, scalar.solver)),
    );
    expect(found.status).toBe(0);
    expect(found.value).toBe(truth.value);
    expect([...found.params]).toEqual(truth.words("a_bar"));
    expect([...found.state0]).toEqual(truth.words("x_start_bar"));
    expect(found.params[0]).toBeLessThan(-1);
  });

  it("computes in single precision where it is asked to", () => {
    const truth = interpreted(vector, "solve");
    const found = withEngine(vector, "float", (engine) =>
      engine.solve(defaultProblem(vector.model, vector.solver)),
    );
    expect(found.value).toBe(Math.fround(found.value));
    expect(Math.abs(found.value - truth.value)).toBeLessThanOrEqual(1e-5 * Math.abs(truth.value));
  });

  const modules = [
    ["scalar", scalar],
    ["vector", vector],
  ] as const;
  const cases = modules.flatMap(([name, module]) => reals.map((real) => [name, real, module] as const));

  it.each(cases)("%s, %s: no compiler has anything to say", (_, real, module) => {
    inFolder(emitted(module, real), (folder) => {
      for (const command of cCompilers) {
        for (const file of ["m.c", "m_selftest.c"]) {
          const flags = [...strict, "-O2", "-c", "-o", "object"];
          expect(folder.complaints(command, flags, [file]), `${command} ${file}`).toBe("");
        }
      }
      for (const command of cxxCompilers) {
        for (const file of ["m.c", "m_selftest.c"]) {
          expect(folder.complaints(command, [...strictCxx, "-c", "-o", "object"], [file]), command).toBe("");
        }
      }
    });
  });

  it.skipIf(anyCompiler !== "gcc").each(cases)("%s, %s: clean under the sanitizers", (_, real, module) => {
    inFolder(emitted(module, real), (folder) => {
      const ran = folder.run(["m.c", "m_selftest.c"], sanitizers);
      expect(ran.errors).toBe("");
      // The vector module has no gradient to speak of, nor does it refuse anything.
      if (module === scalar) {
        expect(ran.output).toMatch(/\nok\n$/);
        expect(ran.status).toBe(0);
      }
    });
  });

  it("is written as a person would: folded, typed, in sections", () => {
    const { source } = emitted(scalar);
    expect(source).toContain("x = x + (h * (-(in->params.a * x)));");
    expect(source).toContain("/* ---- Reverse sweep ----");
    expect(source).toMatch(/for \(int32_t i = ws->count - 1; i >= 0; i--\)/);
    const { source: vectors } = emitted(vector);
    expect(vectors).toContain("in->params.net.W[i][j]");
    expect(vectors).toContain("in->inputs.u.gain[");
    expect(vectors).toContain("static const M_FLASH int32_t m_column[5] =");
    expect(vectors).toContain("static void m_layer(");
  });
});
