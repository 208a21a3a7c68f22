/**
 * The derivative of a compiled solve along a direction, from its own program interpreted in complex numbers: nothing of
 * either mode of differentiation, of a plan or of an emitter has a part in it. It is the truth for every method.
 */

import type { Problem } from "../../compiler/execute/problem.ts";
import { expandCalls } from "../../compiler/ir/expand.ts";
import { Names } from "../../compiler/ir/names.ts";
import { bindersOf } from "../../compiler/ir/walk.ts";
import { sizeOf } from "../../compiler/model.ts";
import type { Module } from "../../compiler/module.ts";
import { type Complex, evaluateComplex } from "./complex.ts";

const step = 1e-200;

export interface Along {
  readonly state0: Float64Array;
  readonly params: Float64Array;
  readonly inputs: Float64Array;
}

/** Value of the loss, and its derivative along a direction. */
export function tangentOfSolve(
  { program }: Module,
  problem: Problem,
  along: Along,
): { readonly value: number; readonly slope: number } {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const solve = byName.get("solve")!;
  const names = new Names([...bindersOf(solve), ...program.arrays.map(({ name }) => name)]);
  const body = expandCalls(solve.body, (call) => byName.get(call.callee), names.fresh);
  const given = new Map<string, readonly Complex[]>();
  const tolerance = problem.tolerance;
  const control: Record<string, number> = {
    t0: problem.t0,
    t1: problem.t1,
    steps: problem.steps,
    max_steps: problem.steps,
    rtol: tolerance?.rtol ?? 0,
    atol: tolerance?.atol ?? 0,
  };
  for (const { name, shape, home } of program.arrays) {
    if (home === undefined) continue;
    const part = (values: Float64Array, by?: Float64Array): Complex[] =>
      Array.from({ length: sizeOf(shape) }, (_, i) => ({
        re: values[home.offset + i]!,
        im: (by?.[home.offset + i] ?? 0) * step,
      }));
    if (home.record === "control") given.set(name, [{ re: control[home.path[0]!]!, im: 0 }]);
    if (home.record === "state0") given.set(name, part(problem.state0, along.state0));
    if (home.record === "params") given.set(name, part(problem.params, along.params));
    if (home.record === "inputs") given.set(name, part(problem.inputs, along.inputs));
    if (home.record === "data") given.set(name, part(problem.data));
    if (home.record === "times") given.set(name, part(problem.times));
  }
  const results = evaluateComplex({ ...solve, body }, program.arrays, given);
  const value = program.arrays.find(({ home }) => home?.record === "value")!;
  const { re, im } = results.get(value.name)![0]!;
  return { value: re, slope: im / step };
}
