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
  const live = mark(block, isKept, sites);
  return sweep(block, live);
}

function mark(block: Block, isKept: (array: string) => boolean, sites: Sites): Set<Statement> {
  const parents = new Map<Statement, Statement>();
  const lets = new Map<string, Statement>();
  const allocated = new Map<string, Statement>();
  const writers = new Map<string, Site[]>();
  for (const site of sites.all) {
    if (site.access === "read") continue;
    const list = writers.get(site.array);
    if (list) list.push(site);
    else writers.set(site.array, [site]);
  }
  const index = (statements: Block, parent: Statement | undefined): void => {
    for (const statement of statements) {
      if (parent) parents.set(statement, parent);
      if (statement.kind === "let") lets.set(statement.name, statement);
      if (statement.kind === "alloc") allocated.set(statement.array, statement);
      if (statement.kind === "for" || statement.kind === "while") index(statement.body, statement);
      else if (statement.kind === "if") {
        index(statement.then, statement);
        index(statement.else, statement);
      }
    }
  };
  index(block, undefined);

  const live = new Set<Statement>();
  const queue: Statement[] = [];
  const keep = (statement: Statement): void => {
    if (live.has(statement)) return;
    live.add(statement);
    queue.push(statement);
  };
  /** Writes a live read may see. Small arrays of sites are compared one by one; the rest count as seen. */
  const keepWritersSeenBy = (site: Site): void => {
    const all = writers.get(site.array);
    if (all === undefined || all.length === 0) return;
    // Writers stand in order; outside of loops nobody sees what is written later.
    if (site.loops.length === 0 && all[0]!.order > site.order) return;
    const left = all.filter((writer) => {
      if (live.has(writer.statement)) return false;
      if (!mayFollow(writer, site, sites.ranges, sites.lifetimes.get(site.array))) return true;
      keep(writer.statement);
      return false;
    });
    writers.set(site.array, left);
  };

  // Most sites of a statement stand together.
  const sitesOf = new Map<Statement, Site[]>();
  let latest: Site[] = [];
  for (const site of sites.all) {
    if (latest[0]?.statement !== site.statement) {
      latest = sitesOf.get(site.statement) ?? [];
      if (latest.length === 0) sitesOf.set(site.statement, latest);
    }
    latest.push(site);
  }

  forEachStatement(block, (statement) => {
    if (statement.kind === "return") keep(statement);
    if ((statement.kind === "store" || statement.kind === "accumulate") && isKept(statement.array)) {
      keep(statement);
    }
    if (statement.kind === "contract" && isKept(statement.to.array)) keep(statement);
    if (statement.kind === "call") keep(statement);
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
    for (const writer of writers.get(array) ?? []) keep(writer.statement);
    writers.delete(array);
  };
  while (queue.length > 0) {
    const statement = queue.pop()!;
    const parent = parents.get(statement);
    if (parent) keep(parent);
    forEachExprOf(statement, keepNamed);
    for (const site of sitesOf.get(statement) ?? none) {
      const alloc = allocated.get(site.array);
      if (alloc) keep(alloc);
      // An accumulation also reads, but only what a live later read will see as a sum: its own earlier writers.
      if (site.access === "read" || site.access === "accumulate") keepWritersSeenBy(site);
    }
    forEachGathered(statement, keepGathered);
  }
  return live;
}

const none: readonly Site[] = [];

function sweep(block: Block, live: ReadonlySet<Statement>): Block {
  return withEach(block, (statement) => {
    if (statement.kind === "comment") return statement;
    return live.has(statement) ? withBlocks(statement, (inner) => sweep(inner, live)) : [];
  });
}
