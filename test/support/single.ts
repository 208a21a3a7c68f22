/** One primitive as a function of the IR, and its value and derivatives through each mode of differentiation. */

import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import * as build from "../../compiler/ir/build.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn, Parameter } from "../../compiler/ir/nodes.ts";
import type { Opcode } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";

const context = { arrays: [], functions: [] };
const scalar = (name: string, access: "in" | "out"): Parameter => ({
  kind: "array",
  name,
  element: "real",
  shape: [],
  access,
});

export function singleFunction(op: Opcode): Fn {
  const names = primitives[op].arity === 1 ? ["x"] : ["x", "y"];
  // The operands go through names, so that nothing is folded away.
  const body = [
    ...names.map((name) => build.bind(`${name}_value`, build.read(name))),
    build.bind("v", { kind: "primitive", op, args: names.map((name) => build.name(`${name}_value`)) }),
    build.store("result", [], build.name("v")),
  ];
  return {
    name: op,
    parameters: [...names.map((name) => scalar(name, "in")), scalar("result", "out")],
    body,
  };
}

const words = (values: readonly number[]): Float64Array[] => values.map((value) => Float64Array.of(value));

/** Forward mode: the derivative along `direction`. */
export function forward(op: Opcode, at: readonly number[], direction: readonly number[]): number {
  const fn = jvp(singleFunction(op), new Set(["x", "y"].slice(0, at.length)), context);
  const result = Float64Array.of(0);
  evaluate({ arrays: [], functions: [fn] }, fn.name, [...words(at), ...words(direction), result]);
  return result[0]!;
}

/** Reverse mode: the cotangents of the arguments for a seed. */
export function reverse(op: Opcode, at: readonly number[], seed: number): number[] {
  const fn = vjp(singleFunction(op), new Set(["x", "y"].slice(0, at.length)), context);
  const bars = words(at.map(() => 0));
  evaluate({ arrays: [], functions: [fn] }, fn.name, [...words(at), Float64Array.of(seed), ...bars]);
  return bars.map((bar) => bar[0]!);
}
