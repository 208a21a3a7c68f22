/**
 * Removes what nobody reads: scalars without a use, stores no later read can see, loops and branches left empty. In: a
 * function body and the arrays whose final contents count. Out: the same without dead statements.
 */

import { collectSites, mayFollow, type Site, type Sites } from "../analysis/sites.ts";
import type { Range } from "../ir/affine.ts";
import type { Block, Expr, Statement } from "../ir/nodes.ts";
import { blocksOf, forEachExprOf, forEachGathered, withBlocks, withEach } from "../ir/walk.ts";

export function dead(
  block: Block,
  isKept: (array: string) => boolean,
  ofArray: (name: string) => Range | undefined,
  ofParameter?: (name: string) => Range | undefined,
): Block {
  const { all, lifetimes, ranges } = collectSites(block, ofArray, ofParameter);
  const known = index(block, all);
  mark(known, isKept, { lifetimes, ranges });
  return sweep(block, known);
}

/** What is asked of a statement while others are found to need it. */
interface Known {
  readonly statement: Statement;
  readonly parent: Known | undefined;
  sites: Site[] | undefined;
  /** Behind those of the blocks inside. */
  next: number;
  isLive: boolean;
}

/** Every statement in the order of the text, which is the order of the sites too. */
function index(block: Block, sites: readonly Site[]): readonly Known[] {
  const known: Known[] = [];
  let at = 0;
  const take = (one: Known): void => {
    for (; sites[at]?.statement === one.statement; at++) {
      if (one.sites === undefined) one.sites = [sites[at]!];
      else one.sites.push(sites[at]!);
    }
  };
  const walk = (statements: Block, parent: Known | undefined): void => {
    for (const statement of statements) {
      const one: Known = { statement, parent, sites: undefined, next: 0, isLive: false };
      known.push(one);
      take(one);
      for (const inner of blocksOf(statement)) walk(inner, one);
      // Its test is asked again.
      if (statement.kind === "while") take(one);
      one.next = known.length;
    }
  };
  walk(block, undefined);
  return known;
}

interface Writer {
  readonly site: Site;
  readonly by: Known;
}

function mark(
  known: readonly Known[],
  isKept: (array: string) => boolean,
  { lifetimes, ranges }: Pick<Sites, "lifetimes" | "ranges">,
): void {
  const lets = new Map<string, Known>();
  const allocated = new Map<string, Known>();
  const writers = new Map<string, Writer[]>();
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
  for (const by of known) {
    const { statement, sites } = by;
    if (statement.kind === "let") lets.set(statement.name, by);
    if (statement.kind === "alloc") allocated.set(statement.array, by);
    for (const site of sites ?? none) {
      if (site.access === "read") continue;
      const list = writers.get(site.array);
      if (list) list.push({ site, by });
      else writers.set(site.array, [{ site, by }]);
    }
    if (isNeeded(statement)) keep(by);
  }

  /** Writes a live read may see. Small arrays of sites are compared one by one; the rest count as seen. */
  const keepWritersSeenBy = (site: Site): void => {
    const all = writers.get(site.array);
    if (all === undefined || all.length === 0) return;
    // Writers stand in order; outside of loops nobody sees what is written later.
    if (site.loops.length === 0 && all[0]!.site.order > site.order) return;
    const left = all.filter(({ site: writer, by }) => {
      if (by.isLive) return false;
      if (!mayFollow(writer, site, ranges, lifetimes.get(site.array))) return true;
      keep(by);
      return false;
    });
    writers.set(site.array, left);
  };

  const keepNamed = (expr: Expr): void => {
    if (expr.kind !== "name") return;
    const definition = lets.get(expr.name);
    if (definition) keep(definition);
  };
  const keepGathered = (array: string): void => {
    const alloc = allocated.get(array);
    if (alloc) keep(alloc);
    // Integers known only at run time: every store counts.
    for (const { by } of writers.get(array) ?? []) keep(by);
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
}

const none: readonly Site[] = [];

function sweep(block: Block, known: readonly Known[]): Block {
  let at = 0;
  const inBlock = (statements: Block): Block =>
    withEach(statements, (statement) => {
      const { isLive, next } = known[at++]!;
      if (isLive) return withBlocks(statement, inBlock);
      at = next;
      return statement.kind === "comment" ? statement : [];
    });
  return inBlock(block);
}
