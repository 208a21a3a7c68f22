/**
 * Loop distribution of scatters: a loop that adds to neighbours in a row, as adjoints of stencils do, is made without, and one
 * for each neighbour is put behind it. In: a program whose subscripts are plain. Out: the same values to the bit, since an entry
 * gets what is added to it in the order of the trips: from the neighbour before it, for itself, from the neighbour behind
 * it. C compilers make vectors of all of these loops, and of none that adds to an entry and to the next in one trip.
 */

import { mentions } from "../analysis/contractions.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Accumulate, Block, For, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import { bindersOf, forEachExprOf, forEachGathered, withBlocks, withEach } from "../ir/walk.ts";

/** Trips from which it pays. */
const worthwhile = 16;

/** The program with its scatters distributed, and arrays in its workspace for what is added. `least`: trips from which it is done. */
export function distributedScatters(program: Program, least = worthwhile): Program {
  const names = new Names([
    ...program.arrays.map((array) => array.name),
    ...program.functions.flatMap((fn) => [fn.name, ...bindersOf(fn)]),
  ]);
  // No two loops are at work at once: all use the same arrays.
  const added: { readonly name: string; extent: number }[] = [];
  const addend = (slot: number, extent: number): string => {
    added[slot] ??= { name: names.fresh("addend"), extent };
    added[slot].extent = Math.max(added[slot].extent, extent);
    return added[slot].name;
  };
  const inBlock = (block: Block): Block =>
    withEach(
      block,
      (statement) =>
        (statement.kind === "for" ? distributed(statement, least, names, addend) : undefined) ??
        withBlocks(statement, inBlock),
    );
  const functions = program.functions.map((fn) => {
    const body = inBlock(fn.body);
    return body === fn.body ? fn : { ...fn, body };
  });
  if (added.length === 0) return program;
  const arrays = added.map(
    ({ name, extent }): GlobalArray => ({ name, element: "real", shape: [extent], role: "workspace" }),
  );
  return { arrays: [...program.arrays, ...arrays], functions };
}

/** A sum into a row, and how far from the trip's own entry. */
interface Scattered {
  readonly statement: Accumulate;
  readonly offset: number;
}

/** The loop without its scatters, and those behind it; nothing where there are none, or something else touches the rows. */
function distributed(
  loop: For,
  least: number,
  names: Names,
  addend: (slot: number, extent: number) => string,
): Statement[] | undefined {
  const { index, body, down } = loop;
  const [first, end] = [affine.constantOf(loop.from), affine.constantOf(loop.to)];
  if (first === undefined || end === undefined || end - first < least) return undefined;
  if (!body.every(({ kind }) => kind === "let" || kind === "store" || kind === "accumulate"))
    return undefined;
  const scatters = scattersOf(loop);
  if (scatters.length === 0) return undefined;

  // Trips of an entry begin with that of the neighbour for which it is the farthest ahead; the first may stay where it is.
  const ordered = scatters.map((group) =>
    group.toSorted((left, right) => (down ? left.offset - right.offset : right.offset - left.offset)),
  );
  const behind = new Set(ordered.flatMap((group) => group.slice(1).map(({ statement }) => statement)));
  const slots = new Map<string | Accumulate, string>();
  const here = [affine.offset(affine.index(index), -first)];
  const main = body.flatMap((statement): Statement[] => {
    if (statement.kind !== "accumulate" || !behind.has(statement)) return [statement];
    const { value, span } = statement;
    const key = value.kind === "name" ? value.name : statement;
    const isKept = slots.has(key);
    const slot = slots.get(key) ?? addend(slots.size, end - first);
    slots.set(key, slot);
    return isKept ? [] : [build.store(slot, here, value, span)];
  });
  const sums = ordered.flatMap((group) =>
    group.slice(1).map(({ statement }): For => {
      const own = names.fresh(index);
      const moved = (form: affine.Affine): affine.Affine =>
        affine.substitute(form, (name) => (name === index ? affine.index(own) : undefined));
      const slot = slots.get(statement.value.kind === "name" ? statement.value.name : statement)!;
      const value = build.read(slot, here.map(moved));
      return { ...loop, index: own, body: [{ ...statement, at: statement.at.map(moved), value }] };
    }),
  );
  return [{ ...loop, body: main }, ...sums];
}

/** The scatters of a loop, those to one array together: sums at different distances, of rows that are the same in all trips. */
function scattersOf(loop: For): Scattered[][] {
  const groups = new Map<string, Scattered[]>();
  const refused = new Set<string>();
  const written = new Set(
    loop.body.flatMap((each) => (each.kind === "store" || each.kind === "accumulate" ? [each.array] : [])),
  );
  for (const statement of loop.body) {
    forEachExprOf(statement, (expr) => {
      if (expr.kind === "read") refused.add(expr.array);
    });
    forEachGathered(statement, (array) => refused.add(array));
    if (statement.kind === "store") refused.add(statement.array);
    if (statement.kind !== "accumulate" || statement.at.length === 0) continue;
    const { array, at } = statement;
    const last = affine.subtract(at.at(-1)!, affine.index(loop.index));
    const offset = affine.constantOf(last);
    const isRow = at.slice(0, -1).every((form) => !mentions(form, loop.index) && !readsOf(form, written));
    if (offset === undefined || !isRow) refused.add(array);
    else groups.set(array, [...(groups.get(array) ?? []), { statement, offset }]);
  }
  return [...groups]
    .filter(([array, group]) => !refused.has(array) && new Set(group.map(({ offset }) => offset)).size > 1)
    .map(([, group]) => group);
}

/** Whether a form reads one of the arrays. */
function readsOf(form: affine.Affine, arrays: ReadonlySet<string>): boolean {
  let found = false;
  affine.forEachAtom(form, (atom) => {
    found ||= atom.kind === "gather" && arrays.has(atom.array);
  });
  return found;
}
