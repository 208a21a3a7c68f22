/** `odegrad grad --compare`: every adjoint plan asked the same question, with its bill. */

import type { Ready } from "../emission.ts";
import type { Gradients, Problem } from "../execute/problem.ts";
import type { CommandOptions } from "../options.ts";
import { type Admitted, plansFor } from "../resolve.ts";
import { difference } from "../verify/check.ts";
import { buildFile, openEngine } from "./model-file.ts";
import { type Json, shortNumber } from "./number.ts";
import { requireFinished, solverJson } from "./solve-report.ts";
import type { Context } from "./streams.ts";

interface Row {
  readonly ready: Ready;
  readonly plan: Admitted;
  readonly gradients: Gradients;
  /** Largest difference of its gradient from the first one's, relative to the largest entry. */
  readonly differs: number;
  readonly microseconds: number;
}

/** How long a plan is timed, in milliseconds. */
const span = 200;

export async function compare(
  file: string,
  options: CommandOptions,
  context: Context,
  problem: (ready: Ready) => Problem,
): Promise<{ readonly text: string; readonly json: Json }> {
  const rows: Row[] = [];
  const text = context.readFile(file);
  const given = { ...context, readFile: (name: string) => (name === file ? text : context.readFile(name)) };
  const { solver } = buildFile(file, { ...options, adjoint: "symplectic" }, given).module;
  for (const plan of plansFor(solver)) {
    const ready = buildFile(file, { ...options, adjoint: plan.adjoint }, given);
    const engine = await openEngine(ready, options, context);
    try {
      const asked = problem(ready);
      const gradients = engine.gradient(asked);
      requireFinished(gradients, "gradient", ready.module);
      const first = rows[0]?.gradients ?? gradients;
      const differs = difference(flat(gradients), flat(first));
      const microseconds = engine.target === "js" ? timed(() => engine.gradient(asked)) : Number.NaN;
      rows.push({ ready, plan, gradients, differs, microseconds });
    } finally {
      engine.close();
    }
  }
  const target = (options.target ?? ["js"])[0]!;
  const bills = rows.map(
    ({ ready, gradients }) =>
      solverJson(ready, options, target, "gradient", gradients) as Record<string, number>,
  );
  const cells = [
    ["plan", "exact", "loss", "gradient", "differs by", "field", "vjp", "checkpoints", "workspace", "time"],
    ...rows.map(({ plan, gradients, differs, microseconds }, i) => [
      plan.adjoint,
      plan.exact,
      shortNumber(gradients.value),
      shortNumber(norm(gradients)),
      differs === 0 ? "0" : differs.toExponential(1),
      String(bills[i]!["fieldEvaluations"]),
      String(bills[i]!["vjpEvaluations"]),
      `${bills[i]!["checkpointBytes"]} B`,
      `${bills[i]!["workspaceBytes"]} B`,
      Number.isNaN(microseconds) ? "" : `${shortNumber(Number(microseconds.toPrecision(3)))} µs`,
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  return {
    text: `${lines.join("\n")}\n`,
    json: rows.map(({ plan, differs, microseconds, gradients }, i) => ({
      exact: plan.exact,
      value: gradients.value,
      gradientNorm: norm(gradients),
      differsBy: differs,
      microseconds: Number.isNaN(microseconds) ? null : microseconds,
      solver: bills[i]!,
    })),
  };
}

/** Root of the sum of squares of every entry. */
const norm = (gradients: Gradients): number => Math.hypot(...flat(gradients));

const flat = ({ params, state0, inputs }: Gradients): number[] => [...params, ...state0, ...inputs];

/** Microseconds of a call: the least of several rounds, as noise only adds. */
function timed(act: () => void): number {
  let best = Infinity;
  const end = performance.now() + span;
  while (performance.now() < end) {
    const start = performance.now();
    act();
    best = Math.min(best, performance.now() - start);
  }
  return 1000 * best;
}
