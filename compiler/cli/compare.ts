/** `odegrad grad --compare`: every adjoint plan asked the same question, with its bill. */

import type { Ready } from "../compile.ts";
import type { Gradients, Problem } from "../execute/problem.ts";
import type { CommandOptions } from "../options.ts";
import { adjoints } from "../resolve.ts";
import { difference } from "../verify/check.ts";
import { buildFile, openEngine } from "./model-file.ts";
import { type Json, shortNumber } from "./number.ts";
import { requireFinished, solverJson } from "./solve-report.ts";
import type { Context } from "./streams.ts";

interface Row {
  readonly ready: Ready;
  readonly adjoint: string;
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
  for (const adjoint of adjoints) {
    const ready = buildFile(file, { ...options, adjoint }, { ...context, readFile: () => text });
    const engine = await openEngine(ready, options);
    try {
      const asked = problem(ready);
      const gradients = engine.gradient(asked);
      requireFinished(gradients, "gradient", ready.module);
      const first = rows[0]?.gradients ?? gradients;
      const differs = difference(flat(gradients), flat(first));
      const microseconds = engine.target === "js" ? timed(() => engine.gradient(asked)) : Number.NaN;
      rows.push({ ready, adjoint, gradients, differs, microseconds });
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
    ["plan", "loss", "differs by", "field", "vjp", "checkpoints", "workspace", "time"],
    ...rows.map(({ adjoint, gradients, differs, microseconds }, i) => [
      adjoint,
      shortNumber(gradients.value),
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
    json: rows.map(({ differs, microseconds, gradients }, i) => ({
      value: gradients.value,
      differsBy: differs,
      microseconds: Number.isNaN(microseconds) ? null : microseconds,
      solver: bills[i]!,
    })),
  };
}

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
