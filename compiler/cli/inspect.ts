/** `odegrad inspect`: the optimised program (`--ir`), its formulas (`--formulas`), what its reverse sweeps keep (`--tape`), what plans cost (`--plans`), and what they take of a small part (`--memory`). */

import { emit, type Ready, workspaceBytes } from "../emission.ts";
import { loadJavaScript } from "../execute/javascript.ts";
import { defaultProblem } from "../execute/problem.ts";
import { printProgram } from "../ir/print.ts";
import { contracted } from "../optimise/index.ts";
import type { CommandOptions } from "../options.ts";
import { planOf } from "../plan.ts";
import { type ResidualNetwork, residualNetwork } from "../verify/residual-network.ts";
import { deliver } from "./deliver.ts";
import { type ExitCode, exitCode } from "./exit.ts";
import { formulasAsJson, formulasAsText } from "./inspect-formulas.ts";
import { billsAsJson, billsAsSvg, billsAsText, billsOf } from "./inspect-memory.ts";
import { operatorsAsJson, operatorsAsText } from "./inspect-operators.ts";
import { opsAsJson, opsAsText } from "./inspect-ops.ts";
import { networkAsText, plansAsJson, plansAsText } from "./inspect-plans.ts";
import { tapesAsJson, tapesAsText } from "./inspect-tape.ts";
import { buildWithValues, readingOnce } from "./model-file.ts";
import { formatJson, type Json } from "./number.ts";
import type { Context } from "./streams.ts";

export async function run(
  [file]: readonly string[],
  options: CommandOptions,
  context: Context,
): Promise<ExitCode> {
  const given = readingOnce(context);
  const ready = buildWithValues(file!, options, given);
  const withPlan = (adjoint: string): Ready => buildWithValues(file!, { ...options, adjoint }, given);
  const { module } = ready;
  const wantsTape = options.tape === true;
  // The program is what is shown where nothing is said.
  const wantsPlans = options.plans === true;
  const wantsFormulas = options.formulas === true;
  const wantsOps = options.ops === true;
  const wantsMemory = options.memory === true || options.svg !== undefined;
  const wantsIr =
    options.ir === true || !(wantsTape || wantsPlans || wantsFormulas || wantsOps || wantsMemory);
  // The bill is that of a gradient alone.
  const alone: CommandOptions = { ...options, emit: ["gradient"] };
  const bills = wantsMemory
    ? billsOf(buildWithValues(file!, alone, given), alone, (adjoint) =>
        buildWithValues(file!, { ...alone, adjoint }, given),
      )
    : [];
  const svg =
    options.svg === undefined
      ? []
      : [{ path: options.svg, text: billsAsSvg(bills, `${module.model.name}: plans`) }];
  if (options.json !== true) {
    const isSolved = module.model.field === undefined;
    const sections = [
      ...(wantsIr ? [`${printProgram(contracted(module.program)).trimEnd()}\n`] : []),
      ...(wantsFormulas ? [formulasAsText(module)] : []),
      ...(wantsOps ? [opsAsText(module)] : []),
      ...(wantsTape ? [tapesAsText(module, options, context.sources)] : []),
      ...(wantsMemory ? [billsAsText(bills, options)] : []),
      ...(wantsPlans && isSolved
        ? [plansAsText(ready, options, withPlan) + networkAsText(await networkOf(ready, options))]
        : []),
    ];
    const operators = wantsPlans ? operatorsAsText(module.model) : "";
    deliver(sections.join("\n") + operators, options, context, svg);
    return exitCode.ok;
  }
  const isPlanned = wantsPlans && module.model.field === undefined;
  const network = isPlanned ? await networkOf(ready, options) : undefined;
  deliver(
    `${formatJson({
      version: 1,
      model: module.model.name,
      plan: { ...planOf(module, options, workspaceBytes(ready, "js", options)) },
      ...(wantsIr ? programAsJson(ready) : {}),
      ...(wantsFormulas ? formulasAsJson(module) : {}),
      ...(wantsOps ? opsAsJson(module) : {}),
      ...(wantsTape ? tapesAsJson(module, options, context.sources) : {}),
      ...(wantsMemory ? billsAsJson(bills, options) : {}),
      ...(isPlanned ? plansAsJson(ready, options, withPlan) : {}),
      ...(wantsPlans ? operatorsAsJson(module.model) : {}),
      ...(network === undefined ? {} : { residualNetwork: { ...network } }),
    })}\n`,
    options,
    context,
    svg,
  );
  return exitCode.ok;
}

/** The figures of a residual network at the model's defaults; nothing for another model. */
async function networkOf(ready: Ready, options: CommandOptions): Promise<ResidualNetwork | undefined> {
  const { model, solver } = ready.module;
  const generated = await loadJavaScript(emit(ready, "js", options)[0]!.text);
  return residualNetwork(generated, ready.module, defaultProblem(model, solver));
}

function programAsJson({ module }: Ready): Record<string, Json> {
  const { program, entries } = module;
  return {
    arrays: program.arrays.map(({ name, role, element, shape, doc }) => ({
      name,
      role,
      element,
      shape,
      doc,
    })),
    functions: program.functions.map((fn) => ({
      name: fn.name,
      parameters: fn.parameters.map((parameter) => ({ ...parameter })),
      entry: entries.find((each) => each.fn === fn.name)?.name,
    })),
    text: printProgram(contracted(program)),
  };
}
