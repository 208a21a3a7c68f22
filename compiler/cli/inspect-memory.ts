/**
 * `odegrad inspect --memory`: what the gradient of generated C takes, plan by plan. Sizes of the caller's buffers are exact;
 * flash and instructions are estimates for a Cortex-M4F, in single precision, where there is one.
 */

import { plotSvg } from "../../runtime/plot.ts";
import { type Estimate, estimateOf } from "../analysis/estimate.ts";
import { footprintOf } from "../analysis/footprint.ts";
import { asC, type Ready } from "../emission.ts";
import type { CommandOptions } from "../options.ts";
import { plansFor } from "../resolve.ts";
import type { Json } from "./number.ts";

interface Bill extends Partial<Estimate> {
  readonly adjoint: string;
  readonly exact: string;
  /** Bytes: the workspace, the problem, the gradients, and the three together. */
  readonly workspace: number;
  readonly problem: number;
  readonly gradients: number;
  readonly ram: number;
  /** Whether a run counts steps or iterations: the instructions are then those of one step, with one attempt and iteration. */
  readonly isPerStep: boolean;
}

/** `withPlan`: the same model and options with another plan. A field has no plans, and one bill. */
export function billsOf(
  ready: Ready,
  options: CommandOptions,
  withPlan: (adjoint: string) => Ready,
): readonly Bill[] {
  const { solver, model } = ready.module;
  const plans = model.field === undefined ? plansFor(solver) : [{ adjoint: solver.adjoint, exact: "exact" }];
  return plans.map(({ adjoint, exact }) => {
    const other = adjoint === solver.adjoint ? ready : withPlan(adjoint);
    const { module, workspaceBytes, records } = asC(other, options);
    const { problem, gradients } = records;
    const sizes = {
      workspace: workspaceBytes,
      problem,
      gradients,
      ram: workspaceBytes + problem + gradients,
    };
    const entry = module.entries.find(({ name }) => name === "gradient");
    if (options.real !== "float" || entry === undefined)
      return { adjoint, exact, ...sizes, isPerStep: false };
    const whole = footprintOf(module.program, entry.fn, module.solver.steps);
    const footprint = whole.isStatic ? whole : footprintOf(module.program, entry.fn, 1);
    const estimate = estimateOf(footprint, options.optimise ?? "speed");
    return { adjoint, exact, ...sizes, ...estimate, isPerStep: !whole.isStatic };
  });
}

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, " ");

export function billsAsText(bills: readonly Bill[], options: CommandOptions): string {
  const estimated = bills.some(({ flash }) => flash !== undefined);
  const rows = [
    [
      "plan",
      "exact",
      "ram",
      "workspace",
      "problem",
      "gradients",
      ...(estimated ? ["flash", "instructions"] : []),
    ],
    ...bills.map((bill) => [
      bill.adjoint,
      bill.exact,
      ...[bill.ram, bill.workspace, bill.problem, bill.gradients].map(grouped),
      ...(estimated
        ? [
            `~${grouped(bill.flash ?? 0)}`,
            `~${grouped(bill.instructions ?? 0)}${bill.isPerStep ? " a step" : ""}`,
          ]
        : []),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  const real = options.real ?? "double";
  const notes = [
    `bytes of C with real ${real}: ram is workspace, problem and gradients, exactly; the stack comes on top, some hundred bytes that -fstack-usage tells`,
    estimated
      ? "flash and instructions of one gradient are estimates for a Cortex-M4F, GCC -O2, with the functions of the library that are called"
      : "flash and instructions are estimated with `--real float`",
    ...(bills.some(({ isPerStep }) => isPerStep)
      ? [
          "steps, attempts or iterations are counted by the run: a step has one attempt and one iteration here",
        ]
      : []),
  ];
  return `${[...lines, ...notes].join("\n")}\n`;
}

export const billsAsJson = (bills: readonly Bill[], options: CommandOptions): { readonly memory: Json } => ({
  memory: {
    target: "c",
    real: options.real ?? "double",
    optimise: options.optimise ?? "speed",
    estimatedFor: bills.some(({ flash }) => flash !== undefined) ? "Cortex-M4F, GCC -O2" : null,
    stack: null,
    plans: bills.map(({ flash, instructions, isPerStep, ...sizes }) => ({
      ...sizes,
      flash: flash ?? null,
      instructions: isPerStep ? null : (instructions ?? null),
      instructionsPerStep: isPerStep ? (instructions ?? null) : null,
    })),
  },
});

/** Instructions over memory: plans to the right keep more, plans further up compute more. */
export const billsAsSvg = (bills: readonly Bill[], title: string): string =>
  plotSvg(
    bills.map(({ adjoint, ram, instructions }) => ({
      name: adjoint,
      x: [ram],
      y: [instructions ?? 0],
      kind: "points" as const,
    })),
    { title, xLabel: "RAM (bytes)", yLabel: "instructions of a gradient" },
  );
