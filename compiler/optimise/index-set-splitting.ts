/**
 * Index-set splitting: a loop whose subscripts wrap around or stop at a border, as those of stencils do, becomes a loop for its
 * first trips, one for the bulk and one for the last, in each of which subscripts are plain forms of the index and branches on
 * the index are taken or not. In: a program that is blocked. Out: the same trips in the same order, so the same values to the
 * bit. C compilers make no vectors of a loop with a remainder in a subscript.
 */

import { mentions } from "../analysis/contractions.ts";
import type { Affine, Atom, Numbers } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, For, Program, Statement, Test } from "../ir/nodes.ts";
import { printTest } from "../ir/print.ts";
import { instantiate, rewriteBlock } from "../ir/rewrite.ts";
import { bindersOf, forEachExprIn, forEachForm, forEachStatement, withBlocks, withEach } from "../ir/walk.ts";

/** Places at which a loop is cut: two at each border. */
const mostCuts = 4;
/** Trips of the longest part from which it pays: shorter loops are unrolled by compilers. */
const worthwhile = 8;
/** Statements of all parts together, so that code does not outgrow what it gains. */
const mostStatements = 400;

/**
 * The program with its innermost loops of known bounds split where that leaves plain subscripts. `least`: trips of the longest
 * part from which it is done.
 */
export function splitIndexSets(program: Program, least = worthwhile): Program {
  const tables: Tables = new Map(
    program.arrays.flatMap(({ name, element, shape, data }) =>
      element === "integer" && data !== undefined ? [[name, { shape, data }] as const] : [],
    ),
  );
  const taken = program.arrays.map((array) => array.name);
  const functions = program.functions.map((fn) => {
    const body = inBlock(fn.body, { tables, least, names: new Names(() => [...bindersOf(fn), ...taken]) });
    return body === fn.body ? fn : { ...fn, body };
  });
  return { ...program, functions };
}

/** Integer arrays of known entries: a subscript that stops at a border is an entry of one. */
type Tables = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>;

interface Context {
  readonly tables: Tables;
  readonly names: Names;
  readonly least: number;
}

const inBlock = (block: Block, context: Context): Block =>
  withEach(
    block,
    (statement) =>
      (statement.kind === "for" ? inParts(statement, context) : undefined) ??
      withBlocks(statement, (inner) => inBlock(inner, context)),
  );

/** Parts of a loop in the order of their trips; nothing where none is needed, or some subscript stays what it is. */
function inParts(loop: For, { tables, names, least }: Context): Statement[] | undefined {
  const { index, body, down } = loop;
  const [first, end] = [affine.constantOf(loop.from), affine.constantOf(loop.to)];
  if (first === undefined || end === undefined || end - first < least) return undefined;
  if (!isInnermost(body)) return undefined;
  const [bent, tests] = [bentIn(body, index), comparisonsIn(body, index)];
  if (bent.size + tests.size === 0) return undefined;

  const trips = Array.from({ length: end - first }, (_, trip) => numbersAt(index, first + trip, tables));
  const cuts = new Set<number>();
  const lines = new Map<string, readonly number[]>();
  for (const [key, atom] of bent) {
    const values = trips.map((numbers) => affine.numberOf(affine.ofAtom(atom), numbers));
    const own = values.every(Number.isInteger) ? cutsOfLines(values) : undefined;
    if (own === undefined) return undefined;
    for (const cut of own) cuts.add(cut);
    lines.set(key, values);
  }
  const truths = new Map<string, readonly boolean[]>();
  for (const [key, test] of tests) {
    const values = trips.map((numbers) => truthOf(test, numbers)).filter((value) => value !== undefined);
    if (values.length < trips.length) continue;
    values.forEach((value, trip) => {
      if (trip > 0 && value !== values[trip - 1]) cuts.add(trip);
    });
    truths.set(key, values);
  }
  if (cuts.size > mostCuts || lines.size + truths.size === 0) return undefined;
  const starts = [0, ...[...cuts].sort((left, right) => left - right)];
  const spans = starts.map((from, part) => ({ from, to: starts[part + 1] ?? trips.length }));
  if (!spans.some(({ from, to }) => to - from >= least)) return undefined;
  if (statementsIn(body) * spans.length > mostStatements) return undefined;

  const parts = spans.map(({ from, to }): For => {
    const lineOf = (atom: Atom): Affine | undefined => {
      const values = lines.get(affine.atomKey(atom));
      if (values === undefined) return undefined;
      const start = values[from]!;
      const slope = to - from > 1 ? values[from + 1]! - start : 0;
      return affine.offset(affine.scale(affine.index(index), slope), start - slope * (first + from));
    };
    const truth = (test: Test): boolean | undefined => truths.get(printTest(test))?.[from];
    return {
      ...loop,
      from: affine.integer(first + from),
      to: affine.integer(first + to),
      body: rewriteBlock(settled(body, truth), { atom: lineOf }),
    };
  });
  if (down) parts.reverse();
  return parts.map((part, i) => (i === 0 ? part : instantiate([part], names.fresh)[0]!));
}

const plain: ReadonlySet<Statement["kind"]> = new Set([
  "let",
  "alloc",
  "store",
  "accumulate",
  "if",
  "comment",
]);

function isInnermost(body: Block): boolean {
  let innermost = true;
  forEachStatement(body, ({ kind }) => {
    innermost &&= plain.has(kind);
  });
  return innermost;
}

function statementsIn(body: Block): number {
  let count = 0;
  forEachStatement(body, () => {
    count++;
  });
  return count;
}

/** What stands in forms beside indices and moves with the loop, once each. */
function bentIn(body: Block, index: string): Map<string, Atom> {
  const found = new Map<string, Atom>();
  forEachStatement(body, (statement) =>
    forEachForm(statement, (form) => {
      for (const { atom } of form.terms)
        if (atom.kind !== "index" && mentions(affine.ofAtom(atom), index))
          found.set(affine.atomKey(atom), atom);
    }),
  );
  return found;
}

type Comparison = Extract<Test, { readonly kind: "compare" }>;

/** Comparisons of whole numbers that move with the loop, once each. */
function comparisonsIn(body: Block, index: string): Map<string, Comparison> {
  const found = new Map<string, Comparison>();
  const moves = (side: Expr): boolean => side.kind === "integer" && mentions(side.value, index);
  const note = (test: Test): void => {
    if (test.kind === "and" || test.kind === "or") {
      note(test.left);
      note(test.right);
    } else if (test.kind === "not") note(test.of);
    else if (test.kind === "compare" && (moves(test.left) || moves(test.right)))
      found.set(printTest(test), test);
  };
  forEachStatement(body, (statement) => {
    if (statement.kind === "if") note(statement.test);
  });
  forEachExprIn(body, (expr) => {
    if (expr.kind === "select") note(expr.test);
  });
  return found;
}

/** Numbers of one trip; what is not known beforehand is none. */
function numbersAt(own: string, trip: number, tables: Tables): Numbers {
  const numbers: Numbers = {
    index: (name) => (name === own ? trip : Number.NaN),
    entry: (array, at) => {
      const table = tables.get(array);
      return table?.data[affine.placeOf(table.shape, at, numbers)] ?? Number.NaN;
    },
  };
  return numbers;
}

/** Whether a comparison holds; nothing where that is not known beforehand. */
function truthOf({ relation, left, right }: Comparison, numbers: Numbers): boolean | undefined {
  const [x, y] = [left, right].map((side) => {
    if (side.kind === "number") return side.value;
    return side.kind === "integer" ? affine.numberOf(side.value, numbers) : Number.NaN;
  }) as [number, number];
  return Number.isNaN(x) || Number.isNaN(y) ? undefined : build.holds(relation, x, y);
}

/**
 * Where a sequence is cut so that each part lies on a line, the longest part first: 7, 0, 1, 2 is 7 and 0, 1, 2. Nothing where
 * that takes too many cuts.
 */
function cutsOfLines(values: readonly number[]): number[] | undefined {
  const cuts: number[] = [];
  const open = [{ from: 0, to: values.length }];
  while (open.length > 0 && cuts.length <= mostCuts) {
    const { from, to } = open.pop()!;
    const longest = longestLine(values, from, to);
    for (const rest of [
      { from, to: longest.from },
      { from: longest.to, to },
    ]) {
      if (rest.from === rest.to) continue;
      cuts.push(rest.from === from ? rest.to : rest.from);
      open.push(rest);
    }
  }
  return cuts.length > mostCuts ? undefined : cuts;
}

function longestLine(values: readonly number[], first: number, end: number): { from: number; to: number } {
  let longest = { from: first, to: first + 1 };
  let from = first;
  for (let to = first + 2; to <= end; to++) {
    const isBend = to - from > 2 && values[to - 1]! - values[to - 2]! !== values[to - 2]! - values[to - 3]!;
    if (isBend) from = to - 2;
    if (to - from > longest.to - longest.from) longest = { from, to };
  }
  return longest;
}

/** The block with the sides that are taken in the place of branches and choices. */
function settled(block: Block, truth: (test: Test) => boolean | undefined): Block {
  const known = (test: Test): Test => {
    switch (test.kind) {
      case "and":
        return build.and(known(test.left), known(test.right));
      case "or":
        return build.or(known(test.left), known(test.right));
      case "not":
        return build.not(known(test.of));
      default: {
        const value = truth(test);
        return value === undefined ? test : { kind: "constant", value };
      }
    }
  };
  const chosen = (expr: Expr): Expr =>
    expr.kind === "select" ? build.select(known(expr.test), expr.then, expr.else) : expr;
  const branches = (inner: Block): Block =>
    withEach(inner, (statement) => {
      const both = withBlocks(statement, branches);
      if (both.kind !== "if") return both;
      const test = known(both.test);
      return test.kind === "constant" ? (test.value ? both.then : both.else) : { ...both, test };
    });
  return branches(rewriteBlock(block, {}, chosen));
}
