/**
 * Spares zeros: the first addition to an entry that still is 0 becomes a store, and an array that is stored in full
 * before it is read is not cleared. In: a function body. Out: the same values with less clearing. A loop of zeros with
 * which an array starts is what its `alloc` says, and is spared like it.
 */

import { collectSites, mayFollow, type Site, type Sites } from "../analysis/sites.ts";
import type { Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Alloc, Block, Statement } from "../ir/nodes.ts";
import { blocksOf, forEachStatement, usesArray, withBlocks, withEach } from "../ir/walk.ts";

export function initialise(
  block: Block,
  ofArray: (name: string) => Range | undefined,
  ofParameter?: (name: string) => Range | undefined,
): Block {
  if (!hasClearing(block)) return block;
  const spared = (from: Block): Block => {
    const sites = collectSites(from, ofArray, ofParameter);
    const first = storeFirstAdditions(from, sites);
    return spareClearing(first, first === from ? sites : collectSites(first, ofArray, ofParameter));
  };
  const noted = new Set<string>();
  const all = clearedAtAlloc(block, (array) => noted.add(array));
  if (noted.size === 0) return isCleared(block) ? spared(block) : block;
  const tried = spared(all);
  // Loops that are needed after all stay where they are: other passes know what stands before a sum.
  const needed = new Set<string>();
  forEachStatement(tried, (statement) => {
    if (statement.kind === "alloc" && statement.zero && noted.has(statement.array))
      needed.add(statement.array);
  });
  if (needed.size === 0) return tried;
  return spared(needed.size === noted.size ? block : clearedAtAlloc(block, (array) => !needed.has(array)));
}

/** Whether any array is 0 when it begins, or might be said to be. */
function hasClearing(block: Block): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "alloc" && (statement.zero || statement.shape.length > 0);
  });
  return found;
}

/** Whether any array is said to be 0 when it begins. */
function isCleared(block: Block): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "alloc" && statement.zero;
  });
  return found;
}

/** Loops that set a whole array to 0 before anything else touches it are said by its `alloc`, where `isWanted` says so. */
function clearedAtAlloc(block: Block, isWanted: (array: string) => unknown): Block {
  const gone = new Set<Statement>();
  const cleared = new Set<Statement>();
  const zeroed = new Set(block.flatMap((statement) => arrayOfZeros(statement) ?? []));
  for (const [at, statement] of zeroed.size === 0 ? [] : block.entries()) {
    if (statement.kind !== "alloc" || !zeroed.has(statement.array)) continue;
    const first = block.find((other, i) => i > at && usesArray(other, statement.array));
    if (first === undefined || !clears(first, statement) || !isWanted(statement.array)) continue;
    gone.add(first);
    cleared.add(statement);
  }
  return withEach(block, (statement) => {
    if (gone.has(statement)) return [];
    switch (statement.kind) {
      case "alloc":
        return cleared.has(statement) ? { ...statement, zero: true } : statement;
      default:
        return withBlocks(statement, (inner) => clearedAtAlloc(inner, isWanted));
    }
  });
}

/** The array that loops right inside each other store zeros to. */
function arrayOfZeros(statement: Statement): string | undefined {
  let inner = statement;
  while (inner.kind === "for" && inner.body.length === 1) inner = inner.body[0]!;
  return inner !== statement && inner.kind === "store" && build.isZero(inner.value) ? inner.array : undefined;
}

/** Whether a statement is loops right inside each other, around a store of 0 to each entry of the array. */
function clears(statement: Statement, { array, shape }: Alloc): boolean {
  let inner = statement;
  const indices: string[] = [];
  while (inner.kind === "for" && inner.body.length === 1) {
    const extent = shape[indices.length];
    if (affine.constantOf(inner.from) !== 0 || affine.constantOf(inner.to) !== extent) return false;
    indices.push(inner.index);
    inner = inner.body[0]!;
  }
  if (inner.kind !== "store" || inner.array !== array || !build.isZero(inner.value)) return false;
  if (indices.length !== shape.length) return false;
  return inner.at.every((form, axis) => affine.key(form) === affine.key(affine.index(indices[axis]!)));
}

function storeFirstAdditions(block: Block, sites: Sites): Block {
  const cleared = new Set<string>();
  const firsts = new Set<Statement>();
  for (const [array, ofArray] of sites.ofArray) {
    if (ofArray.some((site) => site.access === "clear")) cleared.add(array);
    if (!cleared.has(array)) continue;
    for (const site of ofArray) {
      if (site.access !== "accumulate") continue;
      const touched = ofArray.some(
        (other) =>
          other.access !== "clear" && mayFollow(other, site, sites.ranges, sites.lifetimes.get(array)),
      );
      if (!touched) firsts.add(site.statement);
    }
  }
  const walk = (statements: Block): Block =>
    withEach(statements, (statement) => {
      switch (statement.kind) {
        case "accumulate":
          return firsts.has(statement) ? { ...statement, kind: "store" } : statement;
        default:
          return withBlocks(statement, walk);
      }
    });
  return firsts.size === 0 ? block : walk(block);
}

function spareClearing(block: Block, sites: Sites): Block {
  const spared = new Set<Statement>();
  const visit = (statements: Block): void => {
    for (const statement of statements) {
      if (statement.kind === "alloc" && statement.zero && statement.shape.length > 0) {
        const ofArray = sites.ofArray.get(statement.array) ?? [];
        const isFull = ofArray.some(
          (site) =>
            isFullStore(site, statement, statements, sites) && precedesReads(site, ofArray, statements),
        );
        if (isFull || ofArray.every((site) => site.access === "clear")) spared.add(statement);
      }
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(block);
  const walk = (statements: Block): Block =>
    withEach(statements, (statement) => {
      if (spared.has(statement)) return { ...(statement as Alloc), zero: false };
      return withBlocks(statement, walk);
    });
  return spared.size === 0 ? block : walk(block);
}

/** Does the store, inside loops of the alloc's own block alone, cover every entry exactly? */
export function isFullStore(site: Site, alloc: Alloc, block: Block, sites: Sites): boolean {
  if (site.access !== "store" || site.at.length !== alloc.shape.length) return false;
  const lifetime = sites.lifetimes.get(alloc.array) ?? 0;
  const loops = site.loops.slice(lifetime);
  // Straight down from the alloc's block: only loops around it, no branch that might skip it.
  let here: Block = block;
  for (const around of loops) {
    if (!here.includes(around.statement) || around.statement.kind !== "for") return false;
    here = around.statement.body;
  }
  if (!here.includes(site.statement)) return false;
  const free = new Map(loops.map((around) => [around.index, around]));
  const covers = site.at.every((form, axis) => {
    const extent = alloc.shape[axis]!;
    const term = form.terms[0];
    if (form.terms.length !== 1 || term === undefined || term.atom.kind !== "index") {
      return extent === 1 && affine.constantOf(form) === 0;
    }
    const around = free.get(term.atom.name);
    if (around === undefined || term.coefficient !== 1) return false;
    free.delete(term.atom.name);
    const from = affine.constantOf(affine.add(around.from, affine.integer(form.constant)));
    const to = affine.constantOf(affine.add(around.to, affine.integer(form.constant)));
    return from === 0 && to === extent;
  });
  // The other loops only repeat the store, provided that they run at all.
  const runs = [...free.values()].every((around) => {
    const trips = affine.constantOf(affine.subtract(around.to, around.from));
    return trips !== undefined && trips > 0;
  });
  return covers && runs;
}

/** Does everything else touch the array only after the whole covering loop, or the same entry right after its store? */
export function precedesReads(store: Site, ofArray: readonly Site[], block: Block): boolean {
  const outermost =
    store.loops.find((around) => block.includes(around.statement))?.statement ?? store.statement;
  return ofArray.every((site) => {
    if (site === store || site.access === "clear") return true;
    if (site.order < store.order) return false;
    const isInside = site.loops.some((around) => around.statement === outermost);
    if (!isInside) return true;
    const sameLoops =
      site.loops.length >= store.loops.length &&
      store.loops.every((around, level) => site.loops[level]?.statement === around.statement);
    return sameLoops && site.at.map(affine.key).join() === store.at.map(affine.key).join();
  });
}
