/**
 * What generated C computes, counted without running it: operators, calls of the library and of the file's own helpers,
 * for each entry function. In: a module as it is printed. Out: counts that hold for every run, or, where a run chooses how
 * many steps it takes, what a step may cost.
 */

import { workOf } from "../analysis/work.ts";
import type { Program } from "../ir/nodes.ts";
import { type Opcode, opcodes } from "../ir/opcode.ts";
import { exportName, type Module, type Solver } from "../module.ts";
import type { Real } from "./c-layout.ts";
import { fold } from "./fold.ts";
import { spellings } from "./spelling.ts";

/** Operations on real numbers. Conversions and everything on integers are not among them. */
export interface Operations {
  /** Subtractions among them. */
  readonly add: number;
  readonly multiply: number;
  readonly divide: number;
  /** Changes of sign that no subtraction takes up. */
  readonly negate: number;
  /** At most so many: compound tests end as soon as they are decided. */
  readonly compare: number;
  /** Of functions of `math.h`, by their names. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of functions that the file brings along where JavaScript and C differ (`round`, `min`), by what they are; what they do inside is not counted. */
  readonly helpers: Readonly<Record<string, number>>;
}

export interface EntryOperations {
  /** Of a call with the default number of steps; null where only a run knows. */
  readonly counts: Operations | null;
  /** Whether every call that ends well has these counts. Otherwise none has more: of two ways the longer was counted. */
  readonly isExact: boolean;
  /** Why there are no counts. */
  readonly reason: string | null;
  /**
   * With adaptive steps: no call has more than `once`, `perAttempt` for each step that is tried and `perStep` for each that
   * is accepted.
   */
  readonly adaptive: {
    readonly once: Operations;
    readonly perAttempt: Operations;
    readonly perStep: Operations;
  } | null;
}

/** Of each entry function that works on the caller's structs, under its name outside. */
export function operationsOf(module: Module, real: Real): Readonly<Record<string, EntryOperations>> {
  const { solver, model } = module;
  // As it is printed: what a sum takes up is no operation of its own.
  const functions = module.program.functions.map((one) => ({ ...one, body: fold(one.body) }));
  const program: Program = { ...module.program, functions };
  const entries = module.entries.filter((entry) => entry.arguments.length === 0);
  return Object.fromEntries(
    entries.map(({ name, fn }) => {
      const work = workOf(program, fn, solver.steps);
      // A schedule of checkpoints is counted by what its loops usually do, which bounds no stretch of it.
      const isUnknown = !work.isStatic || work.isUsual || solver.hasEvents === true;
      const found: EntryOperations = {
        counts: isUnknown ? null : inC(work.operations, real),
        isExact: !isUnknown && work.isExact,
        reason: isUnknown ? whyUnknown(solver) : null,
        adaptive:
          isUnknown && isPlainlyAdaptive(solver) && !work.isNested ? perStep(program, fn, real) : null,
      };
      return [exportName(name, model), found];
    }),
  );
}

/** Whether a loop over attempts is all that only a run can count. */
const isPlainlyAdaptive = ({ tolerance, isImplicit, hasEvents }: Solver): boolean =>
  tolerance !== undefined && isImplicit !== true && hasEvents !== true;

function whyUnknown({ tolerance, isImplicit, hasEvents, adjoint }: Solver): string {
  if (hasEvents === true) return "the event is looked for until it is found";
  if (tolerance !== undefined) return "the tolerances choose the steps";
  if (isImplicit === true) return "stages are solved for until they do not change any more";
  if (adjoint === "revolve") return "the plan replays as many steps as its checkpoints ask for";
  return "a loop of the model ends when its values say so";
}

function perStep(program: Program, fn: string, real: Real): EntryOperations["adaptive"] {
  const of = (steps: number, trips: number) => workOf(program, fn, steps, trips).operations;
  const once = of(0, 0);
  const more = (with_: ReadonlyMap<string, number>): Operations =>
    inC(new Map([...with_].map(([name, times]) => [name, times - (once.get(name) ?? 0)])), real);
  return { once: inC(once, real), perAttempt: more(of(0, 1)), perStep: more(of(1, 0)) };
}

/** Operations of the IR as the C that is printed for them. */
function inC(counts: ReadonlyMap<string, number>, real: Real): Operations {
  const of = (op: Opcode | "compare"): number => counts.get(op) ?? 0;
  const named = (kind: "function" | "helper"): Record<string, number> =>
    Object.fromEntries(
      opcodes
        .flatMap((op): [string, number][] => {
          const { c } = spellings[op];
          if (c.kind !== kind || of(op) === 0) return [];
          // Single precision is rounded to already.
          if (op === "fround" && real === "float") return [];
          return [[kind === "function" && real === "float" ? `${c.name}f` : c.name, of(op)]];
        })
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return {
    add: of("add") + of("sub"),
    multiply: of("mul"),
    divide: of("div"),
    negate: of("neg"),
    compare: of("compare"),
    calls: named("function"),
    helpers: named("helper"),
  };
}

/** Operations in words: `12 additions, 8 multiplications, 1 division, 4 sin`. */
export function inWords({ add, multiply, divide, negate, compare, calls, helpers }: Operations): string {
  const named: readonly (readonly [string, number])[] = [
    ["addition", add],
    ["multiplication", multiply],
    ["division", divide],
    ["negation", negate],
    ["comparison", compare],
  ];
  const counts = [
    ...named.map(([name, count]) => [count === 1 ? name : `${name}s`, count] as const),
    ...Object.entries(calls),
    ...Object.entries(helpers),
  ];
  const some = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return some.length === 0 ? "nothing" : some.join(", ");
}
