/**
 * Flash and instructions of generated C on a Cortex-M4F, estimated from a footprint. Costs were fitted once to 128 gradients in
 * single precision (sixteen models, four plans, both shapes), GCC 12.2 at -O2 with newlib 3.3; test/edge/estimates.test.ts
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
    ...arithmetic(5.35),
    choose: 23.58,
    convert: 15.71,
    fixed: 0,
    row: 3.57,
    matrix: 14.16,
    gather: 9.88,
    loop: 11.71,
    trip: 0,
    shortTrip: 0,
    call: 9.35,
    argument: 8.75,
    library: 32.53,
    function: 8.48,
    literal: 6.1,
  },
  speed: {
    ...arithmetic(4.24),
    choose: 28.69,
    convert: 13.44,
    fixed: 1.83,
    row: 2.2,
    matrix: 10.11,
    gather: 11.59,
    loop: 16.19,
    trip: 0,
    shortTrip: 0,
    call: 4.29,
    argument: 0,
    library: 36.01,
    function: 0.82,
    literal: 4.81,
  },
};

/** Of the entry itself: its checks and its frame. */
const entryBytes = { size: 48, speed: 40 };

const instructions: Readonly<Record<"size" | "speed", Costs>> = {
  size: {
    ...arithmetic(1.06),
    choose: 4.13,
    convert: 5.75,
    fixed: 0.08,
    row: 0.97,
    matrix: 1.51,
    gather: 4.03,
    loop: 0,
    trip: 1.42,
    shortTrip: 0.76,
    call: 3.24,
    argument: 1.88,
    library: 1.76,
    function: 0,
    literal: 0,
  },
  speed: {
    ...arithmetic(0.97),
    choose: 4.56,
    convert: 5.85,
    fixed: 0.11,
    row: 0.06,
    matrix: 0.97,
    gather: 3.03,
    loop: 1.77,
    trip: 3.53,
    shortTrip: 0.65,
    call: 0.04,
    argument: 0.58,
    library: 1.11,
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
  const module = entryBytes[shape] + weighed(text, bytes[shape]) + 4 * (tables.reals + tables.integers);
  return {
    flash: Math.round(module + ofLibrary + shared + (shape === "speed" ? clearing : 0)),
    instructions: Math.round(weighed(run, instructions[shape]) + inLibrary),
  };
}
