/** `odegrad inspect --ir`: the optimised program as text, or as JSON with its arrays and evaluation counts. */

import { workspaceBytes } from "../compile.ts";
import { printProgram } from "../ir/print.ts";
import type { CommandOptions } from "../options.ts";
import { planOf } from "../plan.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { buildFile } from "./model-file.ts";
import { formatJson } from "./number.ts";
import type { Context } from "./streams.ts";

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  // --ir is the only view so far, so it need not be said.
  const ready = buildFile(file!, options, context);
  const { module } = ready;
  const { program } = module;
  if (options.json !== true) {
    context.print(`${printProgram(program).trimEnd()}\n`);
    return exitCode.ok;
  }
  const arrays = program.arrays.map(({ name, role, element, shape, doc }) => ({
    name,
    role,
    element,
    shape,
    doc,
  }));
  const functions = program.functions.map((fn) => ({
    name: fn.name,
    parameters: fn.parameters.map((parameter) => ({ ...parameter })),
    entry: module.entries.find((each) => each.fn === fn.name)?.name,
  }));
  context.print(
    `${formatJson({
      version: 1,
      model: module.model.name,
      plan: { ...planOf(module, options, workspaceBytes(ready, "js", options)) },
      arrays,
      functions,
      text: printProgram(program),
    })}\n`,
  );
  return exitCode.ok;
}
