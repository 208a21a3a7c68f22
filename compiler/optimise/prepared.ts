/**
 * What numbers that stand still decide (parameters, data, constants) and a model computes again at every evaluation of its field
 * is computed once, at the start of an entry function: rates exp(-Ea[r] / T) of a reaction network. `hoist` moves scalars out of
 * the loops of one function; this keeps one entry for each trip of the loops that decide on a value, and the functions that
 * evaluate the field read it. In: a program bound to its arrays, in normal form, and its entry functions. Out: the same values
 * to the bit; arrays that hold them.
 */

import { constantRanges, rangesOf } from "../analysis/sites.ts";
import { flatten } from "../differentiate/normalise.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names, stemOf } from "../ir/names.ts";
import type { Block, Expr, Fn, For, GlobalArray, Let, Program, Statement } from "../ir/nodes.ts";
import { primitives } from "../ir/primitives.ts";
import { instantiate, rewriteExpr } from "../ir/rewrite.ts";
import {
  arraysOf,
  bindersOf,
  blocksOf,
  forEachExpr,
  forEachStatement,
  reachable,
  withBlocks,
  withEach,
} from "../ir/walk.ts";
import { dead } from "./dead.ts";
import { writtenIn } from "./reuse.ts";

/** What a function has to cost to be worth a place in memory, in additions: a transcendental one. */
const worthwhile = 16;
/** Entries that one array may have. */
const roomiest = 4096;
/** Arrays of one program: more would be a workspace that nobody reads through. */
const mostArrays = 64;
/** Nodes of an expression beyond which it is left where it stands. */
const largest = 64;

interface Prepared {
  readonly array: GlobalArray;
  /** Computes it. */
  readonly fill: readonly Statement[];
}

export function prepared(program: Program, entries: readonly string[]): Program {
  // What works on arrays of its caller has nothing that stands still.
  const candidates = new Set(
    program.functions.filter(
      (fn) => fn.parameters.every((parameter) => parameter.kind !== "array") && hasCostly(fn.body),
    ),
  );
  if (candidates.size === 0) return program;
  const isStill = stillArrays(program);
  const isRepeated = repeatedFunctions(program.functions);
  const found = new Map<string, Prepared>();
  const taken = new Names(() => [
    ...program.arrays.map(({ name }) => name),
    ...program.functions.flatMap((fn) => bindersOf(fn)),
  ]);
  const functions = program.functions.map((fn) => {
    if (!candidates.has(fn)) return fn;
    const body = reading(fn.body, isRepeated.has(fn.name), isStill, (value, loops, of) => {
      const key = keyOf(value, loops);
      const known = found.get(key);
      if (known === undefined && found.size === mostArrays) return undefined;
      const own = known ?? preparing(value, loops, of, taken.fresh);
      found.set(key, own);
      return own.array.name;
    });
    return body === fn.body ? fn : { ...fn, body };
  });
  if (found.size === 0) return program;

  const all = [...found.values()];
  const arrays = [...program.arrays, ...all.map(({ array }) => array)];
  const ofArray = constantRanges(arrays);
  const kept = new Set(arrays.map(({ name }) => name));
  const cleaned = functions.map((fn, i) => {
    if (fn === program.functions[i]) return fn;
    return { ...fn, body: dead(fn.body, (array) => kept.has(array), ofArray, rangesOf(fn)) };
  });
  const filled = cleaned.map((fn) => {
    if (!entries.includes(fn.name)) return fn;
    const read = new Set(reachable(cleaned, fn.name).flatMap((one) => [...arraysOf(one)]));
    const own = all.filter(({ array }) => read.has(array.name));
    if (own.length === 0) return fn;
    const names = new Names([...bindersOf(fn), ...kept]);
    const fills = own.flatMap(({ fill }) => instantiate(fill, names.fresh));
    return { ...fn, body: [...flatten(fills, names), ...fn.body] };
  });
  const used = new Set(filled.flatMap((fn) => [...arraysOf(fn)]));
  const own = all.flatMap(({ array }) => (used.has(array.name) ? [array] : []));
  return { arrays: [...program.arrays, ...own], functions: filled };
}

/** Arrays that no function writes and no call of the solver changes while it runs. */
function stillArrays({ arrays, functions }: Program): (array: string) => boolean {
  const written = new Set<string>();
  for (const fn of functions) writtenIn(fn.body, written);
  const still = arrays.filter(({ name, role, home }) => {
    const isGiven = home?.record === "params" || home?.record === "data";
    return !written.has(name) && (role === "constant" || (role === "interface" && isGiven));
  });
  const names = new Set(still.map(({ name }) => name));
  return (array) => names.has(array);
}

/** Functions that are called in a loop, or from several places, or by one that is. */
function repeatedFunctions(functions: readonly Fn[]): ReadonlySet<string> {
  const callers = new Map<string, { readonly caller: string; readonly isInLoop: boolean }[]>();
  for (const { name: caller, body } of functions) {
    const scan = (block: Block, isInLoop: boolean): void => {
      for (const statement of block) {
        if (statement.kind === "call") {
          const own = callers.get(statement.callee) ?? [];
          callers.set(statement.callee, [...own, { caller, isInLoop }]);
        }
        for (const inner of blocksOf(statement)) scan(inner, isInLoop || statement.kind !== "if");
      }
    };
    scan(body, false);
  }
  const repeated = new Set<string>();
  const mark = (name: string): void => {
    if (repeated.has(name)) return;
    repeated.add(name);
    for (const [callee, calls] of callers) if (calls.some(({ caller }) => caller === name)) mark(callee);
  };
  for (const [name, calls] of callers) {
    if (calls.length > 1 || calls.some(({ isInLoop }) => isInLoop)) mark(name);
  }
  return repeated;
}

/** The block with reads in place of what is worth it; `arrayOf` gives the array that holds a value, as far as there is one. */
function reading(
  block: Block,
  isRepeated: boolean,
  isStill: (array: string) => boolean,
  arrayOf: (value: Expr, loops: readonly For[], of: Let) => string | undefined,
): Block {
  /** What scalars are that nothing but still arrays and indices of loops decide, and the nodes of it in full. */
  const values = new Map<string, { readonly value: Expr; readonly nodes: number }>();
  const indices = new Set<string>();
  const isPlain = (form: Affine): boolean => {
    let plain = true;
    affine.forEachAtom(form, (atom) => {
      plain &&= atom.kind !== "index" || indices.has(atom.name);
      plain &&= atom.kind !== "gather" || isStill(atom.array);
    });
    return plain;
  };
  /** Nodes of a value in full; nothing where something else decides on it. */
  const nodesOf = (expr: Expr): number | undefined => {
    let [isKnown, nodes] = [true, 0];
    forEachExpr(expr, (inner) => {
      if (inner.kind === "name") isKnown &&= values.has(inner.name);
      if (inner.kind === "read") isKnown &&= isStill(inner.array) && inner.at.every(isPlain);
      if (inner.kind === "integer") isKnown &&= isPlain(inner.value);
      if (isKnown) nodes += inner.kind === "name" ? values.get(inner.name)!.nodes : 1;
    });
    return isKnown && nodes <= largest ? nodes : undefined;
  };
  const inFull = (expr: Expr): Expr =>
    rewriteExpr(expr, {
      name: (name) => {
        const known = values.get(name);
        return known && inFull(known.value);
      },
    });
  /** `isCertain`: every trip of the loops around comes here, so that what is read is there to be read. */
  const walk = (statements: Block, loops: readonly Statement[], isCertain: boolean): Block =>
    withEach(statements, (statement) => {
      if (statement.kind === "let") {
        const nodes = isCertain ? nodesOf(statement.value) : undefined;
        if (nodes === undefined) return statement;
        values.set(statement.name, { value: statement.value, nodes });
        if (!isCostly(statement.value)) return statement;
        const value = inFull(statement.value);
        const deciding = loops.filter(
          (loop): loop is For => loop.kind === "for" && depends(value, loop.index),
        );
        const entries = deciding.reduce((product, loop) => product * tripsOf(loop)!, 1);
        if (entries > roomiest || (!isRepeated && deciding.length === loops.length)) return statement;
        const at = deciding.map(({ index, from }) => affine.subtract(affine.index(index), from));
        const array = arrayOf(value, deciding, statement);
        return array === undefined ? statement : { ...statement, value: build.read(array, at) };
      }
      if (statement.kind === "for" && tripsOf(statement) !== undefined) indices.add(statement.index);
      return withBlocks(statement, (inner) =>
        walk(
          inner,
          statement.kind === "if" ? loops : [...loops, statement],
          isCertain && statement.kind === "for",
        ),
      );
    });
  return walk(block, [], true);
}

const tripsOf = ({ from, to }: For): number | undefined => affine.constantOf(affine.subtract(to, from));

function hasCostly(block: Block): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "let" && isCostly(statement.value);
  });
  return found;
}

const isCostly = (expr: Expr): boolean => expr.kind === "primitive" && primitives[expr.op].cost >= worthwhile;

function depends(expr: Expr, index: string): boolean {
  let does = false;
  rewriteExpr(expr, {
    index: (name) => {
      does ||= name === index;
      return undefined;
    },
  });
  return does;
}

/** The same for values that are the same function of as many indices in the same ranges. */
function keyOf(value: Expr, loops: readonly For[]): string {
  const numbers = new Map(loops.map(({ index }, i) => [index, i]));
  const renamed = rewriteExpr(value, {
    index: (name) => affine.index(`#${numbers.get(name)}`),
  });
  const isWritten = (key: string, part: unknown): unknown => (key === "span" ? undefined : part);
  return JSON.stringify([renamed, loops.map(({ from, to }) => [from, to])], isWritten);
}

function preparing(value: Expr, loops: readonly For[], of: Let, fresh: (wish: string) => string): Prepared {
  const array: GlobalArray = {
    name: fresh(`${stemOf(of.name)}_prepared`),
    element: "real",
    shape: loops.map((loop) => tripsOf(loop)!),
    role: "workspace",
    doc: `What of ${stemOf(of.name)} stands still while a solve goes on.`,
  };
  const at = loops.map(({ index, from }) => affine.subtract(affine.index(index), from));
  const fill = loops.reduceRight<Statement[]>(
    (body, { index, from, to, span }) => [{ ...build.loop(index, from, to, body), span }],
    [{ ...build.store(array.name, at, value), span: of.span }],
  );
  return { array, fill };
}
