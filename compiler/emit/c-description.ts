/**
 * What a program that uses generated C may want to know of it, beside the header: sizes, places of every leaf, members of
 * the workspace, operations. In: the parts of a module. Out: a record for the JSON file, whose schema is
 * `cDescriptionSchema`, and the lines of it that stand in the header.
 */

import { sizeOf } from "../model.ts";
import { comment } from "./c-comment.ts";
import type { Parts } from "./c-declarations.ts";
import { type EntryOperations, inWords } from "./c-operations.ts";
import {
  adamFields,
  argumentStructs,
  bytesOf,
  type Field,
  placedLeaves,
  recordNames,
  recordsOf,
  wordBytes,
  wordsOf,
  workspaceFields,
} from "./c-structs.ts";

/** Bytes of the structs, by name, where numbers are aligned to their own size. */
export function sizesOf(parts: Parts): Readonly<Record<string, number>> {
  const has = recordsOf(parts);
  const of = (fields: readonly Field[]): number => bytesOf(fields, parts);
  return {
    ...Object.fromEntries(argumentStructs(parts).map(([name, fields]) => [name, of(fields)])),
    workspace: of(workspaceFields(parts)),
    ...(parts.trains ? { adam: of(adamFields) } : {}),
    ...Object.fromEntries(
      recordNames
        .filter((name) => has[name])
        .map((name) => [name, wordBytes(parts) * wordsOf(parts.layout[name])]),
    ),
    tables: tablesOf(parts).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The file's own constants, other than the defaults of the model. */
function tablesOf(parts: Parts) {
  return parts.storage.tables.map((array) => ({
    name: parts.storage.identifier(array),
    element: array.element === "integer" ? "int32_t" : parts.real,
    shape: [...array.shape],
    bytes: sizeOf(array.shape) * (array.element === "integer" ? 4 : wordBytes(parts)),
  }));
}

/** The record of the JSON file. */
export function describe(parts: Parts) {
  const { module, prefix, real, stem, layout, opening } = parts;
  const { model, solver } = module;
  const has = recordsOf(parts);
  return {
    format: "odegrad-c",
    version: 1,
    model: model.name,
    generated: opening.split("\n"),
    prefix,
    real,
    optimise: solver.isSmall === true ? "size" : "speed",
    files: { header: `${stem}.h`, source: `${stem}.c`, selftest: `${stem}_selftest.c` },
    steps: has.control ? solver.steps : null,
    observations: layout.observations,
    batch: solver.batch ?? null,
    bytes: sizesOf(parts),
    records: Object.fromEntries(
      recordNames
        .filter((name) => has[name])
        .map((name) => [
          name,
          placedLeaves(layout[name]).map(({ path, member, shape, offset }) => ({
            name: path.join("."),
            member,
            shape,
            offset,
            ...(name === "params" ? { constant: parts.places.get(path.join("\u0000"))! } : {}),
          })),
        ]),
    ),
    workspace: workspaceFields(parts).map(({ name, type, extents }) => ({
      name,
      element: type === "real" ? real : type === "int32_t" ? type : `${prefix}_${type}`,
      shape: extents.map(({ count }) => count),
      count: sizeOf(extents.map(({ count }) => count)),
    })),
    tables: tablesOf(parts),
    operations: parts.operations,
  };
}

/** What the header says of sizes and operations. */
export function bill(parts: Parts): string {
  const { module } = parts;
  const sizes = Object.entries(sizesOf(parts)).map(([name, bytes]) => `${name} ${bytes}`);
  const steps = module.model.field === undefined ? ` in ${module.solver.steps} steps` : "";
  const sentences = [
    `Bytes: ${sizes.join(", ")}.`,
    ...Object.entries(parts.operations).flatMap(([name, found]) => sentencesOf(name, steps, found)),
  ];
  return comment(sentences.flatMap(inLines).join("\n"));
}

function sentencesOf(name: string, steps: string, found: EntryOperations): string[] {
  const { counts, isExact, reason, adaptive } = found;
  if (counts !== null) return [`Of ${name}${steps}: ${isExact ? "" : "at most "}${inWords(counts)}.`];
  if (adaptive === null) return [`Of ${name}: operations that only a run can count, as ${reason}.`];
  return [
    `Of ${name}: at most ${inWords(adaptive.once)};`,
    `for each step that is tried: at most ${inWords(adaptive.perAttempt)};`,
    `for each step that is accepted: at most ${inWords(adaptive.perStep)}.`,
  ];
}

/** A sentence broken into lines of a comment. */
function inLines(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < longest)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : `  ${word}`);
  }
  return lines;
}

const longest = 112;
