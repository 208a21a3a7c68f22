/**
 * What the reverse sweeps of a module keep, and why. In: an optimised module. Out: for each exported function its
 * tapes and checkpoints, as they stand in the program, and for each function of the model the values that its reverse
 * sweep takes from elsewhere. Facts only.
 */

import type { Span } from "./diagnostics/span.ts";
import { prepare } from "./differentiate/reverse.ts";
import { stemOf } from "./ir/names.ts";
import type { Element, Reason, Taped } from "./ir/nodes.ts";
import { arraysOf, reachable } from "./ir/walk.ts";
import { sizeOf } from "./model.ts";
import type { Module } from "./module.ts";
import type { Options } from "./options.ts";
import { isDifferentiated } from "./resolve.ts";

/** An array that the forward sweep writes for the reverse sweep. */
export interface Slot {
  readonly name: string;
  readonly role: "tape" | "checkpoint";
  readonly element: Element;
  readonly shape: readonly number[];
  readonly entries: number;
  readonly bytes: number;
  /** Functions of the program that touch it. */
  readonly functions: readonly string[];
  /** Of a tape. */
  readonly taped: Taped | undefined;
}

export interface Tapes {
  /** The exported function. */
  readonly name: string;
  readonly slots: readonly Slot[];
  readonly bytes: number;
}

/** How the reverse sweep of a function of the model gets the values it needs. */
export interface Sweep {
  /** In the model: `rhs`, `terminal`, `running`, `at`. */
  readonly name: string;
  /** Kept on a tape. */
  readonly taped: number;
  /** Read once more where they were read, as nothing has overwritten them. */
  readonly readAgain: readonly Value[];
  /** Computed once more. */
  readonly computedAgain: readonly Value[];
  /** Still there, as they are computed outside of every loop and branch. */
  readonly inScope: number;
}

export interface Value {
  readonly name: string;
  readonly span: Span | undefined;
}

/** A real and an integer, in bytes. */
const widths = (options: Options): Readonly<Record<Element, number>> => ({
  real: options.real === "float" ? 4 : 8,
  integer: 4,
});

export function tapesOf({ program, entries }: Module, options: Options): Tapes[] {
  const width = widths(options);
  return entries.flatMap(({ name, fn }): Tapes[] => {
    const touched = new Map<string, string[]>();
    for (const reached of reachable(program.functions, fn)) {
      for (const array of arraysOf(reached)) {
        const by = touched.get(array);
        if (by === undefined) touched.set(array, [reached.name]);
        else by.push(reached.name);
      }
    }
    const slots = program.arrays.flatMap(({ name, role, element, shape, taped }): Slot[] => {
      const functions = touched.get(name);
      if (functions === undefined || (role !== "tape" && role !== "checkpoint")) return [];
      const count = sizeOf(shape);
      return [
        { name, role, element, shape, entries: count, bytes: count * width[element], functions, taped },
      ];
    });
    if (slots.length === 0) return [];
    return [{ name, slots, bytes: slots.reduce((sum, { bytes }) => sum + bytes, 0) }];
  });
}

/** For each function of the model that a gradient goes back through. */
export function sweepsOf({ model, solver }: Module): Sweep[] {
  const wrt = new Set([
    ...model.state.map((leaf) => leaf.name),
    ...model.params
      .filter((leaf) => isDifferentiated(solver, ["params", ...leaf.path]))
      .map((leaf) => leaf.name),
    ...model.inputs
      .flatMap((input) => input.leaves)
      .filter((leaf) => isDifferentiated(solver, ["inputs", ...leaf.path]))
      .map((leaf) => leaf.name),
  ]);
  const { rhs, loss } = model;
  return [rhs, loss.terminal, loss.running, loss.at].flatMap((fn): Sweep[] => {
    if (fn === undefined) return [];
    const { facts } = prepare(fn, wrt, { arrays: model.constants, functions: [] });
    const sources = [...facts.sources].map(([name, source]) => {
      const { span } = facts.definitions.get(name)!.statement;
      return { source, value: { name: stemOf(name), span } };
    });
    const again = (isRead: boolean): Value[] =>
      sources
        .filter(({ source }) => source.kind === "again" && (source.value.kind === "read") === isRead)
        .map(({ value }) => value);
    const count = (kind: (typeof sources)[number]["source"]["kind"]): number =>
      sources.filter(({ source }) => source.kind === kind).length;
    return [
      {
        name: fn.name,
        taped: count("tape"),
        readAgain: again(true),
        computedAgain: again(false),
        inScope: count("scope"),
      },
    ];
  });
}

/** Bytes as a sum over equal shapes, largest first: `8 × (5 × 30 + 2 × 10) + 4 × 1`. */
export function formulaOf(slots: readonly Slot[]): string {
  const width = (slot: Slot): number => slot.bytes / Math.max(1, slot.entries);
  const widthsFound = [...new Set(slots.map(width))].sort((a, b) => b - a);
  return widthsFound
    .map((bytes) => {
      const counts = new Map<string, { times: number; entries: number }>();
      for (const slot of slots.filter((one) => width(one) === bytes)) {
        const key = slot.shape.length === 0 ? "1" : slot.shape.join("·");
        counts.set(key, { times: (counts.get(key)?.times ?? 0) + 1, entries: slot.entries });
      }
      const terms = [...counts]
        .sort(([, a], [, b]) => b.entries - a.entries)
        .map(([shape, { times }]) => (times === 1 ? shape : `${times} × ${shape}`));
      return terms.length === 1 ? `${bytes} × ${terms[0]}` : `${bytes} × (${terms.join(" + ")})`;
    })
    .join(" + ");
}

/** A reason in words. `place`: a place of the model as `line 7`. */
export function reasonInWords(reason: Reason, place: (span: Span | undefined) => string | undefined): string {
  switch (reason.kind) {
    case "overwritten": {
      const { array, by, carried, computed } = reason;
      const culprit = place(by) ?? "the model";
      const fact = carried
        ? `\`${array}\`, which ${culprit} changes in each trip`
        : `\`${array}\`, which ${culprit} overwrites later`;
      return computed ? `it is computed from ${fact}` : `it is read from ${fact}`;
    }
    case "ended":
      return `${reason.computed ? "it is computed from" : "it is read from"} \`${reason.array}\`, which lives in this loop or branch alone`;
    case "costly":
      return `the forward sweep has it anyway, and computing it again takes the work of ${reason.cost} additions`;
    case "apart":
      return "the reverse sweep of a stage is a function of its own, called later, and reads it";
    case "trips":
      return "number of trips that the loop makes, which may end before its cap";
    default:
      return reason satisfies never;
  }
}
