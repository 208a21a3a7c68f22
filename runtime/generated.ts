/**
 * A generated module as an object, and its flat arrays as leaves.
 *
 * The shapes come from the declaration of the model: leaves lie in the order they are written there, row-major, and
 * `combine` walks them in that order.
 */
import type { Layout } from "./declaration.ts";
import type { LeafRecord, Leaves } from "./leaves.ts";
import { combine } from "./records.ts";

/** What a generated module exports. A model has what concerns a solve, a field `evaluate`. */
export interface Generated {
  readonly meta: {
    readonly model: string;
    readonly params: Layout;
    readonly data: Layout;
    readonly outputs: Layout;
    readonly state: Layout;
    readonly inputs: Layout;
    /** Offsets in `io.control`, by name. */
    readonly control: Readonly<Record<string, number>>;
    readonly timesAreGiven: boolean;
    readonly report: Readonly<Record<string, number>>;
  };
  readonly status: Readonly<Record<string, number>>;
  readonly io: Readonly<Record<string, Float64Array>>;
  solve(): number;
  evaluate(): number;
  gradient?(): number;
  jvp?(): number;
  hvp?(): number;
  reserve(options: { readonly maxSteps: number }): void;
}

/** A function that makes its value when it is first asked for it: work arrays of a model nobody asks cost nothing. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Where the i-th number of a leaf lies. */
type Place = (i: number) => number;

/** The numbers of `flat` as fresh leaves in the shape of `template`. */
export function read<T extends Leaves>(template: T, flat: Float64Array, at: Place): T {
  let i = 0;
  return combine(template, () => flat[at(i++)]!, [], "") as T;
}

/** Writes leaves in the shape of `template` over the numbers of `flat`; returns how many they are. */
export function write(
  template: Leaves,
  value: unknown,
  flat: Float64Array,
  at: Place,
  place: string,
): number {
  let i = 0;
  combine(
    template,
    (entry) => {
      flat[at(i++)] = entry;
      return entry;
    },
    [value],
    place,
  );
  return i;
}

/** Writes a record: what is given of it, defaults for the rest. */
export function writeRecord(
  defaults: LeafRecord,
  given: object | undefined,
  flat: Float64Array,
  place: string,
): number {
  return write(defaults, given === undefined ? defaults : { ...defaults, ...given }, flat, (i) => i, place);
}

/** Writes a direction: what is given of it, zeros for the rest. */
export function writeDirection(
  defaults: LeafRecord,
  given: object | undefined,
  flat: Float64Array,
  place: string,
): void {
  const zeros = combine(defaults, () => 0, [], "") as LeafRecord;
  writeRecord(zeros, given, flat, place);
}

/** A number, a vector, or rows of them. */
export function nested(flat: Float64Array, offset: number, [extent, ...rest]: readonly number[]): unknown {
  if (extent === undefined) return flat[offset];
  const words = rest.reduce((product, n) => product * n, 1);
  if (rest.length === 0) return flat.slice(offset, offset + extent);
  return Array.from({ length: extent }, (_, i) => nested(flat, offset + i * words, rest));
}

/** @throws Error when a run stopped before its end, with where and why */
export function finished({ meta, io, status }: Generated, code: number): void {
  if (code === status["ok"]) return;
  const name = Object.keys(status).find((each) => status[each] === code);
  const { failedStep = 0, failedStage = 0 } = meta.report;
  const [step, stage] = [io["report"]![failedStep], io["report"]![failedStage]];
  throw Error(`${meta.model} stopped: ${name ?? code}, step ${step}, stage ${stage}`);
}

/** @throws Error when the file of the model was compiled without the function */
export function present<F>(entry: F | undefined, name: string, model: string): F {
  if (entry === undefined) throw Error(`${name}: ${model} was compiled without \`${name}\``);
  return entry;
}

/** @throws Error when none of the parts of a loss is there */
export function requireLoss(parts: readonly unknown[], asked: string, model: string, part: string): void {
  if (parts.every((each) => each === undefined))
    throw Error(`${asked}: ${model} has no loss to differentiate; add \`loss: { ${part} }\``);
}
