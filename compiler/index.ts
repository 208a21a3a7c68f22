/**
 * The library: `import { compile } from "odegrad/compiler"`. Pure: no file system, no clock, no process. Everything a
 * model imports is read through the `host` of the options.
 */

import { checkOptions } from "./check-options.ts";
import { build, type Source } from "./compile.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { emit, type Output, workspaceBytes } from "./emission.ts";
import type { Host } from "./frontend/index.ts";
import type { Options, Target } from "./options.ts";
import { type Plan, planOf } from "./plan.ts";

export type { Diagnostic } from "./diagnostics/diagnostic.ts";
export type { Output } from "./emission.ts";
export { cDescriptionSchema } from "./emit/c-schema.ts";
export type { Host } from "./frontend/index.ts";
export type { Options, Target } from "./options.ts";
export type { Plan } from "./plan.ts";
export { version } from "./version.ts";

export interface CompileOptions extends Options {
  /** Name of the model's file, for diagnostics, imports and the names of the outputs. Default "model.ode.ts". */
  readonly file?: string;
  /** Reads what the model imports; without one nothing can be imported but odegrad itself. */
  readonly host?: Host;
}

export interface CompileResult {
  /** Empty where there are errors: a broken model gives no half of an output. */
  readonly outputs: readonly Output[];
  readonly diagnostics: readonly Diagnostic[];
  readonly plan?: Plan;
}

/**
 * Compiles the model in `source` for each target of the options (default: js). Never throws for anything a model or an
 * option can hold: what is wrong comes back as diagnostics, each with its code and, if it lies in the text, its place.
 */
export function compile(source: string, options: CompileOptions = {}): CompileResult {
  const { file = "model.ode.ts", host = { read: () => undefined }, ...rest } = options;
  const checked = checkOptions(rest as Readonly<Record<string, unknown>>, "library");
  if (checked.diagnostics.length > 0) return { outputs: [], diagnostics: checked.diagnostics };
  return compileChecked({ file, text: source, host }, checked.options);
}

/** `compile` for options that were checked already. */
export function compileChecked(source: Source, options: Options): CompileResult {
  const { ready, diagnostics } = build(source, options);
  if (ready === undefined) return { outputs: [], diagnostics };
  const targets: readonly Target[] = options.target ?? ["js"];
  const outputs = targets.flatMap((target) => emit(ready, target, options));
  const plan = planOf(ready.module, options, workspaceBytes(ready, targets[0] ?? "js", options));
  return { outputs, diagnostics, plan };
}
