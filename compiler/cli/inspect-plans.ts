/** `odegrad inspect --plans`: what every adjoint plan that the method admits would cost, without running any. */

import type { Ready } from "../emission.ts";
import { workspaceBytes } from "../emission.ts";
import { isCounted } from "../module.ts";
import type { CommandOptions } from "../options.ts";
import { planOf } from "../plan.ts";
import { plansFor } from "../resolve.ts";
import type { ResidualNetwork } from "../verify/residual-network.ts";
import type { Json } from "./number.ts";

const about: Readonly<Record<string, string>> = {
  symplectic: "a state a step; stages made again, vjp from them",
  step: "a state a step; stages made again with their tapes",
  "store-all": "stages and tapes of every step",
  revolve: "checkpoints; steps between them made again",
  reversible: "nothing; steps undone",
  continuous: "nothing; integrated backwards",
};

/** `withPlan`: the same model and options with another plan. */
function rowsOf(ready: Ready, options: CommandOptions, withPlan: (adjoint: string) => Ready) {
  const { module } = ready;
  const { reverse } = module.counts;
  const isPlanned = !isCounted(module.solver);
  return plansFor(module.solver).map(({ adjoint, exact }) => {
    const other = adjoint === module.solver.adjoint ? ready : withPlan(adjoint);
    const bytes = (["js", "c"] as const).map((target) => workspaceBytes(other, target, options));
    const plan = planOf(other.module, options, bytes[0]!);
    return {
      adjoint,
      exact,
      // Where steps or iterations are counted by the run there is nothing to say before it.
      fieldEvaluations: isPlanned ? plan.fieldEvaluations : null,
      vjpEvaluations: isPlanned ? plan.vjpEvaluations : null,
      vjpEvaluationsPerStep: reverse.vjp,
      checkpointBytes: plan.checkpointBytes,
      workspaceBytes: { js: bytes[0]!, c: bytes[1]! },
      keeps: `${adjoint === "revolve" ? `${other.module.solver.checkpoints} ` : ""}${about[adjoint]}`,
    };
  });
}

export function plansAsText(
  ready: Ready,
  options: CommandOptions,
  withPlan: (adjoint: string) => Ready,
): string {
  const rows = rowsOf(ready, options, withPlan);
  const cells = [
    ["plan", "exact", "field", "vjp", "checkpoints", "workspace js", "workspace c", "keeps"],
    ...rows.map((row) => [
      row.adjoint,
      row.exact,
      row.fieldEvaluations === null ? "by the run" : String(row.fieldEvaluations),
      row.vjpEvaluations === null ? "by the run" : String(row.vjpEvaluations),
      `${row.checkpointBytes} B`,
      `${row.workspaceBytes.js} B`,
      `${row.workspaceBytes.c} B`,
      row.keeps,
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const isText = (column: number): boolean => column < 2 || column === cells[0]!.length - 1;
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** What a residual network is told about its weights, its ODE, and a plan without stored states. */
export function networkAsText(network: ResidualNetwork | undefined): string {
  if (network === undefined) return "";
  const { depth, roughness, lipschitz, distance, recoveryOrder, deviation } = network;
  const percent = (part: number): string => `${(100 * part).toPrecision(2)} %`;
  const isSafe = deviation <= safeDeviation;
  return [
    "",
    `residual network of ${depth} layers`,
    `  weights change by at most ${percent(roughness)} from layer to layer (${(roughness * depth).toPrecision(2)} over the depth)`,
    `  norm of a layer's Jacobian along the states: at most ${lipschitz.toPrecision(3)}`,
    ...(distance === undefined ? [] : [`  states are within ${percent(distance)} of those of its ODE`]),
    `  the start is recovered from the end to ${deviation.toExponential(1)}, of order ${recoveryOrder} in 1/depth: without stored states the gradient is ${isSafe ? "safe" : "not safe"}`,
    "",
  ].join("\n");
}

/** Deviation of the recovered start up to which a gradient without stored states is called safe. */
const safeDeviation = 1e-3;

export const plansAsJson = (
  ready: Ready,
  options: CommandOptions,
  withPlan: (adjoint: string) => Ready,
): { readonly plans: Json } => ({ plans: rowsOf(ready, options, withPlan).map((row) => ({ ...row })) });
