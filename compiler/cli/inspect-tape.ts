/**
 * `odegrad inspect --tape` as a table and as JSON. In: a module and the texts of its files, which say the lines. Out:
 * for each exported function its tapes with the reason for each, and what reverse sweeps need no tape for.
 */

import { positionOf } from "../diagnostics/codeframe.ts";
import type { Span } from "../diagnostics/span.ts";
import { baseName } from "../emission.ts";
import { stemOf } from "../ir/names.ts";
import type { Module } from "../module.ts";
import type { Options } from "../options.ts";
import { formulaOf, reasonInWords, type Slot, type Sweep, sweepsOf, tapesOf, type Value } from "../tapes.ts";
import type { Json } from "./number.ts";

type Sources = ReadonlyMap<string, string>;

/** Where a value comes from; the file only where it is not the model's own. */
interface Place {
  readonly file: string | undefined;
  readonly line: number;
}
type Locate = (span: Span | undefined) => Place | undefined;

const locator =
  (module: Module, sources: Sources): Locate =>
  (span) => {
    const text = span && sources.get(span.file);
    if (text === undefined) return undefined;
    const { file } = span!;
    return {
      file: file === module.model.file ? undefined : baseName(file),
      line: positionOf(span!, text).line,
    };
  };

const short = (place: Place | undefined): string =>
  place === undefined ? "" : place.file === undefined ? String(place.line) : `${place.file}:${place.line}`;

const long = (place: Place | undefined): string | undefined =>
  place === undefined ? undefined : place.file === undefined ? `line ${place.line}` : short(place);

export function tapesAsText(module: Module, options: Options, sources: Sources): string {
  const locate = locator(module, sources);
  const out: string[] = [];
  const tapes = tapesOf(module, options);
  if (tapes.length === 0)
    out.push("no tape: every value that a reverse sweep needs is read or computed again");
  for (const { name, slots, bytes } of tapes) {
    out.push(`${name}: ${bytes} bytes = ${formulaOf(slots)}`);
    const head = ["slot", "line", "entries", "bytes", "in", "kept because"];
    const cells = slots.map((slot) => [
      `${slot.name}[${slot.shape.join(", ")}]`,
      short(locate(slot.taped?.span)),
      String(slot.entries),
      String(slot.bytes),
      inWords(slot.functions),
      because(slot, locate),
    ]);
    const widths = head.map((word, i) => Math.max(word.length, ...cells.map((row) => row[i]!.length)));
    for (const row of [head, ...cells]) {
      const text = row.map((cell, i) =>
        i > 0 && i < 4 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      );
      out.push(`  ${text.join("  ").trimEnd()}`);
    }
    out.push("");
  }
  for (const sweep of sweepsOf(module)) out.push(...sweepInWords(sweep, locate));
  return `${out.join("\n").trimEnd()}\n`;
}

/** Instances of one function, which differ in the arrays they are bound to, count together: `rhs_vjp_kernel (4)`. */
function inWords(functions: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of functions) counts.set(stemOf(name), (counts.get(stemOf(name)) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(", ");
}

const because = ({ role, taped }: Slot, locate: Locate): string => {
  if (taped !== undefined) return reasonInWords(taped.reason, (span) => long(locate(span)));
  return role === "checkpoint" ? "state of the integration, for each step" : "";
};

function sweepInWords(sweep: Sweep, locate: Locate): string[] {
  const { name, taped, readAgain, computedAgain, inScope } = sweep;
  const listed = (values: readonly Value[]): string => {
    const words = [...new Set(values.map(({ name, span }) => `${name} (${short(locate(span))})`))];
    const most = 12;
    const shown = words.slice(0, most).join(", ");
    return words.length > most ? `${shown} and ${words.length - most} more` : shown;
  };
  const out = [
    `the reverse sweep of ${name} needs ${plural(taped + readAgain.length + computedAgain.length + inScope, "value")}:`,
  ];
  out.push(`  ${taped} on tapes, ${inScope} still in scope`);
  if (readAgain.length > 0) out.push(`  ${readAgain.length} read again: ${listed(readAgain)}`);
  if (computedAgain.length > 0)
    out.push(`  ${computedAgain.length} computed again: ${listed(computedAgain)}`);
  return out;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

export function tapesAsJson(module: Module, options: Options, sources: Sources): Record<string, Json> {
  const locate = locator(module, sources);
  const place = ({ name, span }: Value): Json => ({ name, ...locate(span) });
  return {
    tapes: tapesOf(module, options).map(({ name, slots, bytes }) => ({
      function: name,
      bytes,
      formula: formulaOf(slots),
      slots: slots.map((slot) => ({
        name: slot.name,
        role: slot.role,
        element: slot.element,
        shape: slot.shape,
        entries: slot.entries,
        bytes: slot.bytes,
        functions: slot.functions,
        value: slot.taped?.value,
        ...locate(slot.taped?.span),
        reason: slot.taped === undefined ? undefined : reasonAsJson(slot, locate),
        because: because(slot, locate),
      })),
    })),
    sweeps: sweepsOf(module).map(({ name, taped, inScope, readAgain, computedAgain }) => ({
      function: name,
      taped,
      inScope,
      readAgain: readAgain.map(place),
      computedAgain: computedAgain.map(place),
    })),
  };
}

function reasonAsJson({ taped }: Slot, locate: Locate): Json {
  const { reason } = taped!;
  if (reason.kind !== "overwritten") return { ...reason };
  const { by, ...rest } = reason;
  return { ...rest, ...locate(by) };
}
