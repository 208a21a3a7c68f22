/**
 * Contractions: loops that add products of entries to entries — a matrix times a vector or a matrix, an outer product,
 * a sum over a sparse row — become `contract` statements, whoever wrote them. A sum in a register that a row starts,
 * adds to and uses is first given an entry of a vector, so that all rows are one contraction. In: a function body. Out:
 * the same values to the bit. Targets that know products as such (a crossbar) start from here; loops are one `flatten`
 * away.
 */

import { collectSites, isWrite, mayMeetAcross, type Site, type Sites } from "../analysis/sites.ts";
import type { Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { type Names, stemOf } from "../ir/names.ts";
import type { Access, Accumulate, Axis, Block, Contract, Expr, For, Statement } from "../ir/nodes.ts";
import { forEachStatement, instantiate, rewriteBlock } from "../ir/walk.ts";

export function contractions(
  block: Block,
  names: Names,
  ofArray: (name: string) => Range | undefined,
  ofParameter: (name: string) => Range | undefined,
): Statement[] {
  const sites = collectSites(block, ofArray, ofParameter);
  const walk = (statements: Block): Statement[] =>
    statements.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "for":
          return contracted(statement, sites, names) ?? [{ ...statement, body: walk(statement.body) }];
        case "while":
          return [{ ...statement, body: walk(statement.body) }];
        case "if":
          return [{ ...statement, then: walk(statement.then), else: walk(statement.else) }];
        default:
          return [statement];
      }
    });
  return walk(block);
}

const tripsOf = ({ from, to }: For): number | undefined => affine.constantOf(affine.subtract(to, from));

/** A sum of products with the loops around it. */
interface Sum {
  readonly statement: Accumulate;
  readonly axes: readonly For[];
}

/** The loop as contractions, with what is left of it in front and behind; nothing where it is none. */
function contracted(loop: For, sites: Sites, names: Names): Statement[] | undefined {
  if (loop.down) return undefined;
  const before: Statement[] = [];
  const sums: Sum[] = [];
  const after: Statement[] = [];
  /** Scalars of the loop by what they are bound to. */
  const values = new Map<string, Expr>();
  const gather = (body: Block, axes: readonly For[]): boolean =>
    body.every((statement) => {
      switch (statement.kind) {
        case "comment":
          return true;
        case "let":
          values.set(statement.name, statement.value);
          if (axes.length === 1) (sums.some((sum) => sum.axes.length > 1) ? after : before).push(statement);
          return true;
        case "alloc":
          if (axes.length > 1 || statement.shape.length > 0) return false;
          before.push(statement);
          return true;
        case "for":
          return !statement.down && gather(statement.body, [...axes, statement]);
        case "accumulate":
          if (axes.length > 1) {
            sums.push({ statement, axes });
            return true;
          }
          (sums.length > 0 ? after : before).push(statement);
          return true;
        case "store":
          if (axes.length > 1) return false;
          (sums.length > 0 ? after : before).push(statement);
          return true;
        default:
          return false;
      }
    });
  if (!gather(loop.body, [loop]) || sums.length === 0) return undefined;
  if (!isFree(loop, sums, sites)) return undefined;

  // Sums in registers, and scalars that are no product of entries, get an entry for each trip.
  const trips = tripsOf(loop);
  const registers = before.flatMap((one) => (one.kind === "alloc" ? [one.array] : []));
  const entry = affine.subtract(affine.index(loop.index), loop.from);
  const vectors = new Map<string, string>();
  const vectorOf = (scalar: string): string => {
    const known = vectors.get(scalar) ?? names.fresh(`${stemOf(scalar)}_of`);
    vectors.set(scalar, known);
    return known;
  };
  const kept: Statement[] = [];
  const factorsOf = (expr: Expr): Access[] | undefined => {
    if (expr.kind === "read") return [{ array: expr.array, at: expr.at }];
    if (expr.kind === "name") {
      const value = values.get(expr.name);
      const isOuter = before.some((one) => one.kind === "let" && one.name === expr.name);
      if (value === undefined || (!isOuter && value.kind !== "read")) return value && factorsOf(value);
      // What is computed before the inner loops waits in a vector.
      return value.kind === "read" ? factorsOf(value) : [{ array: vectorOf(expr.name), at: [entry] }];
    }
    if (expr.kind !== "primitive" || expr.op !== "mul") return undefined;
    const [left, right] = expr.args.map(factorsOf);
    // Products are taken from the left: only the left factor may be one itself.
    return left === undefined || right === undefined || right.length !== 1 ? undefined : [...left, ...right];
  };
  const contracts: Contract[] = [];
  for (const { statement, axes } of sums) {
    const factors = factorsOf(statement.value);
    if (factors === undefined || factors.length < 2) return undefined;
    const isRegister = registers.includes(statement.array);
    const to = isRegister
      ? { array: vectorOf(statement.array), at: [entry] }
      : { array: statement.array, at: statement.at };
    const over = axes.map(({ index, from, to: end }): Axis => ({ index, from, to: end }));
    contracts.push({ kind: "contract", to, factors, over, span: statement.span });
  }
  // Scalars of the loop in front are handed to the loop behind in vectors, too.
  const bound = new Set(before.flatMap((one) => (one.kind === "let" ? [one.name] : [])));
  const handed = rewriteBlock(after, {
    name: (name) => (bound.has(name) ? build.read(vectorOf(name), [entry]) : undefined),
  });
  if (vectors.size > 0 && trips === undefined) return undefined;
  for (const [scalar, vector] of vectors) {
    if (bound.has(scalar)) kept.push(build.store(vector, [entry], build.name(scalar), loop.span));
  }
  const onVectors = (body: Block): Statement[] =>
    rewriteBlock(
      body.filter((one) => one.kind !== "alloc"),
      {
        array: (array) => {
          const vector = registers.includes(array) ? vectors.get(array) : undefined;
          return vector === undefined ? undefined : { array: vector, prefix: [entry] };
        },
      },
    );
  const rows = (body: Block): Statement[] =>
    body.length === 0 ? [] : instantiate([{ ...loop, body }], names.fresh);
  return [
    ...[...vectors.values()].map((vector) => build.alloc(vector, [trips!], { zero: false, span: loop.span })),
    ...rows([...onVectors(before), ...kept]),
    ...contracts.flatMap((contract) => instantiate([contract], names.fresh)),
    ...rows(onVectors(handed)),
  ];
}

/** May the sums be taken one after the other, apart from the rest? Then nobody reads what they write, or writes what they read. */
function isFree(loop: For, sums: readonly Sum[], sites: Sites): boolean {
  const own = new Set<string>();
  forEachStatement(loop.body, (statement) => {
    if (statement.kind === "alloc") own.add(statement.array);
  });
  const inside = sites.all.filter(
    (site) => !own.has(site.array) && site.loops.some((around) => around.statement === loop),
  );
  const isSum = new Set<Statement>(sums.map(({ statement }) => statement));
  const isInner = (site: Site): boolean => site.loops[site.loops.length - 1]!.statement !== loop;
  const meets = (first: Site, second: Site): boolean =>
    first.array === second.array &&
    (isWrite(first) || isWrite(second)) &&
    !(first === second && isSum.has(first.statement)) &&
    // What stands in front of the inner loops and behind them stays there, but for all rows at once.
    ((first.statement !== second.statement && isInner(first) && isInner(second)) ||
      mayMeetAcross(first, second, loop, sites.ranges));
  // Every register belongs to one sum, and no entry to two statements.
  const written = sums.map(({ statement }) => statement.array);
  if (new Set(written).size < written.length) return false;
  return !inside.some((first) => inside.some((second) => meets(first, second)));
}
