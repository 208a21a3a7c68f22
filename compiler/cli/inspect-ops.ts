/** `odegrad inspect --ops`: operations of one call of each entry, with the default number of steps, counted without running. */

import { type Work, workOf } from "../analysis/work.ts";
import { exportName, type Module } from "../module.ts";
import type { Json } from "./number.ts";

interface Counted {
  readonly name: string;
  readonly work: Work;
}

function countedOf({ program, entries, model, solver }: Module): Counted[] {
  return entries
    .filter((entry) => entry.arguments.length === 0)
    .map(({ name, fn }) => ({ name: exportName(name, model), work: workOf(program, fn, solver.steps) }));
}

export function opsAsText(module: Module): string {
  const counted = countedOf(module);
  const kinds = [...new Set(counted.flatMap(({ work }) => [...work.operations.keys()]))].sort();
  const rows = [
    ["operation", ...counted.map(({ name }) => name)],
    ...kinds.map((kind) => [kind, ...counted.map(({ work }) => String(work.operations.get(kind) ?? 0))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  const note = counted.every(({ work }) => work.isStatic)
    ? `with ${module.solver.steps} steps, before blocking for a target; loads and stores of arrays, not of scalars`
    : "with every loop that only a run can count taken once: adaptive and implicit steps, and replayed ones";
  const decided = counted.every(({ work }) => work.isExact)
    ? []
    : ["of two ways that values decide between, the longer one is counted: these are bounds"];
  return `${[...lines, note, ...decided].join("\n")}\n`;
}

export const opsAsJson = (module: Module): Record<string, Json> => ({
  operations: Object.fromEntries(
    countedOf(module).map(({ name, work }) => [
      name,
      {
        isStatic: work.isStatic,
        isExact: work.isStatic && work.isExact,
        counts: Object.fromEntries([...work.operations].sort(([a], [b]) => (a < b ? -1 : 1))),
      },
    ]),
  ),
});
