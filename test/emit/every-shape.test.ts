/**
 * Whatever method, plan and shape are asked for of a model, its C is well formed: every name is there, every place inside its array,
 * and compilers have nothing to say. Each model takes its turn of the questions here; `npm run test:long` asks all of them of all.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyProgram } from "../../compiler/analysis/well-formed.ts";
import { buildAll } from "../../compiler/compile.ts";
import { asC, emit } from "../../compiler/emission.ts";
import type { Options } from "../../compiler/options.ts";
import { anyCompiler, inFolder, strict } from "../support/c-files.ts";
import { diskHost } from "../support/plain-model.ts";

const isLong = process.env["ODEGRAD_LONG"] === "1";
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
];
const questions = methods.flatMap((options) =>
  (["size", "speed"] as const).map((optimise) => ({ optimise, ...options })),
);
const isAsked = (model: number, question: number): boolean =>
  isLong || question === (7 * model + 4) % questions.length;
const cases = models.flatMap((model, i) =>
  questions.filter((_, k) => isAsked(i, k)).map((options) => ({ model, options })),
);

describe.skipIf(anyCompiler === undefined)("every shape of C", { timeout: 600_000 }, () => {
  it("is asked for of some model", () => {
    expect(new Set(cases.map(({ options }) => JSON.stringify(options))).size).toBeGreaterThan(15);
  });

  it.each(cases)("$model, $options", ({ model, options }) => {
    const file = path.join(root, model);
    const asked: Options = { ...options, emit: ["solve", "gradient", "jvp", "hvp", "step"] };
    const { built } = buildAll({ file, text: fs.readFileSync(file, "utf8"), host: diskHost }, asked);
    expect(built.length).toBeGreaterThan(0);
    for (const { ready, diagnostics } of built) {
      if (ready === undefined) {
        // A question that makes no sense of this model, and that is answered by saying so.
        expect(diagnostics.map(({ code }) => code)).not.toContain("ODE9001");
        expect(diagnostics.length).toBeGreaterThan(0);
        continue;
      }
      const { module } = asC(ready, asked);
      const entries = module.entries.filter((each) => each.arguments.length === 0).map(({ fn }) => fn);
      expect(verifyProgram(module.program, entries)).toEqual([]);
      const [header, source, selftest] = emit(ready, "c", { ...asked, prefix: "m" });
      const files = { header: header!.text, source: source!.text, selftest: selftest!.text };
      inFolder(files, (folder) => {
        expect(folder.complaints(anyCompiler!, [...strict, "-fsyntax-only"], ["m.c"])).toBe("");
      });
    }
  });
});
