/**
 * Prints a module as a program for crossbars of memristors. In: a module whose products are mapped. Out: a JSON program —
 * which matrices are on which tiles, what is in memory, how often each array is read and written, and the instructions
 * as text — and its digital part: a JavaScript module that runs the same program on a device.
 */

import { blocks } from "../../runtime/crossbar-tiles.ts";
import { type Work, workOf } from "../analysis/work.ts";
import { positionOf } from "../diagnostics/codeframe.ts";
import type { Span } from "../diagnostics/span.ts";
import { sizeOf } from "../model.ts";
import { exportName, type Module } from "../module.ts";
import type { Matrices, Programmed } from "../optimise/programmed.ts";
import { listing } from "./crossbar-listing.ts";
import { emitJavaScript, type JavaScriptOptions } from "./javascript.ts";
import { nameOf } from "./javascript-crossbar.ts";

export interface CrossbarOptions extends JavaScriptOptions {
  /** Name of the file of the digital part. */
  readonly digital: string;
}

/** Rows and columns of the largest tile: what ISAAC and PUMA build. */
const mostOfTile = 128;

/** What is read of a program by those who report it; its schema is `programSchema` of the runtime. */
export interface CrossbarProgram {
  readonly matrices: readonly {
    readonly name: string;
    readonly count: number;
    readonly rows: number;
    readonly columns: number;
  }[];
  readonly digital: readonly { readonly matrix: string; readonly line?: number; readonly reason: string }[];
  readonly counts: Readonly<Record<string, ReturnType<typeof countsOf>>>;
}

export function emitCrossbar(
  module: Module,
  { program, matrices, digital }: Programmed,
  options: CrossbarOptions,
): { program: string; code: string; map: object } {
  const whole: Module = { ...module, program };
  const { code, map } = emitJavaScript(whole, { ...options, matrices });
  const entries = module.entries.map((entry) => {
    const work = workOf(program, entry.fn, module.solver.steps);
    return [exportName(entry.name, module.model), countsOf(work, matrices, mostOfTile)] as const;
  });
  const memory = program.arrays
    .filter(({ role, shape }) => role !== "constant" && shape.length > 0)
    .map(({ name, role, element, shape, home }) => ({
      name,
      role: home?.record ?? role,
      element,
      shape,
      words: sizeOf(shape),
    }));
  const header = {
    format: "odegrad-crossbar",
    version: 1,
    model: module.model.name,
    generated: options.header.split("\n"),
    method: module.solver.method,
    adjoint: module.solver.adjoint,
    steps: module.solver.steps,
    word: { bits: 64, kind: "float" },
    tile: { rows: mostOfTile, columns: mostOfTile },
    matrices: matrices.map((one) => ({
      name: nameOf(one.array),
      first: one.first,
      count: one.count,
      rows: one.rows,
      columns: one.columns,
      isTurned: one.isTurned,
      from: { record: one.array.home?.record ?? "constant", offset: one.array.home?.offset ?? 0 },
      gradient:
        one.gradient?.home === undefined
          ? null
          : { record: one.gradient.home.record, offset: one.gradient.home.offset },
      tiles: blocks(one.rows, one.columns, mostOfTile, mostOfTile),
    })),
    memory,
    memoryWords: memory.reduce((sum, { words }) => sum + words, 0),
    counts: Object.fromEntries(entries),
    digital: digital.map(({ matrix, span, reason }) => ({
      matrix: nameOf(program.arrays.find(({ name }) => name === matrix)!),
      ...placeOf(span, module.model.file, options.text),
      reason,
    })),
    code: options.digital,
    program: listing(
      program,
      matrices,
      module.entries.map(({ fn }) => fn),
    ),
  };
  return { program: `${JSON.stringify(header, null, 2)}\n`, code, map: map() };
}

/** Line and column of what the model's own text says. */
function placeOf(span: Span | undefined, file: string, text: string | undefined) {
  if (span === undefined || text === undefined || span.file !== file) return {};
  const { line, column } = positionOf(span, text);
  return { line, column };
}

function countsOf(work: Work, matrices: readonly Matrices[], tile: number) {
  const counts = { forwardReads: 0, transposedReads: 0, outerProducts: 0, dac: 0, adc: 0 };
  for (const { contract, mapped, times } of work.products) {
    const names = new Set([contract.to, ...contract.factors].map(({ array }) => array));
    const own = matrices.find(({ array, gradient }) =>
      mapped.kind === "accumulate" ? names.has(gradient?.name ?? "") : names.has(array.name),
    )!;
    if (mapped.kind === "accumulate") {
      counts.outerProducts += times;
      continue;
    }
    const isForward = mapped.kind === "apply";
    counts[isForward ? "forwardReads" : "transposedReads"] += times;
    for (const { rows, columns } of blocks(own.rows, own.columns, tile, tile)) {
      counts.dac += times * (isForward ? columns : rows);
      counts.adc += times * (isForward ? rows : columns);
    }
  }
  const operations = [...work.operations].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    isStatic: work.isStatic && work.areProductsExact,
    isBound: work.isStatic,
    ...counts,
    operations: Object.fromEntries(operations),
  };
}
