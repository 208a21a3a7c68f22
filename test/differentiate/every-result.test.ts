/** Every function writes every result it has, also what nothing changes: 0, and not what was left where it lies. */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Home } from "../../compiler/ir/nodes.ts";
import { status } from "../../compiler/module.ts";
import type { Options } from "../../compiler/options.ts";
import { compiled, compiler } from "../support/compiled.ts";

const decay = (rest: string): string => `
import { hold, ode } from "odegrad";
export const decay = ode({
  state: { y: 1, z: 0.5 },
  params: { k: 0.5, unused: 2 },
  inputs: { u: hold(2) },
  rhs: ({ y }, { k }) => ({ y: -k * y, z: 1 }),
  ${rest}
  solver: { method: "rk4", t1: 1, steps: 4 },
});
`;

const point = (value: string, loss: string): string => `
import { field, vec } from "odegrad";
export const area = field({
  point: vec(2, 0.5),
  params: { a: 1.5, unused: 2 },
  value: (x, { a }) => ${value},
  ${loss}
});
`;

const models = {
  "a model without a loss": decay(""),
  "a model whose loss nothing changes": decay("loss: { terminal: () => 1 },"),
  "a model whose loss is linear in a parameter": decay("loss: { terminal: (_, { unused }) => 2 * unused },"),
  "a model with outputs that nothing changes": decay("outputs: { one: () => 1, z: ({ z }) => z },"),
  "a field without a loss": point("a * x[0]! * x[1]!", ""),
  "a field that no parameter changes": point("x[0]! * x[1]!", "loss: { at: (v) => 3 * v },"),
  "a field that is linear in a parameter": point("a * x[0]! * x[1]!", "loss: { at: (v) => 3 * v },"),
};

type Record = Home["record"];
const ends: readonly Record[] = ["value", "states", "outputs"];
const bars: readonly Record[] = ["value", "state0Bar", "paramsBar", "inputsBar", "inputsDensity"];
const results: { readonly [entry: string]: readonly Record[] } = {
  solve: ends,
  gradient: bars,
  jvp: [...ends, "valueDot", "statesDot", "outputsDot"],
  hvp: [...bars, "valueDot", "state0BarDot", "paramsBarDot", "inputsBarDot", "inputsDensityDot"],
};
const emit = Object.keys(results);
const directions = new Set<Record>(["controlDot", "state0Dot", "paramsDot", "inputsDot", "timesDot"]);

function built(text: string, options: Options) {
  const { ready, diagnostics } = build(
    { file: "m.ode.ts", text, host: { read: () => undefined } },
    { ...options, emit },
  );
  if (ready === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return ready.module;
}

describe.each(Object.entries(models))("%s", (_, text) => {
  const options: readonly Options[] = text.includes("ode(")
    ? [
        {},
        { adjoint: "step" },
        { adjoint: "store-all" },
        { method: "dopri5" },
        { method: "gauss2" },
        { density: true },
      ]
    : [{}];

  it.each(options)("has all its results written, by %o", (chosen) => {
    const { program, entries } = built(text, chosen);
    for (const [name, records] of Object.entries(results)) {
      // Whatever is not given is NaN.
      const memory = allocate(program);
      for (const { home, name: array } of program.arrays)
        if (home && directions.has(home.record)) memory.get(array)!.fill(0.25);
      const { fn } = entries.find((entry) => entry.name === name)!;
      expect(evaluate(program, fn, [], memory), name).toBe(status.ok);
      const asked = program.arrays.filter(({ home }) => home && records.includes(home.record));
      expect(asked.length).toBeGreaterThan(1);
      for (const array of asked)
        expect([array.name, [...memory.get(array.name)!].some(Number.isNaN)]).toEqual([array.name, false]);
    }
  });

  it.skipIf(compiler === undefined)("has the same in C as in JavaScript", async () => {
    const { c, engine, problem } = await compiled(text, {
      emit,
      ...(text.includes("ode(") ? { density: true } : {}),
    });
    const direction = {
      t0: 0,
      t1: 0,
      state0: problem.state0.map(() => 1),
      params: problem.params.map(() => 1),
      inputs: problem.inputs.map(() => 1),
      times: problem.times.map(() => 0),
    };
    try {
      expect(c!.jvp!(problem, direction)).toEqual(engine.jvp!(problem, direction));
      expect(c!.hvp!(problem, direction)).toEqual(engine.hvp!(problem, direction));
    } finally {
      c!.close();
    }
  });
});
