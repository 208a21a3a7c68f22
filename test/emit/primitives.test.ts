/** Every primitive in JavaScript is what the table says, to the bit. C: `c-primitives.test.ts`. */

import { describe, expect, it } from "vitest";
import { javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem } from "../../compiler/execute/problem.ts";
import * as affine from "../../compiler/ir/affine.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Expr } from "../../compiler/ir/nodes.ts";
import { type Opcode, opcodes } from "../../compiler/ir/opcode.ts";
import { primitives } from "../../compiler/ir/primitives.ts";
import { handModule, javaScriptOf, outputs } from "../support/hand-module.ts";

const special = [0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, Infinity, -Infinity, Number.NaN];
/** What 0.49999999999999994 + 0.5 rounds to is 1, and beyond 2^52 adding a half changes whole numbers. */
const rounding = [0.49999999999999994, -0.49999999999999994, 2 ** 52 + 1, -(2 ** 52) - 1, 4503599627370495.5];

interface Case {
  readonly op: Opcode;
  readonly args: readonly number[];
}

const cases: Case[] = opcodes.flatMap((op) => {
  const { arity, points } = primitives[op];
  const more =
    arity === 1
      ? [...special, ...(op === "round" || op === "fround" ? rounding : [])].map((x) => [x])
      : special.flatMap((x) => special.map((y) => [x, y]));
  return [...points, ...more].map((args) => ({ op, args }));
});

/** Arguments come from the parameters, so that no target computes anything while it compiles. */
function moduleOf(list: readonly Case[]) {
  const params: number[] = [];
  const values = list.map(({ op, args }): Expr => {
    const reads = args.map((x) => build.read("p", [affine.integer(params.push(x) - 1)]));
    return { kind: "primitive", op, args: reads };
  });
  return handModule({ state: [0], params, outputs: values.length, solve: outputs(values) });
}

describe("primitives in JavaScript", async () => {
  const module = moduleOf(cases);
  const engine = javaScriptEngine(await loadJavaScript(javaScriptOf(module)));
  const found = engine.solve(defaultProblem(module.model, module.solver)).outputs;

  it.each(opcodes)("%s has the bits of the table", (op) => {
    const value = primitives[op].value as (...args: number[]) => number;
    cases.forEach((one, i) => {
      if (one.op === op) expect(found[i], `${op}(${one.args.join(", ")})`).toBe(value(...one.args));
    });
  });
});
