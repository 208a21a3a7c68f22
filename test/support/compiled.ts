/** A model's text compiled for a test, in JavaScript and, where there is a compiler, in C. */

import { build } from "../../compiler/compile.ts";
import { emit } from "../../compiler/emission.ts";
import { type CEngine, cEngine, findCompilers } from "../../compiler/execute/c.ts";
import { type GeneratedModule, javaScriptEngine, loadJavaScript } from "../../compiler/execute/javascript.ts";
import { defaultProblem, type Engine, type Problem } from "../../compiler/execute/problem.ts";
import type { Module } from "../../compiler/module.ts";
import type { Options } from "../../compiler/options.ts";

export interface Compiled {
  readonly module: Module;
  readonly code: string;
  readonly loaded: GeneratedModule & Record<string, unknown>;
  readonly engine: Engine;
  readonly problem: Problem;
  /** Nothing without a C compiler. */
  readonly c: CEngine | undefined;
  readonly files: { readonly header: string; readonly source: string; readonly selftest: string };
}

const host = { read: () => undefined };
export const [compiler] = findCompilers(process.env);

/** `withC`: whether C is compiled too, where it can be. */
export async function compiled(text: string, options: Options = {}, withC = true): Promise<Compiled> {
  const built = build({ file: "model.ode.ts", text, host }, options);
  const { ready } = built;
  if (ready === undefined) throw new Error(built.diagnostics.map((one) => one.message).join("; "));
  const { module } = ready;
  const code = emit(ready, "js", options)[0]!.text;
  const loaded = (await loadJavaScript(code)) as Compiled["loaded"];
  // Most tests look at one target alone.
  let files: Compiled["files"] | undefined;
  const inC = (): Compiled["files"] => {
    if (files === undefined) {
      const [header, source, selftest] = emit(ready, "c", { ...options, prefix: "m" });
      files = { header: header!.text, source: source!.text, selftest: selftest!.text };
    }
    return files;
  };
  const c =
    compiler === undefined || !withC
      ? undefined
      : cEngine(
          { header: { name: "m.h", text: inC().header }, source: { name: "m.c", text: inC().source } },
          module.model,
          "m",
          "double",
          module.solver,
          { jvp: options.emit?.includes("jvp") ?? false, hvp: options.emit?.includes("hvp") ?? false },
        );
  return {
    module,
    code,
    loaded,
    engine: javaScriptEngine(loaded),
    problem: defaultProblem(module.model, module.solver),
    c,
    get files() {
      return inC();
    },
  };
}
