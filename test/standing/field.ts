/** One scalar function f(x, c) through every mode and target, for tests of what a derivative is at a place. */

import { jvp } from "../../compiler/differentiate/forward.ts";
import { vjp } from "../../compiler/differentiate/reverse.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { tidy, tidyModel } from "../../compiler/optimise/index.ts";
import { compiled } from "../support/compiled.ts";
import { read } from "../support/plain-model.ts";

export interface Found {
  readonly value: number;
  /** Derivatives for x and c, by the mode or target they come from. */
  readonly gradients: Readonly<Record<string, readonly [number, number]>>;
}

const text = (body: string, x: number, c: number): string => {
  const word = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
  return `import { ode, vec } from "odegrad";
export const model = ode({
  state: { x: ${word(x)} },
  params: { c: ${word(c)} },
  rhs: ({ x }, { c }) => ({ x: 0 * x * c }),
  loss: { terminal: ({ x }, { c }) => { ${body} } },
  solver: { method: "euler", t1: 1, steps: 1 },
});`;
};

/** The statements of `body` return f; they see x and c. */
export async function differentiated(body: string, x: number, c: number): Promise<Found> {
  const model = tidyModel(read(text(body, x, c))[0]!);
  const fn = model.loss.terminal!;
  const context = { arrays: model.constants, functions: model.functions };
  const wrt = new Set(["x", "c"]);
  const run = (one: Fn, given: Readonly<Record<string, number>>) => {
    const clean = tidy(one, model.constants);
    const words = new Map<string, number | Float64Array>([["t", 0]]);
    for (const { name, kind } of clean.parameters) {
      if (kind === "array") words.set(name, Float64Array.of(given[name] ?? 0));
    }
    evaluate({ arrays: model.constants, functions: [clean] }, clean.name, words);
    return (name: string): number => (words.get(name) as Float64Array)[0]!;
  };
  const forward = jvp(fn, wrt, context);
  const reverse = run(vjp(fn, wrt, context), { x, c, result_bar: 1 });
  const { engine, c: engineC, problem } = await compiled(text(body, x, c));
  const own = { ...problem, state0: Float64Array.of(x), params: Float64Array.of(c) };
  const targets: Record<string, readonly [number, number]> = {};
  for (const [name, target] of Object.entries({ js: engine, c: engineC })) {
    if (target === undefined) continue;
    const { state0, params } = target.gradient(own);
    targets[name] = [state0[0]!, params[0]!];
  }
  engineC?.close();
  return {
    value: run(fn, { x, c })("result"),
    gradients: {
      forward: [
        run(forward, { x, c, x_dot: 1 })("result_dot"),
        run(forward, { x, c, c_dot: 1 })("result_dot"),
      ],
      reverse: [reverse("x_bar"), reverse("c_bar")],
      ...targets,
    },
  };
}
