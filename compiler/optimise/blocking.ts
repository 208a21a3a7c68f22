/**
 * What code for speed is like: which loops are blocked for registers and vectors, and how far. `pairedRows` is for V8, which
 * makes no vectors; `vectorised` for C compilers, which do where rows are contiguous, filled up and not summed one by one.
 * In: a program that `optimise` gave. Out: the same values to the bit (the sign of a zero sum excepted).
 */

import { mentions } from "../analysis/contractions.ts";
import { constantRanges, namesAndRanges, rangesOf } from "../analysis/sites.ts";
import { flatten } from "../differentiate/normalise.ts";
import * as affine from "../ir/affine.ts";
import { type Earlier, made } from "../ir/earlier.ts";
import { Names } from "../ir/names.ts";
import type { Block, Fn, For, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import {
  arraysIn,
  bindersOf,
  calleesOf,
  forEachExprIn,
  forEachStatement,
  formsOf,
  hasLoops,
} from "../ir/walk.ts";
import { sizeOf } from "../model.ts";
import { columns } from "./columns.ts";
import { sumsItsRows } from "./contiguous.ts";
import { dead } from "./dead.ts";
import { distributedScatters } from "./distributed-scatter.ts";
import { fission } from "./fission.ts";
import { heldReads } from "./held-reads.ts";
import { heldSums } from "./held-sums.ts";
import { contracted } from "./index.ts";
import { splitIndexSets } from "./index-set-splitting.ts";
import { jam } from "./jam.ts";
import { localise } from "./localise.ts";
import { orderedSums } from "./ordered-sums.ts";
import { lanes, packed, wordsOfCache, wordsOfShortRow } from "./pack.ts";
import { prepared } from "./prepared.ts";
import { rankUpdates } from "./rank-updates.ts";
import { reuse } from "./reuse.ts";
import { storage } from "./storage.ts";

/**
 * The program blocked as JavaScript wants it, every array in a place of its own. `keepsCopies`: there is memory for what stands
 * still; `earlier`: what builds before made of the same model.
 */
export function pairedRows(
  whole: Program,
  entries: readonly string[],
  keepsCopies: boolean,
  earlier?: Earlier,
): Program {
  const program = keepsCopies ? prepared(whole, entries) : whole;
  const own = withOwnSums(program, Number.POSITIVE_INFINITY);
  const { arrays } = own;
  const before = new Set(program.functions);
  const functions = own.functions.map((fn) => {
    const isClean = before.has(fn);
    const way = isClean ? "rows" : "rows with sums of their own";
    const body = made(
      earlier,
      fn,
      way,
      () => namesAndRanges(arrays),
      () => {
        const sums = inBody(fn, arrays, heldSums);
        return heldReads(blockedAlone(sums, arrays, {}, isClean && sums === fn).body);
      },
    );
    return body === fn.body ? fn : { ...fn, body };
  });
  const rows = splitIndexSets({ arrays, functions });
  if (own === program) return rows;
  return storage(
    rows,
    program.functions.map((fn) => fn.name),
  );
}

/**
 * The program with its products by columns and its loops over rows blocked, as a vectorising compiler wants it.
 * `keepsCopies`: there is memory for what stands still, transposes of matrices, and the factors of products that are added
 * together.
 */
export function vectorised(whole: Program, entries: readonly string[], keepsCopies: boolean): Program {
  const program = keepsCopies ? prepared(whole, entries) : whole;
  const products = distributed(columns(program, entries, keepsCopies));
  const turned = written(keepsCopies ? rankUpdates(products, entries) : products);
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
  const parts = splitIndexSets(inBodies(ordered, (body) => heldReads(body, wordsOfShortRow + 1)));
  return keepsCopies ? distributedScatters(parts) : parts;
}

const inBodies = ({ arrays, functions }: Program, pass: (block: Block, names: Names) => Block): Program => ({
  arrays,
  functions: functions.map((fn) => inBody(fn, arrays, pass)),
});

function inBody(fn: Fn, arrays: readonly GlobalArray[], pass: (block: Block, names: Names) => Block): Fn {
  const body = pass(fn.body, new Names(() => [...bindersOf(fn), ...arrays.map(({ name }) => name)]));
  return body === fn.body ? fn : { ...fn, body };
}

type Loops = NonNullable<Parameters<typeof jam>[4]>;

/** The program with its loops over rows blocked for registers, as a target without a vectoriser wants it. */
const blocked = ({ arrays, functions }: Program, loops: Loops): Program => ({
  arrays,
  functions: functions.map((fn) => blockedAlone(fn, arrays, loops, false)),
});

/** `isClean`: nothing is left to clean up in the function, but for what blocking leaves. */
function blockedAlone(fn: Fn, arrays: readonly GlobalArray[], loops: Loops, isClean: boolean): Fn {
  if (!hasLoops(fn.body)) return fn;
  const ofArray = constantRanges(arrays);
  const taken = arrays.map((array) => array.name);
  const names = new Names(() => [...bindersOf(fn), ...taken]);
  const body = jam(fission(fn.body, names), names, ofArray, rangesOf(fn), loops);
  if (body === fn.body && isClean) return fn;
  // Kernels write to the arrays they are bound to: a value read before a call of one is not known behind it.
  if (calleesOf(fn).size > 0) return { ...fn, body };
  const reused = reuse(body);
  if (!hasUnread(reused)) return { ...fn, body: reused };
  const kept = new Set(taken);
  return { ...fn, body: dead(reused, (array) => kept.has(array), ofArray, rangesOf(fn)) };
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

/** Products as contractions, but for those that go with the loops they stand in. */
const distributed = (program: Program): Program =>
  contracted(program, (loop) => isMixed(loop) || sumsShortRows(loop));

/** Products in loops of their own, and what is done once a row in others: the loops of contractions. */
function written({ arrays, functions }: Program): Program {
  const taken = arrays.map((array) => array.name);
  return {
    arrays,
    functions: functions.map((fn) => ({
      ...fn,
      body: flatten(fn.body, new Names(() => [...bindersOf(fn), ...taken])),
    })),
  };
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
  const read = arraysIn(loop.body);
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
  const loops: For[] = [];
  forEachStatement(body, (statement) => {
    if (statement.kind === "for") loops.push(statement);
  });
  return loops.some(isMixed) ? new Set(loops.flatMap((loop) => [...sumsOf(loop)])) : new Set();
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
