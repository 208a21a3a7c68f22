/**
 * The optimiser: a list of passes from the program as it was derived to the program that is printed. Every pass keeps
 * the value of every result to the bit (the sign of a zero sum excepted).
 */

import { mentions } from "../analysis/contractions.ts";
import { constantRanges } from "../analysis/sites.ts";
import { flatten } from "../differentiate/normalise.ts";
import type { Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import { expandCalls } from "../ir/expand.ts";
import { Names } from "../ir/names.ts";
import type { Block, Fn, For, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import {
  arraysOf,
  bindersOf,
  calleesOf,
  forEachExprIn,
  forEachStatement,
  formsOf,
  opcodesOf,
  reachable,
} from "../ir/walk.ts";
import { type Model, sizeOf } from "../model.ts";
import { columns } from "./columns.ts";
import { sumsItsRows } from "./contiguous.ts";
import { contractions } from "./contractions.ts";
import { copies } from "./copies.ts";
import { dead } from "./dead.ts";
import { fission } from "./fission.ts";
import { forward } from "./forward.ts";
import { heldReads } from "./held-reads.ts";
import { heldSums } from "./held-sums.ts";
import { hoist } from "./hoist.ts";
import { initialise } from "./initialise.ts";
import { inline } from "./inline.ts";
import { jam } from "./jam.ts";
import { kernels } from "./kernels.ts";
import { localise } from "./localise.ts";
import { merge } from "./merge.ts";
import { orderedSums } from "./ordered-sums.ts";
import { applied, overlay } from "./overlay.ts";
import { lanes, packed, wordsOfCache, wordsOfShortRow } from "./pack.ts";
import { parameters } from "./parameters.ts";
import { type Programmed, programmed } from "./programmed.ts";
import { promote } from "./promote.ts";
import { registers } from "./registers.ts";
import { reroll } from "./reroll.ts";
import { reuse } from "./reuse.ts";
import { sharedRuns } from "./shared-runs.ts";
import { softsigns, withoutSoftsigns } from "./softsign.ts";
import { split } from "./split.ts";
import { storage } from "./storage.ts";
import { withoutUnreadResults, withWholeSteps } from "./unread.ts";

/**
 * Optimises a program whose entry points are `entries` (functions without parameters, working on global arrays) and
 * `exported` (functions with array parameters). Functions that neither is nor calls are dropped. `isSmall`: code is to be
 * short rather than fast.
 */
export function optimise(
  whole: Program,
  entries: readonly string[],
  exported: readonly string[],
  isSmall = false,
): Program {
  const program = writtenOut(withoutRules(whole, entries));
  // Entries are tidied once, with what is put into them.
  const functions = program.functions.map((fn) =>
    entries.includes(fn.name) ? fn : tidy(fn, program.arrays),
  );
  const inner = inline({ ...program, functions }, entries, isSmall);
  const held = inEntries(inner, entries, (fn) => registers(fn, program.arrays));
  const inlined = inEntries(held, entries, (fn) => tidy(fn, program.arrays));
  const stored = storage(inlined, [...entries, ...exported], new Set(entries));
  const bound = kernels(stored, entries);
  const kernelNames = bound.functions
    .map((fn) => fn.name)
    .filter((name) => !program.functions.some((fn) => fn.name === name));
  const placed = storage(bound, kernelNames);
  return onlyReachable(placed, [...entries, ...exported]);
}

/** The program with its loops over rows blocked for registers, as a target without a vectoriser wants it. */
function blocked(program: Program, loops: NonNullable<Parameters<typeof jam>[4]> = {}): Program {
  const ofArray = constantRanges(program.arrays);
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => {
    if (!hasLoops(fn.body)) return fn;
    const names = new Names([...bindersOf(fn), ...taken]);
    const body = jam(fission(fn.body, names), names, ofArray, rangesOf(fn), loops);
    // Kernels write to the arrays they are bound to: a value read before a call of one is not known behind it.
    if (calleesOf(fn).size > 0) return { ...fn, body };
    const reused = reuse(body);
    if (!hasUnread(reused)) return { ...fn, body: reused };
    const kept = new Set(taken);
    return { ...fn, body: dead(reused, (array) => kept.has(array), ofArray, rangesOf(fn)) };
  });
  return { ...program, functions };
}

/**
 * The program in fewer instructions, as a part with little flash wants it: kernels take no more than they need, stages
 * are trips of a loop, what stands twice is a function. In: a program that `optimise` gave, and its entry functions.
 */
export function compact(whole: Program, entries: readonly string[]): Program {
  const program = onlyReachable(whole, entries);
  const memory = overlay(program, entries);
  const slim = withoutUnread(parameters(program, new Set(entries)), entries);
  const names = new Names([
    ...slim.arrays.map((array) => array.name),
    ...slim.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  const tables: GlobalArray[] = [];
  const rolled = inEntries(slim, entries, (fn) => {
    const made = reroll(fn.body, names, names.fresh);
    tables.push(...made.tables);
    return { ...fn, body: made.body };
  });
  const short = sharedRuns({ ...rolled, arrays: [...rolled.arrays, ...tables] }, entries);
  return applied(short, memory);
}

/** What C alone need not do, whatever code is to be like: see `unread`. */
export function withoutPassing(program: Program, entries: readonly string[]): Program {
  const homes = new Map(program.arrays.map((array) => [array.name, array.home]));
  const steps = program.arrays.find(
    ({ home }) => home?.record === "control" && (home.path[0] === "steps" || home.path[0] === "max_steps"),
  );
  const asked = inEntries(program, entries, (fn) =>
    steps === undefined ? fn : withWholeSteps(fn, steps.name),
  );
  const passed = entries
    .filter((entry) => entry === "gradient" || entry === "hvp")
    .reduce(
      (current, entry) =>
        withoutUnreadResults(current, entry, (array) => {
          const record = homes.get(array)?.record;
          return record === "states" || record === "statesDot";
        }),
      asked,
    );
  return withoutUnread(passed, entries);
}

/** Entries without scalars that nothing reads any more; what kernels read is kept. */
function withoutUnread(program: Program, entries: readonly string[]): Program {
  const globals = new Set(program.arrays.map((array) => array.name));
  const ofArray = constantRanges(program.arrays);
  return inEntries(program, entries, (fn) => ({
    ...fn,
    body: dead(fn.body, (array) => globals.has(array), ofArray, rangesOf(fn)),
  }));
}

/** The program blocked as JavaScript wants it, every array in a place of its own. */
export function pairedRows(program: Program): Program {
  const own = withOwnSums(program, Number.POSITIVE_INFINITY);
  const sums = inBodies(own, (body, names) => heldSums(body, names));
  const rows = inBodies(blocked(sums), (body) => heldReads(body));
  if (own === program) return rows;
  return storage(
    rows,
    program.functions.map((fn) => fn.name),
  );
}

function inBodies(program: Program, pass: (block: Block, names: Names) => Statement[]): Program {
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => ({
    ...fn,
    body: pass(fn.body, new Names([...bindersOf(fn), ...taken])),
  }));
  return { ...program, functions };
}

/** The program with its products by columns and its loops over rows blocked, as a vectorising compiler wants it. */
export function vectorised(program: Program, entries: readonly string[]): Program {
  const turned = distributed(columns(program, entries));
  const bound = turned.functions.filter((fn) =>
    fn.parameters.every((parameter) => parameter.kind !== "array"),
  );
  const names = bound.map((fn) => fn.name);
  const held = packed(withOwnSums(storage(turned, names), mostInRegisters), mostInRegisters);
  const own = new Set<string>();
  for (const fn of held.functions) for (const array of allocated(fn)) own.add(array);
  const rows = blocked(held, {
    isKept: (loop) =>
      sumsItsRows(loop) ||
      readsFarRows(loop, held, own) ||
      (isMixed(loop) && [...sumsOf(loop)].every((array) => own.has(array))),
    // A single vector is worth a loop, which gcc would otherwise unroll into scalars, for many columns at once.
    together: (loop) => (wordsOfRows(loop, own) === lanes ? 8 : 4),
    rowsOfJets: ({ body }) =>
      rowsOfJets(Math.max(0, ...body.map((each) => (each.kind === "alloc" ? sizeOf(each.shape) : 0)))),
  });
  const ordered = orderedSums(rows, (fn) => allocated(fn).size > 0);
  // gcc unrolls shorter rows altogether, and then sees fewer vectors with the reads in front.
  return inBodies(ordered, (body) => heldReads(body, wordsOfShortRow + 1));
}

/** Words of the rows that a loop sums into an array of its own, as `packed` leaves them; nothing where it does something else. */
function wordsOfRows({ body }: For, own: ReadonlySet<string>): number | undefined {
  const inner = body.filter((each): each is For => each.kind === "for");
  const [loop] = inner;
  const sum = loop?.body.find((one) => one.kind === "accumulate");
  if (inner.length !== 1 || sum?.kind !== "accumulate" || !own.has(sum.array)) return undefined;
  return affine.constantOf(affine.subtract(loop!.to, loop!.from));
}

/** Whether a loop sums long rows of an array that no first-level cache holds. */
function readsFarRows(loop: For, { arrays }: Program, own: ReadonlySet<string>): boolean {
  if ((wordsOfRows(loop, own) ?? 0) <= wordsOfShortRow) return false;
  const read = arraysOf({ name: "", parameters: [], body: loop.body });
  return arrays.some(
    ({ name, shape }) => read.has(name) && shape.length === 2 && sizeOf(shape) > wordsOfCache,
  );
}

/**
 * Rows that C compilers do fastest together, with sums of so many words each. Additions to one sum wait for each other:
 * with fewer than eight sums of a vector each the adder idles. Of two vectors and a part the part alone is what clang
 * spends its time on.
 */
function rowsOfJets(words: number): number {
  if (words === lanes) return 8;
  if (words === 2 * lanes) return 4;
  return words < lanes || words % lanes === 0 || words > 20 ? 2 : 1;
}

/** Words of an array that a C compiler, which sees that nothing else looks at them, may hold in vector registers. */
const mostInRegisters = 64;

/**
 * Arrays of up to `most` words that a row sums into are the own ones of the loop over rows, in functions where loops sum
 * into scalars and arrays together.
 */
function withOwnSums(program: Program, most: number): Program {
  const sums = new Map(program.functions.map((fn) => [fn, sumsBesideScalars(fn)]));
  return localise(program, ({ name, shape }, fn) => sums.get(fn)!.has(name) && sizeOf(shape) <= most);
}

/** Arrays that a function with mixed sums sums into. */
function sumsBesideScalars({ body }: Fn): Set<string> {
  const found = new Set<string>();
  let hasMixed = false;
  forEachStatement(body, (statement) => {
    if (statement.kind !== "for") return;
    hasMixed ||= isMixed(statement);
    for (const array of sumsOf(statement)) found.add(array);
  });
  return hasMixed ? found : new Set();
}

/** Arrays, scalars left out, that a loop sums into. */
function sumsOf(loop: For): Set<string> {
  const found = new Set<string>();
  forEachStatement(loop.body, (statement) => {
    if (statement.kind === "accumulate" && statement.at.length > 0) found.add(statement.array);
  });
  return found;
}

/** Arrays that a function declares, scalars left out. */
function allocated(fn: Fn): Set<string> {
  const found = new Set<string>();
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "alloc" && statement.shape.length > 0) found.add(statement.array);
  });
  return found;
}

/** The program with its products of matrices and vectors as such, for those who look at it or map it. */
export function contracted(program: Program, isKept?: (loop: For) => boolean): Program {
  const ofArray = constantRanges(program.arrays);
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => {
    const names = new Names([...bindersOf(fn), ...taken]);
    return { ...fn, body: contractions(fn.body, names, ofArray, rangesOf(fn), isKept) };
  });
  return { ...program, functions };
}

/**
 * The program of `entries` with its products by matrices that stay on programmed arrays: those of the function `solve`, and
 * what its gradient makes of them.
 */
export function onCrossbar(program: Program, entries: readonly string[], solve: string): Programmed {
  return programmed(contracted(onlyReachable(program, entries)), solve);
}

/**
 * Whether a loop sums into scalars and, in further loops, into arrays, as jets do: alone, a sum in a scalar waits for its
 * own additions, one after the other; beside the others it costs nothing.
 */
function isMixed({ body, index }: For): boolean {
  const own = new Set(body.flatMap((each) => (each.kind === "alloc" ? [each.array] : [])));
  const isSum = (statement: Statement): boolean =>
    statement.kind === "accumulate" &&
    !own.has(statement.array) &&
    !statement.at.some((form) => mentions(form, index));
  const inner = body.filter((statement): statement is For => statement.kind === "for");
  const sums = (block: Block): boolean =>
    block.every((each) => each.kind === "let" || isSum(each) || (each.kind === "for" && sums(each.body)));
  return (
    inner.length > 0 &&
    inner.every((each) => sums(each.body)) &&
    body.some((each) => isSum(each) && each.kind === "accumulate" && each.at.length === 0)
  );
}

/**
 * Whether a loop sums a short row of a matrix into a scalar, or a row each trip: in a loop of its own the sum would go to memory and back
 * for every column. Sums down the columns are another matter: all of them together are a loop along rows.
 */
function sumsShortRows(loop: For): boolean {
  return isShortSum(loop) || loop.body.some((inner) => inner.kind === "for" && isShortSum(inner));
}

function isShortSum({ from, to, index, body }: For): boolean {
  const trips = affine.constantOf(affine.subtract(to, from));
  if (trips === undefined || trips > wordsOfShortRow) return false;
  let isAlong = true;
  forEachExprIn(body, (expr) => {
    if (expr.kind === "read") isAlong &&= !expr.at.slice(0, -1).some((form) => mentions(form, index));
  });
  return isAlong && body.some((each) => each.kind === "accumulate" && each.at.length === 0);
}

/** Products in loops of their own, and what is done once a row in others: the loops of contractions. */
function distributed(program: Program): Program {
  const { arrays, functions } = contracted(program, (loop) => isMixed(loop) || sumsShortRows(loop));
  const taken = arrays.map((array) => array.name);
  return {
    arrays,
    functions: functions.map((fn) => ({
      ...fn,
      body: flatten(fn.body, new Names([...bindersOf(fn), ...taken])),
    })),
  };
}

/** Ranges of the integer parameters of a function. */
const rangesOf =
  (fn: Fn) =>
  (name: string): Range | undefined => {
    const parameter = fn.parameters.find((one) => one.name === name);
    return parameter?.kind === "integer" ? parameter.range : undefined;
  };

/** Nothing is differentiated any more: calls of functions with rules, and of the rules, are expanded. */
function withoutRules(program: Program, entries: readonly string[]): Program {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const functions = program.functions.map((fn) => {
    if (entries.includes(fn.name) || calleesOf(fn).size === 0) return fn;
    const names = new Names([...bindersOf(fn), ...program.arrays.map((array) => array.name)]);
    return { ...fn, body: expandCalls(fn.body, (call) => byName.get(call.callee), names.fresh) };
  });
  return { ...program, functions };
}

/** What was one primitive for its derivative's sake is arithmetic again. */
function writtenOut(program: Program): Program {
  if (!opcodesOf(program).has("softsign")) return program;
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => {
    const names = new Names([...bindersOf(fn), ...taken]);
    return withoutSoftsigns({ ...fn, body: flatten(fn.body, names) }, names.fresh);
  });
  return { ...program, functions };
}

function inEntries(program: Program, entries: readonly string[], pass: (fn: Fn) => Fn): Program {
  return {
    ...program,
    functions: program.functions.map((fn) => (entries.includes(fn.name) ? pass(fn) : fn)),
  };
}

/** Cleans up the functions of a model, so that what is derived from them starts from clean code. */
export function tidyModel(model: Model): Model {
  const clean = (fn: Fn): Fn => {
    const plain = tidy(fn, model.constants);
    const found = softsigns(plain);
    const once = found === plain ? plain : tidy(found, model.constants);
    // Operators compute again what stands beside them.
    const merged = (model.schemes?.size ?? 0) > 0 ? merge(once) : once;
    return merged === once ? once : tidy(merged, model.constants);
  };
  const { terminal, running, at } = model.loss;
  return {
    ...model,
    rhs: clean(model.rhs),
    initial: model.initial && clean(model.initial),
    event: model.event && {
      ...model.event,
      when: clean(model.event.when),
      then: model.event.then && clean(model.event.then),
    },
    loss: { terminal: terminal && clean(terminal), running: running && clean(running), at: at && clean(at) },
    outputs: model.outputs.map((output) => ({ ...output, fn: clean(output.fn) })),
  };
}

/** Normal form, scalars out of arrays, each value once, nothing dead, no needless clearing. */
export function tidy(fn: Fn, arrays: readonly GlobalArray[]): Fn {
  const taken = arrays.map((array) => array.name);
  const names = new Names([...bindersOf(fn), ...taken]);
  const ofArray = constantRanges(arrays);
  const ofParameter = rangesOf(fn);
  const kept = new Set(taken);
  for (const parameter of fn.parameters) if (parameter.kind === "array") kept.add(parameter.name);
  const isKept = (array: string): boolean => kept.has(array);

  let body = flatten(fn.body, names);
  body = split(body, names);
  body = promote(body, names);
  body = reuse(body);
  body = dead(body, isKept, ofArray, ofParameter);
  body = initialise(body, ofArray, ofParameter);
  body = [...forward(body, ofArray, ofParameter)];
  // What was stored instead of added may now be known, negations have moved outwards, and so on.
  body = flatten(body, names);
  body = promote(body, names);
  body = reuse(body);
  // What leaves a loop may be equal to something in front of it.
  if (hasLoops(body)) body = reuse(hoist(body));
  body = dead(body, isKept, ofArray, ofParameter);
  return copies({ ...fn, body });
}

/** Whether there is an array of the block's own that nothing reads. */
function hasUnread(block: Block): boolean {
  const own = new Set<string>();
  const read = new Set<string>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "alloc") own.add(statement.array);
    for (const form of formsOf(statement))
      affine.forEachAtom(form, (atom) => {
        if (atom.kind === "gather") read.add(atom.array);
      });
  });
  forEachExprIn(block, (expr) => {
    if (expr.kind === "read") read.add(expr.array);
  });
  return [...own].some((array) => !read.has(array));
}

function hasLoops(block: Block): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "for" || statement.kind === "while";
  });
  return found;
}

function onlyReachable(program: Program, roots: readonly string[]): Program {
  const reached = new Set(roots.flatMap((root) => reachable(program.functions, root)));
  const arrays = new Set([...reached].flatMap((fn) => [...arraysOf(fn)]));
  return {
    arrays: program.arrays.filter((array) => array.role === "interface" || arrays.has(array.name)),
    functions: program.functions.filter((fn) => reached.has(fn)),
  };
}
