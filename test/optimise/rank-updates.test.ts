/** Outer products of a step's stages, added together: the same bits, and only where nothing else meets the matrix. */

import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Block, Contract, Fn, GlobalArray, Program, Statement } from "../../compiler/ir/nodes.ts";
import { calleesOf } from "../../compiler/ir/walk.ts";
import { rankUpdates } from "../../compiler/optimise/rank-updates.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled, compiler } from "../support/compiled.ts";
import { network } from "../support/network.ts";
import { numbers } from "../support/vectors.ts";

const net = network({ hidden: 24, steps: 6, hasBias: true });

describe.skipIf(compiler === undefined)("a network in C", { timeout: 60_000 }, () => {
  it.each<readonly [Options, number]>([
    [{}, 4],
    [{ adjoint: "step" }, 4],
    [{ adjoint: "store-all" }, 4],
    [{ adjoint: "revolve", checkpoints: 2 }, 4],
    [{ method: "heun" }, 2],
    [{ method: "dopri5" }, 6],
    [{ method: "bosh3", rtol: 1e-3 }, 3],
    [{ method: "gauss2", steps: 3 }, 2],
    [{ method: "euler" }, 0],
    [{ optimise: "size" }, 0],
    [{ emit: ["solve", "gradient", "hvp"] }, 4],
  ])("has the bits of JavaScript with %o, %i stages together", async (options, stages) => {
    const { c, engine, problem, files } = await compiled(net, options);
    const [body] = /static void m_add_products\([\s\S]*?^}/m.exec(files.source) ?? [""];
    // Both matrices have a product of every stage.
    for (const factor of ["w_x", "s_bar_of"]) {
      const read = [...body.matchAll(new RegExp(`ws->${factor}_kept\\[(\\d)\\]`, "g"))];
      expect(new Set(read.map(([, stage]) => stage)).size).toBe(stages);
    }
    expect(c!.gradient(problem)).toEqual(engine.gradient(problem));
    if (options.emit === undefined) return;
    const direction = {
      state0: new Float64Array(numbers(3, problem.state0.length)),
      params: new Float64Array(numbers(4, problem.params.length)),
    };
    expect(c!.hvp!(problem, direction)).toEqual(engine.hvp!(problem, direction));
  });
});

const rows = 20;
const columns = 24;
const array = (name: string, shape: readonly number[]): GlobalArray => ({
  name,
  element: "real",
  shape,
  role: "workspace",
});
const [i, j] = [affine.index("i"), affine.index("j")];
const slot = affine.index("slot");
const outer = (to = "M"): Contract => ({
  kind: "contract",
  to: build.access(to, [i, j]),
  factors: [build.access("a", [i]), build.access("b", [slot, j])],
  over: [
    { index: "i", from: affine.integer(0), to: affine.integer(rows) },
    { index: "j", from: affine.integer(0), to: affine.integer(columns) },
  ],
});

/** A kernel that adds a bᵀ, called thrice with `between` in front of the last call; a is another one each time. */
function program(between: Block, kernel: Block = [outer()], over: Partial<Contract> = {}): Program {
  const stage = (number: number): Statement[] => [
    build.loop(`k${number}`, affine.integer(0), affine.integer(rows), [
      build.store("a", [affine.index(`k${number}`)], build.number(number + 0.1)),
    ]),
    {
      kind: "call",
      callee: "kernel",
      args: [{ kind: "integer", value: affine.integer(number) }],
    },
  ];
  const add: Fn = {
    name: "kernel",
    parameters: [{ kind: "integer", name: "slot", range: { low: 0, high: 2 } }],
    body: kernel.map((each) => (each.kind === "contract" ? { ...each, ...over } : each)),
  };
  const main: Fn = {
    name: "main",
    parameters: [],
    body: [...stage(0), ...stage(1), ...between, ...stage(2)],
  };
  return {
    arrays: [array("M", [rows, columns]), array("a", [rows]), array("b", [3, columns]), array("y", [])],
    functions: [add, main],
  };
}

function resultsOf(whole: Program) {
  const memory = allocate(whole);
  for (const [stream, { name }] of whole.arrays.entries()) {
    const words = memory.get(name)!;
    words.set(numbers(stream + 1, words.length));
  }
  evaluate(whole, "main", [], memory);
  return { M: [...memory.get("M")!], y: [...memory.get("y")!] };
}

const fused = (whole: Program): string[] =>
  [...calleesOf(whole.functions.find(({ name }) => name === "main")!)].sort();

describe("products of three calls", () => {
  const read: Statement = build.store("y", [], build.read("M", [affine.integer(3), affine.integer(4)]));
  const change: Statement = build.store("M", [affine.integer(1), affine.integer(2)], build.one);
  const never = build.compare("lt", build.read("y", []), build.number(-1e9));
  const together = ["add_products", "kernel_kept"];
  it.each<readonly [string, Program, readonly string[]]>([
    ["are added together", program([]), together],
    ["are not where the matrix is read among them", program([read]), [...together, "kernel"].sort()],
    ["are not where it is changed among them", program([change]), [...together, "kernel"].sort()],
    [
      "are not where the function may be left among them",
      program([build.branch(never, [build.leave(1)])]),
      [...together, "kernel"].sort(),
    ],
    ["stay where the kernel reads the matrix", program([], [outer(), read]), ["kernel"]],
    [
      "stay where a factor is the matrix",
      program(
        [],
        [{ ...outer(), factors: [build.access("a", [i]), build.access("M", [affine.integer(0), j])] }],
      ),
      ["kernel"],
    ],
    [
      "stay where the matrix is small",
      program([], undefined, {
        over: outer().over.map((axis) => ({ ...axis, to: affine.integer(4) })),
      }),
      ["kernel"],
    ],
  ])("%s", (_, before, callees) => {
    const whole = rankUpdates(before, ["main"]);
    expect(fused(whole)).toEqual(callees);
    expect(verifyProgram(whole, ["main"])).toEqual([]);
    expect(resultsOf(whole)).toEqual(resultsOf(before));
  });

  it("keep the factors that change, and read the others where they are", () => {
    const whole = rankUpdates(program([]), ["main"]);
    const places = whole.arrays.filter(({ name }) => name.endsWith("_kept"));
    expect(places.map(({ name, shape }) => [name, shape])).toEqual([["a_kept", [3, rows]]]);
  });

  it("keep both where a call between them changes the others", () => {
    const change: Statement = build.store("b", [affine.integer(0), affine.integer(2)], build.number(7));
    const before = program([change]);
    const whole = rankUpdates(before, ["main"]);
    expect(whole.arrays.map(({ name }) => name)).toContain("b_kept");
    expect(resultsOf(whole)).toEqual(resultsOf(before));
  });
});
