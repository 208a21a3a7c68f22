/**
 * Whatever method, plan and shape are asked for of a model, its C is well formed: every name is there, every place inside its array,
 * and compilers have nothing to say. Interpreted, with memory that holds no numbers, every function has the bits of the program that
 * it was shaped from. Each model takes its turn of the questions here; `npm run test:long` asks all of them of all.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { buildAll } from "../../compiler/compile.ts";
import { asC, emit } from "../../compiler/emission.ts";
import { allocate, evaluate } from "../../compiler/ir/evaluate.ts";
import type { Home, Program } from "../../compiler/ir/nodes.ts";
import { sizeOf } from "../../compiler/model.ts";
import type { Module } from "../../compiler/module.ts";
import type { Options } from "../../compiler/options.ts";
import { anyCompiler, inFolder, strict } from "../support/c-files.ts";
import { isLong } from "../support/long.ts";
import { diskHost } from "../support/plain-model.ts";

const root = path.resolve(import.meta.dirname, "../..");

const models = ["examples", "test/reference/models"].flatMap((folder) =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ode.ts"))
    .map((file) => path.join(folder, file).split(path.sep).join("/"))
    .sort(),
);

const methods: readonly Options[] = [
  {},
  { method: "dopri8" },
  { method: "gauss3" },
  { method: "rodas5p" },
  { method: "sdirk4" },
  { method: "dopri8", rtol: 1e-6, atol: 1e-6 },
  { method: "rodas5p", rtol: 1e-6, atol: 1e-6 },
  { method: "taylor", order: 5 },
  { method: "ab4" },
  { method: "leapfrog" },
  { method: "reversible-heun", adjoint: "reversible" },
  { adjoint: "revolve", checkpoints: 5 },
  { adjoint: "step" },
  { adjoint: "store-all" },
  { adjoint: "continuous" },
  { real: "float" },
  { real: "float", math: "portable", method: "dopri8" },
];
const questions = methods.flatMap((options) =>
  (["size", "speed"] as const).map((optimise) => ({ optimise, ...options })),
);
const isAsked = (model: number, question: number): boolean =>
  isLong || question === (7 * model + 4) % questions.length;
const cases = models.flatMap((model, i) =>
  questions
    .filter((_, k) => isAsked(i, k))
    .map((options) => ({ model, options, question: JSON.stringify(options) })),
);

/** All of them; in the short run one half or the other, by the model's place in the list. */
const functionsOf = (model: string): NonNullable<Options["emit"]> => {
  if (isLong) return ["solve", "gradient", "jvp", "hvp", "step"];
  return models.indexOf(model) % 2 === 0 ? ["solve", "gradient", "step"] : ["jvp", "hvp"];
};

/** Whether the interpreter would take many seconds: of large models, and of stages that are solved for. */
const isSlow = ({ model, solver }: Module): boolean => {
  const words = [...model.state, ...model.params].reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0);
  return words > (solver.isImplicit === true || solver.method.startsWith("rodas") ? 8 : 150);
};

const directions = new Set(["controlDot", "state0Dot", "paramsDot", "inputsDot", "timesDot"]);

/** What an entry returns and writes for its caller; what is not given is NaN. */
function results(program: Program, entry: string) {
  const memory = allocate(program);
  for (const { home, name } of program.arrays) {
    if (home === undefined || !directions.has(home.record)) continue;
    const words = memory.get(name)!;
    words.forEach((_, i) => {
      words[i] = ((i % 7) - 3) / 8;
    });
  }
  const status = evaluate(program, entry, [], memory);
  const written = program.arrays.filter(({ home }) => home !== undefined && isResult(home.record, entry));
  // The sign of a sum that is 0 is nobody's.
  return {
    status,
    ...Object.fromEntries(written.map(({ name }) => [name, memory.get(name)!.map((x) => x + 0)])),
  };
}

/** States of a gradient are nobody's in C. */
const isResult = (record: Home["record"], entry: string): boolean =>
  entry === "solve" || entry === "jvp"
    ? /^(value|states|outputs)(Dot)?$/.test(record)
    : /^(value|.*Bar)(Dot)?$/.test(record);

describe.skipIf(anyCompiler === undefined)("every shape of C", { timeout: 600_000 }, () => {
  it("is asked for of some model", () => {
    expect(new Set(cases.map(({ question }) => question)).size).toBeGreaterThan(15);
  });

  it.each(cases)("$model $question", ({ model, options }) => {
    const file = path.join(root, model);
    const asked: Options = { ...options, emit: functionsOf(model) };
    const { built } = buildAll({ file, text: fs.readFileSync(file, "utf8"), host: diskHost }, asked);
    expect(built.length).toBeGreaterThan(0);
    for (const { ready, diagnostics } of built) {
      if (ready === undefined) {
        // A question that makes no sense of this model, and that is answered by saying so.
        expect(diagnostics.map(({ severity }) => severity)).toContain("error");
        continue;
      }
      const { module } = asC(ready, asked);
      const entries = module.entries.filter((each) => each.arguments.length === 0).map(({ fn }) => fn);
      expect(verifyProgram(module.program, entries)).toEqual([]);
      // Portable functions are near those of the machine, and not the same.
      if (!isSlow(module) && options.math === undefined)
        for (const entry of entries)
          expect(results(module.program, entry)).toEqual(results(ready.module.program, entry));
      const [header, source, selftest] = emit(ready, "c", { ...asked, prefix: "m" });
      const files = { header: header!.text, source: source!.text, selftest: selftest!.text };
      inFolder(files, (folder) => {
        expect(folder.complaints(anyCompiler!, [...strict, "-fsyntax-only"], ["m.c"])).toBe("");
      });
    }
  });
});
