/**
 * Makes functions of statements that stand at several places: the stages of a step, forward and again in the reverse
 * sweep; the clearing of results and their invalidation. In: a program whose kernels are bound to its arrays. Out: the
 * same program in fewer statements. Nothing is reordered, so results keep every bit.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type {
  Argument,
  Block,
  Call,
  Expr,
  Fn,
  GlobalArray,
  Parameter,
  Program,
  Statement,
} from "../ir/nodes.ts";
import {
  arraysOf,
  bindersIn,
  calleesOf,
  forEachExprIn,
  forEachStatement,
  formsOf,
  withBlocks,
} from "../ir/walk.ts";
import { alike, bindersOf, type Holes, isSame, mentionsOf, once, outline, weightsBefore } from "./alike.ts";

/** What a function must save, in statements, operations and arguments, beyond its own call and its frame. */
const worthwhile = 14;

/** `entries`: functions that callers see; what they leave behind differs, so they share no results. */
export function sharedRuns(program: Program, entries: readonly string[]): Program {
  let current = program;
  // Each round takes out one function; the rounds end, as each leaves less to write.
  for (let round = 0; round < 16; round++) {
    const next = withOneShared(current, entries);
    if (next === undefined) return current;
    current = next;
  }
  return current;
}

/** A block with its statements that are no comments: which they are, where they stand, what they look like. */
interface Bare {
  readonly fn: Fn;
  readonly block: Block;
  readonly statements: readonly Statement[];
  readonly positions: readonly number[];
  /** The same number for the same outline. */
  readonly outlines: readonly number[];
  /** Of each statement, the last that asks for what it binds. */
  readonly askedUntil: readonly number[];
  /** Of each statement, the first whose arrays it works on; -1 where they are neither the block's nor the program's own. */
  readonly worksFrom: readonly number[];
  readonly isJump: readonly boolean[];
  /** The weights of all statements before each. */
  readonly weights: readonly number[];
  /** Of the outlines before each: where two stretches have different ones, they differ. */
  readonly hashes: readonly number[];
}

/** Where a run begins: at a statement of a block. */
interface Place {
  readonly of: Bare;
  readonly at: number;
}

interface Choice {
  readonly places: readonly Place[];
  /** Statements, comments left out. */
  readonly length: number;
  readonly saved: number;
}

function withOneShared(program: Program, entries: readonly string[]): Program | undefined {
  const arrays = new Map(program.arrays.map((array) => [array.name, array]));
  const reached = reachedFrom(program, entries);
  const numbers = new Map<string, number>();
  const byOutline = new Map<number, Place[]>();
  const numberOf = (statement: Statement): number => {
    const text = outlineOf(statement);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  for (const fn of program.functions) {
    const visit = (block: Block): void => {
      const positions = [...block.keys()].filter((position) => block[position]!.kind !== "comment");
      const statements = positions.map((position) => block[position]!);
      const outlines = statements.map(numberOf);
      const of: Bare = {
        fn,
        block,
        statements,
        positions,
        outlines,
        ...bindings(statements, arrays),
        isJump: statements.map(isJump),
        weights: weightsBefore(statements),
        hashes: hashesOf(outlines),
      };
      statements.forEach((statement, at) => {
        const list = byOutline.get(of.outlines[at]!) ?? [];
        list.push({ of, at });
        byOutline.set(of.outlines[at]!, list);
        if (statement.kind === "for" || statement.kind === "while") visit(statement.body);
        if (statement.kind === "if") {
          visit(statement.then);
          visit(statement.else);
        }
      });
    };
    if (reached.has(fn.name)) visit(fn.body);
  }
  const best = bestPair([...byOutline.values()], (first, second, least) =>
    longest(first, second, least, arrays, reached),
  );
  if (best === undefined) return undefined;
  const { length, places } = best;
  const [first] = places as [Place];
  // Whatever else is the same goes along.
  const more = (byOutline.get(first.of.outlines[first.at]!) ?? []).filter(
    (place) =>
      place.of.statements.length - place.at >= length &&
      !places.some((one) => overlaps(one, place, length)) &&
      isUsable(place, length) &&
      sharesResults([first, place], length, arrays, reached) &&
      alike(runsOf([first, place], length), anything) !== undefined,
  );
  const apart: Place[] = [...places];
  for (const place of more) if (!apart.some((one) => overlaps(one, place, length))) apart.push(place);
  return extracted(program, apart, length);
}

/**
 * The run at two places that saves most. `lists`: places that begin alike. Whatever saves more than the best so far goes on for a
 * number of statements that depends on the first place alone; only places that go on alike for so long are looked at.
 */
function bestPair(
  lists: readonly (readonly Place[])[],
  longest: (first: Place, second: Place, least: number) => Choice | undefined,
): Choice | undefined {
  let best: Choice | undefined;
  for (const list of lists) {
    const byLength = new Map<number, Map<number, Place[]>>();
    const alikeFor = (first: Place, length: number): readonly Place[] => {
      const stretches = byLength.get(length) ?? byHash(list, length);
      byLength.set(length, stretches);
      return stretches.get(hashOf(first, length)) ?? [];
    };
    for (const first of list) {
      const length = shortest(first, best?.saved ?? worthwhile);
      if (length === undefined) continue;
      const candidates = alikeFor(first, length);
      for (const second of candidates.slice(candidates.indexOf(first) + 1)) {
        const least = best?.saved ?? worthwhile;
        const choice = longest(first, second, least);
        if (choice !== undefined && choice.saved > least) best = choice;
      }
    }
  }
  return best;
}

/** Statements from a place on that weigh more than `least` together; nothing where the block ends before. */
function shortest({ of, at }: Place, least: number): number | undefined {
  for (let length = 1; at + length < of.weights.length; length++)
    if (of.weights[at + length]! - of.weights[at]! > least) return length;
  return undefined;
}

const modulus = 67_108_859;
const base = 1_000_003;

const hashesOf = (outlines: readonly number[]): number[] => {
  let hash = 0;
  return [0, ...outlines.map((outline) => (hash = (hash * base + outline + 1) % modulus))];
};

/** Of the outlines of a stretch. */
function hashOf({ of, at }: Place, length: number): number {
  let power = 1;
  for (let left = length, square = base; left > 0; left >>= 1, square = (square * square) % modulus)
    if (left & 1) power = (power * square) % modulus;
  const hash = (of.hashes[at + length]! - ((of.hashes[at]! * power) % modulus)) % modulus;
  return hash < 0 ? hash + modulus : hash;
}

function byHash(list: readonly Place[], length: number): Map<number, Place[]> {
  const found = new Map<number, Place[]>();
  for (const place of list) {
    if (place.at + length > place.of.statements.length) continue;
    const hash = hashOf(place, length);
    const alike = found.get(hash);
    if (alike === undefined) found.set(hash, [place]);
    else alike.push(place);
  }
  return found;
}

const anything: Holes = { form: (forms) => forms[0], real: (values) => values[0] };

/** Ends of a run that are tried, from the longest on. */
const attempts = 6;

/** The longest run that stands at both places and saves more than `least`. */
function longest(
  first: Place,
  second: Place,
  least: number,
  arrays: ReadonlyMap<string, GlobalArray>,
  reached: ReadonlyMap<string, ReadonlySet<string>>,
): Choice | undefined {
  // Where what stands before is the same too, the longer run is found from there.
  const before = first.of.statements[first.at - 1];
  if (
    before !== undefined &&
    second.at > 0 &&
    first.of.outlines[first.at - 1] === second.of.outlines[second.at - 1] &&
    first.of.isJump[first.at - 1] !== true &&
    (first.of.fn === second.of.fn || !hasCalls(before))
  )
    return undefined;
  const most = Math.min(first.of.statements.length - first.at, second.of.statements.length - second.at);
  const start = second.of.statements[second.at];
  let length = 0;
  while (
    length < most &&
    first.of.outlines[first.at + length] === second.of.outlines[second.at + length] &&
    first.of.statements[first.at + length] !== start &&
    first.of.isJump[first.at + length] !== true
  )
    length++;
  for (let tried = 0; tried < attempts && length > 0; tried++, length--) {
    const size = first.of.weights[first.at + length]! - first.of.weights[first.at]!;
    if (size <= Math.max(least, worthwhile)) return undefined;
    const places = [first, second];
    if (places.every((place) => isUsable(place, length)) && sharesResults(places, length, arrays, reached)) {
      const needed = parametersOf(runsOf(places, length));
      if (needed !== undefined) return { places, length, saved: size - 2 * (1 + needed.parameters.length) };
    }
  }
  return undefined;
}

const outlineOf = once(outline);
const arraysIn = once((statement) => arraysOf({ name: "", parameters: [], body: [statement] }));
const hasCalls = once((statement) => calleesOf({ name: "", parameters: [], body: [statement] }).size > 0);

const isJump = once((statement) => {
  let found = false;
  forEachStatement([statement], (inner) => {
    found ||= inner.kind === "return";
  });
  return found;
});

const runOf = ({ of, at }: Place, length: number): readonly Statement[] =>
  of.statements.slice(at, at + length);

const runsOf = (places: readonly Place[], length: number): Block[] =>
  places.map((place) => runOf(place, length));

const overlaps = (one: Place, other: Place, length: number): boolean =>
  one.of.block === other.of.block && one.at < other.at + length && other.at < one.at + length;

/** See `Bare`. */
function bindings(statements: readonly Statement[], arrays: ReadonlyMap<string, GlobalArray>) {
  const last = new Map<string, number>();
  const boundAt = new Map<string, number>();
  statements.forEach((statement, at) => {
    for (const name of mentionsOf(statement)) last.set(name, at);
    for (const name of bindersOf(statement)) boundAt.set(name, at);
  });
  const until = (statement: Statement): number =>
    bindersOf(statement).reduce((most, name) => Math.max(most, last.get(name) ?? 0), 0);
  const from = (statement: Statement): number =>
    [...arraysIn(statement)]
      .filter((array) => !arrays.has(array))
      .reduce((least, array) => Math.min(least, boundAt.get(array) ?? -1), Number.POSITIVE_INFINITY);
  return { askedUntil: statements.map(until), worksFrom: statements.map(from) };
}

/** Whether a run works on arrays of the program alone, and binds nothing that others ask for. */
function isUsable({ of, at }: Place, length: number): boolean {
  for (let i = at; i < at + length; i++)
    if (of.askedUntil[i]! >= at + length || of.worksFrom[i]! < at) return false;
  return true;
}

/** Results of different entries are different structs: what touches them is shared within one entry alone. */
function sharesResults(
  places: readonly Place[],
  length: number,
  arrays: ReadonlyMap<string, GlobalArray>,
  reached: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const entries = new Set(places.flatMap(({ of }) => [...reached.get(of.fn.name)!]));
  if (entries.size === 1) return true;
  const given = new Set(["control", "state0", "params", "inputs", "data", "times"]);
  return places.every((place) => {
    const run = runOf(place, length);
    if (run.some(hasCalls)) return false;
    return run
      .flatMap((statement) => [...arraysIn(statement)])
      .every((name) => {
        const home = arrays.get(name)?.home;
        return home === undefined || given.has(home.record);
      });
  });
}

/** Entries that reach a function. */
function reachedFrom(program: Program, entries: readonly string[]): Map<string, Set<string>> {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const reached = new Map<string, Set<string>>();
  const visit = (name: string, entry: string): void => {
    const from = reached.get(name) ?? new Set();
    reached.set(name, from);
    if (from.has(entry)) return;
    from.add(entry);
    const fn = byName.get(name);
    if (fn !== undefined) for (const callee of calleesOf(fn)) visit(callee, entry);
  };
  for (const entry of entries) visit(entry, entry);
  return reached;
}

interface Needed {
  readonly parameters: readonly Parameter[];
  /** Of each run. */
  readonly args: readonly (readonly Argument[])[];
  readonly body: Block;
}

/** The function that all runs are, and what each of them calls it with. */
function parametersOf(runs: readonly Block[]): Needed | undefined {
  if (alike(runs, anything) === undefined) return undefined;
  const [first] = runs as [Block];
  const names = new Names([
    ...bindersIn(first),
    ...arraysOf({ name: "", parameters: [], body: first }),
    ...freeIn(first).scalars,
    ...freeIn(first).indices,
  ]);
  const holes: { readonly given: readonly (Expr | affine.Affine)[]; readonly parameter: Parameter }[] = [];
  const parameterOf = (given: readonly (Expr | affine.Affine)[], kind: "real" | "integer"): string => {
    const known = holes.find((hole) => hole.parameter.kind === kind && isSame(hole.given, given));
    if (known !== undefined) return known.parameter.name;
    const parameter: Parameter = { kind, name: names.fresh(kind === "real" ? "value" : "place") };
    holes.push({ given, parameter });
    return parameter.name;
  };
  const body = alike(runs, {
    form: (forms) => affine.index(parameterOf(forms, "integer")),
    real: (values) => build.name(parameterOf(values, "real")),
  });
  if (body === undefined) return undefined;
  // What is the same everywhere, and not the function's own, is handed over as well.
  const { scalars, indices } = freeIn(body);
  const isHole = (name: string): boolean => holes.some(({ parameter }) => parameter.name === name);
  const outer: { readonly parameter: Parameter; readonly argument: Argument }[] = [
    ...[...scalars]
      .filter((name) => !isHole(name))
      .map((name) => ({
        parameter: { kind: "real" as const, name },
        argument: { kind: "real" as const, value: build.name(name) },
      })),
    ...[...indices]
      .filter((name) => !isHole(name))
      .map((name) => ({
        parameter: { kind: "integer" as const, name },
        argument: { kind: "integer" as const, value: affine.index(name) },
      })),
  ];
  const args = runs.map((_, k): Argument[] => [
    ...outer.map(({ argument }) => argument),
    ...holes.map(({ given, parameter }): Argument => {
      const value = given[k]!;
      return parameter.kind === "real"
        ? { kind: "real", value: value as Expr }
        : { kind: "integer", value: value as affine.Affine };
    }),
  ]);
  return {
    parameters: [...outer.map(({ parameter }) => parameter), ...holes.map(({ parameter }) => parameter)],
    args,
    body,
  };
}

/** Scalars and indices that a block uses and does not bind. */
function freeIn(block: Block) {
  const own = new Set(bindersIn(block));
  const scalars = new Set<string>();
  const indices = new Set<string>();
  forEachExprIn(block, (expr) => {
    if (expr.kind === "name" && !own.has(expr.name)) scalars.add(expr.name);
  });
  forEachStatement(block, (statement) => {
    for (const form of formsOf(statement))
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "index" && !own.has(atom.name)) indices.add(atom.name);
      });
  });
  return { scalars, indices };
}

function extracted(program: Program, places: readonly Place[], length: number): Program | undefined {
  const needed = parametersOf(runsOf(places, length));
  if (needed === undefined) return undefined;
  const taken = new Names([
    ...program.functions.flatMap((fn) => [fn.name, ...bindersIn(fn.body)]),
    ...program.arrays.map((array) => array.name),
  ]);
  const shared: Fn = {
    name: taken.fresh("shared"),
    parameters: needed.parameters,
    body: needed.body,
    doc: "What is done at more than one place.",
  };
  const replaced = (block: Block): Block => {
    const own = places
      .map((place, k) => ({ place, k }))
      .filter(({ place }) => place.of.block === block)
      .sort((a, b) => a.place.at - b.place.at);
    if (own.length === 0) {
      const kept = block.map(inside);
      return kept.every((statement, at) => statement === block[at]) ? block : kept;
    }
    const out: Statement[] = [];
    let at = 0;
    for (const { place, k } of own) {
      const { positions } = place.of;
      out.push(...block.slice(at, positions[place.at]).map(inside));
      const call: Call = { kind: "call", callee: shared.name, args: needed.args[k]! };
      out.push(call);
      at = positions[place.at + length - 1]! + 1;
    }
    return [...out, ...block.slice(at).map(inside)];
  };
  const inside = (statement: Statement): Statement => withBlocks(statement, replaced);
  const functions: Fn[] = [];
  let isThere = false;
  for (const fn of program.functions) {
    const body = replaced(fn.body);
    if (!isThere && places.some(({ of }) => of.fn === fn)) {
      functions.push(shared);
      isThere = true;
    }
    functions.push({ ...fn, body });
  }
  return { ...program, functions };
}
