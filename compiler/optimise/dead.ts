/**
 * Removes what nobody reads: scalars without a use, stores no later read can see, loops and branches left empty. In: a
 * function body and the arrays whose final contents count. Out: the same without dead statements.
 */

import { collectSites, mayFollow, type Site, type Sites } from "../analysis/sites.ts";
import type { Range } from "../ir/affine.ts";
import type { Block, Expr, Statement } from "../ir/nodes.ts";
import { forEachExprOf, forEachGathered, forEachStatement, withBlocks, withEach } from "../ir/walk.ts";

export function dead(
  block: Block,
  isKept: (array: string) => boolean,
  ofArray: (name: string) => Range | undefined,
  ofParameter?: (name: string) => Range | undefined,
): Block {
  const sites = collectSites(block, ofArray, ofParameter);
  return sweep(block, mark(block, isKept, sites));
}

/** What is asked of a statement while others are found to need it. */
interface Known {
  readonly statement: Statement;
  readonly parent: Known | undefined;
  sites: Site[] | undefined;
  isLive: boolean;
}

function mark(
  block: Block,
  isKept: (array: string) => boolean,
  sites: Sites,
): (statement: Statement) => boolean {
  const known = new Map<Statement, Known>();
  const lets = new Map<string, Known>();
  const allocated = new Map<string, Known>();
  const queue: Known[] = [];
  const keep = (one: Known): void => {
    if (one.isLive) return;
    one.isLive = true;
    queue.push(one);
  };
  const isNeeded = (statement: Statement): boolean => {
    switch (statement.kind) {
      case "return":
      case "call":
        return true;
      case "store":
      case "accumulate":
        return isKept(statement.array);
      case "contract":
        return isKept(statement.to.array);
      default:
        return false;
    }
  };
  const index = (statements: Block, parent: Known | undefined): void => {
    for (const statement of statements) {
      const one: Known = { statement, parent, sites: undefined, isLive: false };
      known.set(statement, one);
      if (statement.kind === "let") lets.set(statement.name, one);
      if (statement.kind === "alloc") allocated.set(statement.array, one);
      if (statement.kind === "for" || statement.kind === "while") index(statement.body, one);
      else if (statement.kind === "if") {
        index(statement.then, one);
        index(statement.else, one);
      }
    }
  };
  index(block, undefined);

  // Most sites of a statement stand together.
  const writers = new Map<string, Site[]>();
  let latest: Known | undefined;
  for (const site of sites.all) {
    if (latest?.statement !== site.statement) latest = known.get(site.statement)!;
    if (latest.sites === undefined) latest.sites = [site];
    else latest.sites.push(site);
    if (site.access === "read") continue;
    const list = writers.get(site.array);
    if (list) list.push(site);
    else writers.set(site.array, [site]);
  }

  /** Writes a live read may see. Small arrays of sites are compared one by one; the rest count as seen. */
  const keepWritersSeenBy = (site: Site): void => {
    const all = writers.get(site.array);
    if (all === undefined || all.length === 0) return;
    // Writers stand in order; outside of loops nobody sees what is written later.
    if (site.loops.length === 0 && all[0]!.order > site.order) return;
    const left = all.filter((writer) => {
      const one = known.get(writer.statement)!;
      if (one.isLive) return false;
      if (!mayFollow(writer, site, sites.ranges, sites.lifetimes.get(site.array))) return true;
      keep(one);
      return false;
    });
    writers.set(site.array, left);
  };

  forEachStatement(block, (statement) => {
    if (isNeeded(statement)) keep(known.get(statement)!);
  });
  const keepNamed = (expr: Expr): void => {
    if (expr.kind !== "name") return;
    const definition = lets.get(expr.name);
    if (definition) keep(definition);
  };
  const keepGathered = (array: string): void => {
    const alloc = allocated.get(array);
    if (alloc) keep(alloc);
    // Integers known only at run time: every store counts.
    for (const writer of writers.get(array) ?? []) keep(known.get(writer.statement)!);
    writers.delete(array);
  };
  while (queue.length > 0) {
    const { statement, parent, sites: own } = queue.pop()!;
    if (parent) keep(parent);
    forEachExprOf(statement, keepNamed);
    for (const site of own ?? none) {
      const alloc = allocated.get(site.array);
      if (alloc) keep(alloc);
      // An accumulation also reads, but only what a live later read will see as a sum: its own earlier writers.
      if (site.access === "read" || site.access === "accumulate") keepWritersSeenBy(site);
    }
    forEachGathered(statement, keepGathered);
  }
  return (statement) => known.get(statement)!.isLive;
}

const none: readonly Site[] = [];

function sweep(block: Block, isLive: (statement: Statement) => boolean): Block {
  return withEach(block, (statement) => {
    if (statement.kind === "comment") return statement;
    return isLive(statement) ? withBlocks(statement, (inner) => sweep(inner, isLive)) : [];
  });
}
