/**
 * Modules built by hand, for tests of emission alone: a model with a state, a parameter and an output vector, no
 * frontend, no differentiation, no optimiser. The bodies of `solve` and `gradient` are the test's own.
 */

import { emitC } from "../../compiler/emit/c.ts";
import { emitJavaScript } from "../../compiler/emit/javascript.ts";
import { cEngine, findCompilers } from "../../compiler/execute/c.ts";
import { type GeneratedModule, javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Problem, type Solution } from "../../compiler/execute/problem.ts";
import { interfaceArrays } from "../../compiler/integrate/interface-arrays.ts";
import * as build from "../../compiler/ir/build.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Block, Fn, GlobalArray } from "../../compiler/ir/nodes.ts";
import type { Model } from "../../compiler/model.ts";
import { type Module, noProducts } from "../../compiler/module.ts";

export const [compiler] = findCompilers(process.env);

export interface Parts {
  readonly state: readonly number[];
  readonly params: readonly number[];
  /** Words of the output `r`, which the body of `solve` writes as `r_output[0, i]`. */
  readonly outputs: number;
  /** Reads `x_start`, `p`, `steps`; writes `r_output`, `x_states`, `value`. */
  readonly solve: Block;
  readonly arrays?: readonly GlobalArray[];
  readonly functions?: readonly Fn[];
  /** What the leaves are called in the model. */
  readonly names?: { readonly x: readonly string[]; readonly p: readonly string[] };
}

const span = { file: "hand.ode.ts", start: 0, end: 0 };
const nothing: Fn = { name: "rhs", parameters: [], body: [] };

export function handModule(parts: Parts): Module {
  const { names = { x: ["x"], p: ["p"] } } = parts;
  const model: Model = {
    name: "hand",
    file: "hand.ode.ts",
    span,
    state: [{ path: names.x, name: "x", shape: [parts.state.length], offset: 0, initial: parts.state, span }],
    params: [
      { path: names.p, name: "p", shape: [parts.params.length], offset: 0, initial: parts.params, span },
    ],
    inputs: [],
    data: [],
    constants: [],
    functions: [],
    rules: [],
    operators: [],
    rhs: nothing,
    loss: {},
    outputs: [{ name: "r", shape: [parts.outputs], fn: nothing }],
    solver: { method: "euler", t0: 0, t1: 1, adjoint: "symplectic" },
    solverSpans: {},
  };
  const solver = { method: "euler", adjoint: "symplectic", t0: 0, t1: 1, steps: 4 };
  const { arrays } = interfaceArrays(model, solver, noProducts);
  const fn = (name: string, body: Block): Fn => ({ name, parameters: [], body });
  return {
    model,
    solver,
    program: {
      arrays: [...arrays, ...(parts.arrays ?? [])],
      functions: [
        ...(parts.functions ?? []),
        fn("solve", [...parts.solve, build.leave(0)]),
        fn("gradient", [build.store("value", [], build.zero), build.leave(0)]),
      ],
    },
    entries: [
      { name: "solve", fn: "solve", arguments: [] },
      { name: "gradient", fn: "gradient", arguments: [] },
    ],
    counts: { solve: { field: 0 }, gradient: { field: 0, vjp: 0 }, reverse: { field: 0, vjp: 0 } },
    words: { checkpoints: 0, workspace: 0 },
    version: "0.0.0",
  };
}

export const javaScriptOf = (module: Module, header = "By hand."): string =>
  emitJavaScript(module, { dialect: "js", file: module.model.file, header }).code;

/** Outputs of `solve`: as the interpreter has them, as JavaScript and, where there is a compiler, as C has them. */
export async function outputsOf(
  module: Module,
  change: Partial<Problem> = {},
): Promise<{ truth: number[]; js: number[]; c: number[] | undefined }> {
  const problem = { ...defaultProblem(module.model, module.solver), ...change };
  const memory = allocate(module.program);
  memory.get("x_start")!.set(problem.state0);
  memory.get("p")!.set(problem.params);
  memory.get("steps")!.set([problem.steps]);
  evaluate(module.program, "solve", [], memory);
  const truth = [...memory.get("r_output")!];
  const loaded: GeneratedModule = await loadJavaScript(javaScriptOf(module));
  const list = (solution: Solution): number[] => [...solution.outputs];
  const js = list(javaScriptEngine(loaded).solve(problem));
  if (compiler === undefined) return { truth, js, c: undefined };
  const { header, source } = emitC(module, { prefix: "m", real: "double", header: "By hand." });
  const engine = cEngine(
    { header: { name: "m.h", text: header }, source: { name: "m.c", text: source } },
    module.model,
    "m",
    "double",
  );
  try {
    return { truth, js, c: list(engine.solve(problem)) };
  } finally {
    engine.close();
  }
}

/** The vector of entries `r_output[0, i]` with these values. */
export const outputs = (values: readonly Parameters<typeof build.bind>[1][]): Block =>
  values.map((value, i) => build.store("r_output", [integer(0), integer(i)], value));

const integer = (constant: number) => ({ constant, terms: [] });
