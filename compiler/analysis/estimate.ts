/**
 * Flash and instructions of generated C on a Cortex-M4F, estimated from a footprint. Costs were fitted once to 152 gradients in
 * single precision (nineteen models and methods, four plans, both shapes), GCC 12.2 at -O2 with newlib 3.3; test/edge/estimates.test.ts
 * holds them to what is measured, and docs/embedded.md says how far off they are.
 */

import type { Opcode } from "../ir/opcode.ts";
import type { Footprint, Kind } from "./footprint.ts";

export interface Estimate {
  /** Bytes of code and constants, with what is linked of libraries. */
  readonly flash: number;
  /** Executed by one call. */
  readonly instructions: number;
}

type Costs = Readonly<Record<Kind, number>>;

const arithmetic = (cost: number) => ({ add: cost, multiply: cost, divide: cost, root: cost, sign: cost });
// What has no cost of its own was given none by the fit, or does not belong there.
const bytes: Readonly<Record<"size" | "speed", Costs>> = {
  size: {
    ...arithmetic(5.26),
    choose: 9.68,
    convert: 38.77,
    fixed: 2.59,
    row: 9.62,
    matrix: 14.96,
    gather: 0,
    loop: 4.67,
    trip: 0,
    shortTrip: 0,
    call: 11.07,
    argument: 8.97,
    library: 35.66,
    function: 0,
    literal: 0,
  },
  speed: {
    ...arithmetic(6),
    choose: 0.8,
    convert: 39.42,
    fixed: 0,
    row: 9.72,
    matrix: 12.57,
    gather: 13.16,
    loop: 9.46,
    trip: 0,
    shortTrip: 0,
    call: 0,
    argument: 4.66,
    library: 41.12,
    function: 0,
    literal: 0,
  },
};

const instructions: Readonly<Record<"size" | "speed", Costs>> = {
  size: {
    ...arithmetic(1),
    choose: 0,
    convert: 13.83,
    fixed: 2.32,
    row: 1.42,
    matrix: 1.8,
    gather: 1.54,
    loop: 0,
    trip: 0.49,
    shortTrip: 0.21,
    call: 0,
    argument: 2.36,
    library: 0,
    function: 0,
    literal: 0,
  },
  speed: {
    ...arithmetic(1.02),
    choose: 7.1,
    convert: 4.29,
    fixed: 0.28,
    row: 0.36,
    matrix: 0.9,
    gather: 0,
    loop: 3.75,
    trip: 3.09,
    shortTrip: 0,
    call: 0.04,
    argument: 1.19,
    library: 0,
    function: 0,
    literal: 0,
  },
};

/** A part of the library, measured alone: instructions of one call, at arguments of usual sizes, and bytes of its own. */
interface Part {
  readonly instructions: number;
  readonly bytes: number;
  readonly needs?: readonly Opcode[];
}

const library: { readonly [op in Opcode]?: Part } = {
  exp: { instructions: 75, bytes: 645 },
  expm1: { instructions: 75, bytes: 748 },
  log: { instructions: 77, bytes: 630 },
  log1p: { instructions: 64, bytes: 688 },
  log2: { instructions: 82, bytes: 650 },
  log10: { instructions: 109, bytes: 196, needs: ["log"] },
  sin: { instructions: 50, bytes: 276 },
  cos: { instructions: 50, bytes: 272 },
  tan: { instructions: 95, bytes: 288 },
  asin: { instructions: 68, bytes: 650 },
  acos: { instructions: 61, bytes: 730 },
  atan: { instructions: 59, bytes: 472 },
  sinh: { instructions: 111, bytes: 244, needs: ["exp", "expm1"] },
  cosh: { instructions: 92, bytes: 184, needs: ["exp", "expm1"] },
  tanh: { instructions: 104, bytes: 200, needs: ["expm1"] },
  asinh: { instructions: 98, bytes: 110, needs: ["log", "log1p"] },
  acosh: { instructions: 103, bytes: 155, needs: ["log", "log1p"] },
  atanh: { instructions: 93, bytes: 309, needs: ["log1p"] },
  cbrt: { instructions: 37, bytes: 204 },
  floor: { instructions: 24, bytes: 148 },
  ceil: { instructions: 23, bytes: 140 },
  round: { instructions: 17, bytes: 0, needs: ["floor"] },
  trunc: { instructions: 14, bytes: 44 },
  pow: { instructions: 255, bytes: 2406 },
  atan2: { instructions: 102, bytes: 360, needs: ["atan"] },
  hypot: { instructions: 55, bytes: 421 },
  mod: { instructions: 54, bytes: 449 },
};

/** What sin, cos and tan share: the argument brought near 0. */
const circularBytes = 3872;
const circular: readonly Opcode[] = ["sin", "cos", "tan"];

/** memset, which a loop that clears an array becomes where nothing is said against it. */
const clearing = 164;

export function estimateOf(
  { text, run, library: calls, tables }: Footprint,
  shape: "size" | "speed",
): Estimate {
  const weighed = (counts: ReadonlyMap<Kind, number>, costs: Costs): number =>
    [...counts].reduce((sum, [kind, count]) => sum + count * costs[kind], 0);
  const linked = new Set<Opcode>();
  const link = (op: Opcode): void => {
    if (linked.has(op)) return;
    linked.add(op);
    for (const other of library[op]?.needs ?? []) link(other);
  };
  for (const op of calls.keys()) link(op);
  const ofLibrary = [...linked].reduce((sum, op) => sum + (library[op]?.bytes ?? 0), 0);
  const shared = circular.some((op) => linked.has(op)) ? circularBytes : 0;
  const inLibrary = [...calls].reduce(
    (sum, [op, count]) => sum + count * (library[op]?.instructions ?? 0),
    0,
  );
  const module = weighed(text, bytes[shape]) + 4 * (tables.reals + tables.integers);
  return {
    flash: Math.round(module + ofLibrary + shared + (shape === "speed" ? clearing : 0)),
    instructions: Math.round(weighed(run, instructions[shape]) + inLibrary),
  };
}
