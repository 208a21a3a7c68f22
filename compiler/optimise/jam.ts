/**
 * Register blocking: four iterations of a loop over rows are done together, so that what the inner loop reads serves
 * four rows (unroll and jam), and sums in registers take two columns a trip. In: a function body. Out: the same values
 * to the bit: every sum keeps its order. `least`: trips of both loops together from which it is done; `isKept`: loops
 * that stay as they are; `rowsOfJets`: how many rows of a loop are done together where they are sums in arrays, two
 * unless told; `together`: how many else, four unless told. V8 runs products of matrices and vectors twice as fast this
 * way (Carr and Kennedy 1994 for the transformation; sizes by measurement).
 */

import { mentions } from "../analysis/contractions.ts";
import { collectSites, isWrite, mayMeetAcross, type Site, type Sites } from "../analysis/sites.ts";
import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Accumulate, Block, For, Statement } from "../ir/nodes.ts";
import { instantiate, rewriteBlock } from "../ir/rewrite.ts";
import { forEachStatement, withBlocks, withEach } from "../ir/walk.ts";

/** Rows done together, and columns of a sum in one trip. */
const rows = 4;
const columns = 2;
/** Trips of both loops together from which blocking pays. */
const worthwhile = 64;
/** Statements of an inner loop up to which its values fit the registers. */
const most = 8;
/** The same of a loop around further ones, whose columns have been blocked. */
const mostInNest = 4 * most;

export function jam(
  block: Block,
  names: Names,
  ofArray: (name: string) => Range | undefined,
  ofParameter: (name: string) => Range | undefined,
  {
    least = worthwhile,
    isKept = () => false,
    rowsOfJets = () => 2,
    together = () => rows,
  }: {
    readonly least?: number;
    readonly isKept?: (loop: For) => boolean;
    readonly rowsOfJets?: (loop: For) => number;
    readonly together?: (loop: For) => number;
  } = {},
): Block {
  let collected: Sites | undefined;
  const sites = (): Sites => {
    collected ??= collectSites(block, ofArray, ofParameter);
    return collected;
  };
  const walk = (statements: Block): Block =>
    withEach(statements, (statement) => {
      if (statement.kind !== "for") return withBlocks(statement, walk);
      const done = isKept(statement)
        ? undefined
        : jammed(statement, sites, names, least, together(statement));
      if (done !== undefined) return done;
      const walked = withBlocks(statement, walk) as For;
      return paired(statement, walked, sites, names, least, rowsOfJets(statement)) ?? walked;
    });
  return walk(block);
}

const tripsOf = ({ from, to }: For): number | undefined => affine.constantOf(affine.subtract(to, from));

/** The loop with its rows done in fours; nothing where that is not right, or not worth it. */
function jammed(
  loop: For,
  sites: () => Sites,
  names: Names,
  least: number,
  rows: number,
): Statement[] | undefined {
  const trips = tripsOf(loop);
  const inner = loop.body.filter((statement): statement is For => statement.kind === "for");
  if (trips === undefined || trips < rows || inner.length === 0) return undefined;
  if (!inner.every((each) => isPlainInner(each, loop, trips, least))) return undefined;
  if (!isSimple(loop) || carries(loop, sites())) return undefined;
  return inBlocks(loop, trips, rows, names);
}

/**
 * The loop with a few rows done together, where a row is a product of a matrix with several columns at once, summed in
 * arrays of the row's own, as jets are: its columns have been blocked by then, and what it reads serves all of them.
 */
function paired(
  loop: For,
  walked: For,
  sites: () => Sites,
  names: Names,
  least: number,
  atMost: number,
): Statement[] | undefined {
  const trips = tripsOf(loop);
  let rows = atMost;
  while (trips !== undefined && rows > trips) rows /= 2;
  if (trips === undefined || rows < 2 || loop.body.every((each) => each.kind !== "alloc")) return undefined;
  const isProduct = (each: Statement): boolean =>
    each.kind === "for" &&
    each.body.some((one) => one.kind === "for" && isPlainInner(one, loop, trips, least));
  if (!loop.body.some(isProduct)) return undefined;
  const inner = walked.body.filter((statement): statement is For => statement.kind === "for");
  if (!inner.every((each) => isNest(each, loop)) || !isSimple(walked)) return undefined;
  return carries(loop, sites()) ? undefined : inBlocks(walked, trips, rows, names);
}

/** Loops of known length, as often whatever the row, around plain statements. */
function isNest(inner: For, outer: For): boolean {
  if (tripsOf(inner) === undefined || inner.body.length > mostInNest) return false;
  if ([inner.from, inner.to].some((form) => mentions(form, outer.index))) return false;
  return inner.body.every(
    (each) =>
      ["let", "store", "accumulate"].includes(each.kind) || (each.kind === "for" && isNest(each, outer)),
  );
}

const isSimple = ({ body }: For): boolean =>
  body.every((each) => ["for", "let", "alloc", "store", "accumulate", "comment"].includes(each.kind));

/** The loop with `rows` of its trips in one, and what is left over behind it. */
function inBlocks(loop: For, trips: number, rows: number, names: Names): Statement[] {
  const number = names.fresh(loop.index);
  const at = (row: number): Affine => {
    const own = affine.offset(affine.scale(affine.index(number), rows), row);
    return loop.down ? affine.subtract(affine.offset(loop.to, -1), own) : affine.add(loop.from, own);
  };
  const copies = Array.from({ length: rows }, (_, row) =>
    instantiate(loop.body, names.fresh, { index: (name) => (name === loop.index ? at(row) : undefined) }),
  );
  const blocks = Math.floor(trips / rows);
  const span = loop.span;
  const body = loop.body.flatMap((_, position) =>
    together(
      copies.map((copy) => copy[position]!),
      names,
    ),
  );
  const main = build.loop(number, affine.integer(0), affine.integer(blocks), body, { span });
  if (trips % rows === 0) return [main];
  const done = rows * blocks;
  const rest: For = loop.down
    ? { ...loop, to: affine.offset(loop.to, -done) }
    : { ...loop, from: affine.offset(loop.from, done) };
  return [main, ...instantiate([rest], names.fresh)];
}

/** An innermost loop, or loops right inside each other, of known length that do not depend on the outer index, and are small enough. */
function isPlainInner(inner: For, outer: For, outerTrips: number, least: number): boolean {
  const trips = tripsOf(inner);
  if (trips === undefined || inner.body.length > most) return false;
  if ([inner.from, inner.to].some((form) => mentions(form, outer.index))) return false;
  const [only, ...others] = inner.body;
  if (only?.kind === "for" && others.length === 0)
    return isPlainInner(only, outer, trips * outerTrips, least);
  if (trips * outerTrips < least) return false;
  return inner.body.every((statement) => ["let", "store", "accumulate"].includes(statement.kind));
}

/** Does an iteration touch what another one does, other than by sums whose order is kept? */
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
        !(first === second && keepsOrder(first, loop)) &&
        mayMeetAcross(first, second, loop, sites.ranges),
    ),
  );
}

/** A sum that meets only at the same trip of the inner loop, where the rows follow one another as before. */
function keepsOrder(site: Site, loop: For): boolean {
  if (site.access !== "accumulate" || site.at.some((form) => mentions(form, loop.index))) return false;
  const inside = site.loops.slice(site.loops.findIndex(({ statement }) => statement === loop) + 1);
  return inside.every(({ index }) =>
    site.at.some((form) => {
      const [only] = form.terms;
      return form.terms.length === 1 && only?.atom.kind === "index" && only.atom.name === index;
    }),
  );
}

/** The copies of one statement, one after the other; of an inner loop, in one loop. */
function together(copies: readonly Statement[], names: Names): Statement[] {
  const [first] = copies as [Statement];
  if (first.kind !== "for") return [...copies];
  const loops = copies as readonly For[];
  const bodies = loops.map((each) =>
    each === first
      ? each.body
      : rewriteBlock(each.body, {
          index: (name) => (name === each.index ? affine.index(first.index) : undefined),
        }),
  );
  const body = first.body.flatMap((statement, position) => {
    const same = bodies.map((each) => each[position]!);
    return statement.kind === "for" ? together(same, names) : merged(same);
  });
  return [unrolled({ ...first, body }, names)];
}

/** Sums into one entry become one store, in their order. */
function merged(statements: readonly Statement[]): Statement[] {
  const [first] = statements as [Statement];
  if (first.kind !== "accumulate") return [...statements];
  const sums = statements as readonly Accumulate[];
  const place = ({ array, at }: Accumulate): string => `${array} ${at.map(affine.key).join()}`;
  if (sums.some((each) => place(each) !== place(first))) return [...statements];
  const before = build.read(first.array, first.at);
  const total = sums.reduce((sum, { value }) => build.add(sum, value), before as Accumulate["value"]);
  return [build.store(first.array, first.at, total, first.span)];
}

/** Two columns a trip, where nothing is written but sums in registers. */
function unrolled(loop: For, names: Names): Statement {
  const trips = tripsOf(loop)!;
  const isSum = loop.body.every(
    (statement) => statement.kind === "let" || (statement.kind === "accumulate" && statement.at.length === 0),
  );
  if (!isSum || trips % columns !== 0 || loop.down) return loop;
  const number = names.fresh(loop.index);
  const column = (c: number): Affine =>
    affine.add(loop.from, affine.offset(affine.scale(affine.index(number), columns), c));
  const copies = Array.from({ length: columns }, (_, c) =>
    instantiate(loop.body, names.fresh, { index: (name) => (name === loop.index ? column(c) : undefined) }),
  );
  const body = loop.body.flatMap((_, position) => joined(copies.map((copy) => copy[position]!)));
  return { ...loop, index: number, from: affine.integer(0), to: affine.integer(trips / columns), body };
}

/** What is added to one sum stands in one statement. */
function joined(statements: readonly Statement[]): Statement[] {
  return statements[0]!.kind === "accumulate" ? merged(statements) : [...statements];
}
