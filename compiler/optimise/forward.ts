/**
 * Reads of a local array that is a copy of rows of another become reads of those rows: the jet of a first layer along the
 * basis directions is a row of its matrix. In: a function body in normal form. Out: the same values to the bit, without
 * the copy. What is copied is written nowhere in the function, and the copy in one place, in full, before anything reads
 * it.
 */

import { mentions } from "../analysis/contractions.ts";
import { collectSites, isWrite, type Sites } from "../analysis/sites.ts";
import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import type { Alloc, Block, Expr, Statement, View } from "../ir/nodes.ts";
import { rewriteBlock } from "../ir/rewrite.ts";
import { blocksOf, forEachStatement, withBlocks } from "../ir/walk.ts";
import { isFullStore, precedesReads } from "./initialise.ts";
import { writes } from "./reuse.ts";

/** What an array is a copy of: the rows `prefix` of another. */
interface Copy extends View {
  readonly alloc: Alloc;
  readonly store: Statement;
}

export function forward(
  block: Block,
  ofArray: (name: string) => Range | undefined,
  ofParameter: (name: string) => Range | undefined,
): Block {
  if (!mayHaveCopies(block)) return block;
  const sites = collectSites(block, ofArray, ofParameter);
  const values = valuesOf(block);
  const copies = new Map<string, Copy>();
  const visit = (statements: Block): void => {
    for (const statement of statements) {
      if (statement.kind === "alloc" && statement.shape.length > 0) {
        const copy = copyOf(statement, statements, sites, values);
        if (copy !== undefined) copies.set(statement.array, copy);
      }
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(block);
  if (copies.size === 0) return block;
  const gone = new Set([...copies.values()].flatMap(({ alloc, store }): Statement[] => [alloc, store]));
  const read = rewriteBlock(without(block, gone), { array: (array) => copies.get(array) });
  // What was a copy of a copy is one of the first's source now.
  return forward(read, ofArray, ofParameter);
}

function copyOf(
  alloc: Alloc,
  block: Block,
  sites: Sites,
  values: ReadonlyMap<string, Expr>,
): Copy | undefined {
  if (alloc.zero) return undefined;
  const ofArray = sites.ofArray.get(alloc.array) ?? [];
  const [site, ...others] = ofArray.filter(isWrite);
  const store = site?.statement;
  if (store?.kind !== "store" || others.length > 0) return undefined;
  if (!isFullStore(site!, alloc, block, sites) || !precedesReads(site!, ofArray, block)) return undefined;
  const value = store.value.kind === "name" ? values.get(store.value.name) : store.value;
  if (value?.kind !== "read" || (sites.ofArray.get(value.array) ?? []).some(isWrite)) return undefined;
  const outer = value.at.length - store.at.length;
  if (outer < 0 || keys(value.at.slice(outer)) !== keys(store.at)) return undefined;
  const prefix = value.at.slice(0, outer);
  const inside = site!.loops.slice(sites.lifetimes.get(alloc.array) ?? 0);
  if (inside.some(({ index }) => prefix.some((form) => mentions(form, index)))) return undefined;
  return { array: value.array, prefix, alloc, store };
}

const keys = (forms: readonly Affine[]): string => forms.map(affine.key).join();

/** What names stand for. */
function valuesOf(block: Block): Map<string, Expr> {
  const values = new Map<string, Expr>();
  forEachStatement(block, (statement) => {
    if (statement.kind === "let") values.set(statement.name, statement.value);
  });
  return values;
}

/** Whether an array of the block's own is stored, in one place, what is read from another that nothing writes. */
function mayHaveCopies(block: Block): boolean {
  const own = new Set<string>();
  const reads = new Map<string, string>();
  /** What an array is a copy of; nothing for what is written otherwise, or in several places. */
  const sources = new Map<string, string | undefined>();
  forEachStatement(block, (statement) => {
    switch (statement.kind) {
      case "alloc":
        if (statement.shape.length > 0 && !statement.zero) own.add(statement.array);
        break;
      case "let":
        if (statement.value.kind === "read") reads.set(statement.name, statement.value.array);
        break;
      case "store": {
        const { array, value } = statement;
        const source =
          value.kind === "read" ? value.array : value.kind === "name" ? reads.get(value.name) : undefined;
        sources.set(array, sources.has(array) ? undefined : source);
        break;
      }
      default:
        for (const array of writes(statement)) sources.set(array, undefined);
    }
  });
  for (const [array, source] of sources)
    if (own.has(array) && source !== undefined && !sources.has(source)) return true;
  return false;
}

function without(block: Block, gone: ReadonlySet<Statement>): Statement[] {
  return block.flatMap((statement): Statement[] => {
    if (gone.has(statement)) return [];
    return [withBlocks(statement, (inner) => without(inner, gone))];
  });
}
