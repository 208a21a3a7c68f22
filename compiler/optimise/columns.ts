/**
 * Products by columns: a row's sum over j, for every row i, becomes a pass over the rows for every j, so that the
 * innermost loop writes contiguous entries and has no sum in it, which a vectoriser takes as it is. Matrices that are
 * read by columns then are kept transposed as well, copied once at the start of an entry function, where `keepsCopies` is
 * set; otherwise their products stay as they are. In: a program bound to its arrays, and its entry functions. Out: the
 * same values to the bit: every sum keeps its order.
 */

import { mentions } from "../analysis/contractions.ts";
import { collectSites, constantRanges, isWrite, mayMeetAcross, type Sites } from "../analysis/sites.ts";
import type { Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, Fn, For, GlobalArray, Let, Program, Statement } from "../ir/nodes.ts";
import { instantiate, rewriteBlock, rewriteExpr } from "../ir/rewrite.ts";
import { arraysOf, bindersOf, forEachExpr, forEachStatement, reachable, withBlocks } from "../ir/walk.ts";
import { contiguous } from "./contiguous.ts";
import { writtenIn } from "./reuse.ts";

/** Rows from which a vector unit is filled. */
const worthwhile = 8;

export function columns(program: Program, entries: readonly string[], keepsCopies: boolean): Program {
  const written = new Set<string>();
  for (const fn of program.functions) writtenIn(fn.body, written);
  const matrices = new Map(
    program.arrays
      .filter((array) => array.shape.length === 2 && array.element === "real" && !written.has(array.name))
      .map((array) => [array.name, array]),
  );
  const taken = new Names(program.arrays.map((array) => array.name));
  const transposes = new Map<string, GlobalArray>();
  const transposeOf = (name: string): string | undefined => {
    const matrix = matrices.get(name);
    if (!keepsCopies || matrix === undefined) return undefined;
    let own = transposes.get(name);
    if (own === undefined) {
      const [m, n] = matrix.shape as [number, number];
      own = {
        name: taken.fresh(`${name}_columns`),
        element: "real",
        shape: [n, m],
        role: "workspace",
        doc: `${name}, column by column.`,
      };
      transposes.set(name, own);
    }
    return own.name;
  };

  const ofArray = constantRanges(program.arrays);
  const functions = program.functions.map((fn) => {
    // What works on arrays of its caller is exported, and has no place to keep a copy.
    if (fn.parameters.some((parameter) => parameter.kind === "array")) return fn;
    const names = new Names([...bindersOf(fn), ...program.arrays.map((array) => array.name)]);
    return { ...fn, body: byColumns(fn, names, ofArray, transposeOf) };
  });
  const read = new Set(functions.flatMap((fn) => [...arraysOf(fn)]));
  const kept = [...transposes].filter(([, own]) => read.has(own.name));
  return {
    arrays: [...program.arrays, ...kept.map(([, own]) => own)],
    functions: functions.map((fn) => {
      if (!entries.includes(fn.name)) return fn;
      // Of the matrices that it reads: others may be none of its arguments.
      const reads = new Set(reachable(functions, fn.name).flatMap((one) => [...arraysOf(one)]));
      const fill = kept.flatMap(([name, own]) => (reads.has(own.name) ? [copied(name, own)] : []));
      const names = new Names(bindersOf(fn));
      return { ...fn, body: [...fill.flatMap((make) => instantiate(make, names.fresh)), ...fn.body] };
    }),
  };
}

/** own[j][i] = matrix[i][j] */
function copied(matrix: string, own: GlobalArray): Statement[] {
  const [n, m] = own.shape as [number, number];
  const [i, j] = [affine.index("i"), affine.index("j")];
  return [
    build.loop("j", affine.integer(0), affine.integer(n), [
      build.loop("i", affine.integer(0), affine.integer(m), [
        build.store(own.name, [j, i], build.read(matrix, [i, j])),
      ]),
    ]),
  ];
}

function byColumns(
  fn: Fn,
  names: Names,
  ofArray: (name: string) => Range | undefined,
  transposeOf: (name: string) => string | undefined,
): Statement[] {
  const ofParameter = (name: string): Range | undefined => {
    const parameter = fn.parameters.find((one) => one.name === name);
    return parameter?.kind === "integer" ? parameter.range : undefined;
  };
  const sites = collectSites(fn.body, ofArray, ofParameter);
  const walk = (block: Block): Statement[] =>
    block.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case "for":
          return (
            turned(statement, sites, names, transposeOf) ??
            one(contiguous(statement, transposeOf)) ?? [{ ...statement, body: walk(statement.body) }]
          );
        default:
          return [withBlocks(statement, walk)];
      }
    });
  return walk(fn.body);
}

const one = (loop: For | undefined): Statement[] | undefined => (loop === undefined ? undefined : [loop]);

const tripsOf = ({ from, to }: For): number | undefined => affine.constantOf(affine.subtract(to, from));

/** The loop with its sums by columns; nothing where it is none, or where that is not right. */
function turned(
  loop: For,
  sites: Sites,
  names: Names,
  transposeOf: (name: string) => string | undefined,
): Statement[] | undefined {
  const trips = tripsOf(loop);
  const at = loop.body.findIndex((statement) => statement.kind === "for");
  const inner = loop.body[at];
  if (trips === undefined || trips < worthwhile || loop.down || inner?.kind !== "for" || inner.down)
    return undefined;
  const before = loop.body.slice(0, at);
  const after = loop.body.slice(at + 1);
  const plain = ["let", "alloc", "store", "accumulate"];
  if (![...before, ...after].every((statement) => plain.includes(statement.kind))) return undefined;
  if ([inner.from, inner.to].some((form) => mentions(form, loop.index))) return undefined;

  // Sums in registers, one for each row, and nothing else that is written in the inner loop.
  const sums = before.flatMap((statement) =>
    statement.kind === "alloc" && statement.shape.length === 0 ? [statement.array] : [],
  );
  const isSum = inner.body.every(
    (statement) =>
      statement.kind === "let" || (statement.kind === "accumulate" && sums.includes(statement.array)),
  );
  if (!isSum || sums.length === 0 || carries(loop, sites)) return undefined;
  if (before.some((statement) => statement.kind === "alloc" && statement.shape.length > 0)) return undefined;
  // Scalars do not go from one of the three loops to another.
  const bound = new Set(before.flatMap((statement) => (statement.kind === "let" ? [statement.name] : [])));
  if (uses([inner, ...after], bound)) return undefined;
  // Entries that differ from row to row are read along rows, or from a matrix that has a transpose.
  const turnable = inner.body.every(
    (statement) =>
      statement.kind !== "let" || isContiguous(statement.value, loop.index, inner.index, transposeOf),
  );
  if (!turnable) return undefined;

  const vectors = new Map(sums.map((sum) => [sum, names.fresh(`${sum}_of`)]));
  const entry = affine.subtract(affine.index(loop.index), loop.from);
  const onVectors = (block: Block): Statement[] =>
    rewriteBlock(
      block.filter((statement) => !(statement.kind === "alloc" && vectors.has(statement.array))),
      {
        array: (array) => {
          const vector = vectors.get(array);
          return vector === undefined ? undefined : { array: vector, prefix: [entry] };
        },
      },
    );
  const rowLoop = (body: Block): Statement[] =>
    body.length === 0 ? [] : instantiate([{ ...loop, body }], names.fresh, {});
  const [fixed, varying] = apart(inner.body, loop.index);
  const columnBody = rewriteBlock(onVectors(varying), {}, (expr) =>
    expr.kind === "read" && expr.at.length === 2 && mentions(expr.at[0]!, loop.index)
      ? { ...expr, array: transposeOf(expr.array)!, at: [expr.at[1]!, expr.at[0]!] }
      : expr,
  );
  return [
    ...[...vectors.values()].map((vector) => build.alloc(vector, [trips], { zero: false, span: loop.span })),
    ...rowLoop(onVectors(before)),
    ...instantiate([{ ...inner, body: [...fixed, { ...loop, body: columnBody }] }], names.fresh),
    ...rowLoop(onVectors(after)),
  ];
}

const uses = (block: Block, names: ReadonlySet<string>): boolean => {
  let found = false;
  forEachStatement(block, (statement) => {
    const values =
      statement.kind === "let" || statement.kind === "store" || statement.kind === "accumulate"
        ? [statement.value]
        : [];
    for (const value of values) {
      forEachExpr(value, (expr) => {
        found ||= expr.kind === "name" && names.has(expr.name);
      });
    }
  });
  return found;
};

/** Reads that vary with the row do so in their last subscript alone, or swap theirs for those of a transpose. */
function isContiguous(
  value: Expr,
  row: string,
  column: string,
  transposeOf: (name: string) => string | undefined,
): boolean {
  let fits = true;
  forEachExpr(value, (expr) => {
    if (expr.kind === "select" || expr.kind === "integer") fits = false;
    if (expr.kind !== "read") return;
    const varying = expr.at.filter((form) => mentions(form, row));
    if (varying.length === 0 || (varying.length === 1 && mentions(expr.at[expr.at.length - 1]!, row))) return;
    const isMatrix = expr.at.length === 2 && varying.length === 1 && mentions(expr.at[1]!, column);
    fits &&= isMatrix && transposeOf(expr.array) !== undefined;
  });
  return fits;
}

/** Lets that are the same for all rows, and the rest. */
function apart(body: Block, row: string): [Let[], Statement[]] {
  const varying = new Set<string>();
  const fixed: Let[] = [];
  const rest: Statement[] = [];
  for (const statement of body) {
    if (statement.kind === "let") {
      let differs = false;
      rewriteExpr(statement.value, {
        index: (name) => {
          differs ||= name === row;
          return undefined;
        },
        name: (name) => {
          differs ||= varying.has(name);
          return undefined;
        },
      });
      if (!differs) {
        fixed.push(statement);
        continue;
      }
      varying.add(statement.name);
    }
    rest.push(statement);
  }
  return [fixed, rest];
}

/** Does an iteration touch what another one does? */
function carries(loop: For, sites: Sites): boolean {
  const own = new Set<string>();
  forEachStatement(loop.body, (statement) => {
    if (statement.kind === "alloc") own.add(statement.array);
  });
  const inside = sites.all.filter(
    (site) => !own.has(site.array) && site.loops.some((around) => around.statement === loop),
  );
  return inside.some((first) =>
    inside.some(
      (second) =>
        first.array === second.array &&
        (isWrite(first) || isWrite(second)) &&
        mayMeetAcross(first, second, loop, sites.ranges),
    ),
  );
}
