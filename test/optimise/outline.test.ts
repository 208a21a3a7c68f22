/** Functions that are too long for V8, cut into parts: every bit stays, and no part is too long. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { emitJavaScript } from "../../compiler/emit/javascript.ts";
import type { Program } from "../../compiler/ir/nodes.ts";
import type { Module } from "../../compiler/module.ts";
import { pairedRows } from "../../compiler/optimise/blocking.ts";
import { outlined } from "../../compiler/optimise/outline.ts";
import type { Options } from "../../compiler/options.ts";
import { everyWord } from "../support/every-word.ts";
import { type Ivp, modelOf } from "../support/ivp.ts";
import { isLong } from "../support/long.ts";

const host = { read: () => undefined };
const everything: Options = { emit: ["solve", "gradient", "jvp", "hvp"] };
const example = (name: string): string =>
  fs.readFileSync(path.resolve(import.meta.dirname, `../../examples/${name}/${name}.ode.ts`), "utf8");
const ivp = (name: string): string =>
  modelOf(
    JSON.parse(
      fs.readFileSync(path.join(import.meta.dirname, `../reference/ivp/${name}.json`), "utf8"),
    ) as Ivp,
  );

const moduleOf = (text: string, options: Options): Module => {
  const { ready, diagnostics } = build({ file: "m.ode.ts", text, host }, { ...everything, ...options });
  if (ready === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return ready.module;
};

async function wordsOf(module: Module, program: Program): Promise<{ words: number[]; code: string }> {
  const { code } = emitJavaScript(
    { ...module, program },
    { dialect: "js", file: "m.ode.ts", header: "", text: "" },
  );
  return { words: await everyWord(code), code };
}

const partsIn = (code: string): number => [...code.matchAll(/^function \w+_part\w*\(/gm)].length;

const bouncing = `import { ode } from "odegrad";
export const ball = ode({
  state: { height: 1, speed: 0 },
  params: { g: 9.81, bounce: 0.8 },
  times: [0.2, 0.6, 1],
  rhs: ({ speed }, { g }) => ({ height: speed, speed: -g }),
  events: {
    when: ({ height }) => height,
    direction: -1,
    then: ({ height, speed }, { bounce }) => ({ height, speed: -bounce * speed }),
  },
  loss: { at: ({ height }) => height ** 2, running: ({ speed }) => speed ** 2, terminal: ({ height, speed }) => height * speed },
  solver: { method: "dopri5", t1: 1, rtol: 1e-6 },
});`;

describe.each([
  ["lotka-volterra", example("lotka-volterra"), {}],
  ["lotka-volterra, stiff and adaptive", example("lotka-volterra"), { method: "rodas5p", rtol: 1e-6 }],
  ["pendulum-control, checkpoints", example("pendulum-control"), { adjoint: "revolve", checkpoints: 4 }],
  ["hare-lynx, with observations", example("hare-lynx"), { method: "dopri5", rtol: 1e-6 }],
  ["neural-ode, implicit", example("neural-ode"), { method: "gauss2" }],
  ["neural-ode, recovered", example("neural-ode"), { method: "reversible-heun", adjoint: "reversible" }],
  ["hamiltonian-network", example("hamiltonian-network"), {}],
  ["a multistep method", example("lotka-volterra"), { method: "ab4" }],
  ["a ball that bounces", bouncing, { emit: ["solve", "gradient"] }],
] satisfies [string, string, Options][])("%s", (_name, text, options) => {
  it.each([
    [20, 60, 4],
    [100, 40, 1],
  ])(
    "keeps every bit where functions longer than %i become parts of up to %i",
    async (most, mostInPart, leastInPart) => {
      const module = moduleOf(text, options);
      const program = pairedRows(module.program, [], false);
      const whole = await wordsOf(module, program);
      const cut = await wordsOf(module, outlined(program, { most, mostInPart, leastInPart }));
      expect(whole.words[0]).toBe(0);
      expect(partsIn(whole.code)).toBe(0);
      expect(partsIn(cut.code)).toBeGreaterThan(4);
      // The sign of a zero included.
      expect(cut.words).toEqual(whole.words);
    },
  );
});

describe("eight scalars by a method of eight stages", () => {
  /** Bytes from which V8 leaves a function to its interpreter: --max-optimized-bytecode-size. */
  const limit = 60 * 1024;

  it.each(isLong ? ["rodas5p", "esdirk4"] : ["rodas5p"])(
    "%s has no function that V8 would not optimise",
    (method) => {
      const options: Options = { emit: ["solve", "gradient"], method, rtol: 1e-6 };
      const { ready } = build({ file: "m.ode.ts", text: ivp("hires"), host }, options);
      const code = emit(ready!, "js", options)[0]!.text;
      expect(partsIn(code)).toBeGreaterThan(4);
      const printed = spawnSync(process.execPath, ["--print-bytecode", "--input-type=module"], {
        // What has not run has no bytecode yet.
        input: `${code}\nsolve(); gradient();\n`,
        encoding: "utf8",
        maxBuffer: 2 ** 30,
      }).stdout;
      const lengths = new Map(
        [
          ...printed.matchAll(/^\[generated bytecode for function: (\w+) [\s\S]*?^Bytecode length: (\d+)$/gm),
        ].map(([, name, length]) => [name!, Number(length)] as const),
      );
      for (const [, name] of code.matchAll(/^(?:export )?function (solve|gradient|\w+_part\w*)\(/gm))
        expect(lengths.get(name!), name).toBeLessThan(limit);
    },
  );

  it("has whole functions where they are short enough", () => {
    const program = pairedRows(moduleOf(example("lotka-volterra"), {}).program, [], false);
    expect(outlined(program)).toBe(program);
  });
});
