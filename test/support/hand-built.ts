/**
 * Modules built by hand, statement by statement, for tests of emission: what is printed is then what the test says, and
 * not what the frontend and the optimiser make of a model.
 */

import { interfaceArrays } from "../../compiler/integrate/interface-arrays.ts";
import { integer } from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Block, Fn, GlobalArray, Shape } from "../../compiler/ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "../../compiler/model.ts";
import { type Module, noProducts, type Solver } from "../../compiler/module.ts";

const span = { file: "hand-built.ode.ts", start: 0, end: 0 };

/** A leaf before it has a place: its path, dotted, its shape and its default values. */
export interface Wish {
  readonly path: string;
  readonly shape?: Shape;
  readonly initial?: readonly number[];
}

function leaves(wishes: readonly Wish[], count = 1): Leaf[] {
  let offset = 0;
  return wishes.map(({ path, shape = [], initial }) => {
    const words = count * sizeOf(shape);
    const leaf: Leaf = {
      path: path.split("."),
      name: path.split(".").join("_"),
      shape,
      offset,
      initial: initial ?? new Array<number>(words).fill(0),
      span,
    };
    offset += words;
    return leaf;
  });
}

export interface HandBuilt {
  readonly state: readonly Wish[];
  readonly params?: readonly Wish[];
  /** One `hold` of so many pieces. */
  readonly inputs?: { readonly count: number; readonly leaves: readonly Wish[] };
  readonly data?: readonly Wish[];
  readonly times?: readonly number[];
  readonly steps?: number;
  /** Arrays beside the interface: constants, workspace, tape. */
  readonly arrays?: readonly GlobalArray[];
  readonly kernels?: readonly Fn[];
  readonly solve: Block;
  readonly gradient?: Block;
}

/** `solve` and `gradient` end with status 0 where they do not end before. */
export function handBuilt(wanted: HandBuilt): Module {
  const { steps = 10, times } = wanted;
  const nothing: Fn = { name: "rhs", parameters: [], body: [] };
  const { inputs } = wanted;
  const model: Model = {
    name: "handBuilt",
    file: "hand-built.ode.ts",
    span,
    state: leaves(wanted.state),
    params: leaves(wanted.params ?? []),
    inputs:
      inputs === undefined
        ? []
        : [
            {
              name: "u",
              kind: "hold",
              count: inputs.count,
              leaves: leaves(inputs.leaves, inputs.count),
              span,
            },
          ],
    data: leaves(wanted.data ?? []),
    times,
    constants: [],
    functions: [],
    rules: [],
    operators: [],
    rhs: nothing,
    loss: {},
    outputs: [],
    solver: { method: "euler", t0: 0, t1: 1, steps, adjoint: "symplectic" },
    solverSpans: {},
  };
  const solver: Solver = { method: "euler", adjoint: "symplectic", t0: 0, t1: 1, steps };
  const io = interfaceArrays(model, solver, noProducts);
  const entry = (name: string, body: Block): Fn => ({
    name,
    parameters: [],
    body: [...body, build.leave(0)],
  });
  const functions = [
    ...(wanted.kernels ?? []),
    entry("solve", wanted.solve),
    ...(wanted.gradient === undefined ? [] : [entry("gradient", wanted.gradient)]),
  ];
  return {
    model,
    solver,
    program: { arrays: [...io.arrays, ...(wanted.arrays ?? [])], functions },
    entries: [
      { name: "solve", fn: "solve", arguments: [] },
      ...(wanted.gradient === undefined
        ? []
        : [{ name: "gradient" as const, fn: "gradient", arguments: [] }]),
    ],
    counts: { solve: { field: 0 }, gradient: { field: 0, vjp: 0 }, reverse: { field: 0, vjp: 0 } },
    words: { checkpoints: 0, workspace: 0 },
    version: "0.0.0",
  };
}

/** Stores into the scalar leaf of the state, as it is observed for the k-th time. */
export const observe = (leaf: string, k: number, value: Parameters<typeof build.store>[2]) =>
  build.store(`${leaf}_states`, [integer(k)], value);
