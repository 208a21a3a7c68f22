/**
 * Graph operators from a list of edges, as sparse matrices that `spmv` and loops over rows take.
 *
 * In: the number of nodes, and edges. Out: the adjacency matrix by rows, columns rising, with self-loops and normalised
 * where asked for. The compiler's interpreter of module constants calls the same function.
 */
import { type Csr, csr } from "./leaves.ts";
import { refuse } from "./refuse.ts";

/** `[from, to]`, or `[from, to, weight]`; nodes count from 0, the weight is 1 where it is left out. */
export type Edge = readonly number[];

export interface AdjacencyOptions {
  /** An edge leads one way only: row `to` gets an entry in column `from`. Else it leads both ways. */
  readonly directed?: boolean;
  /** Adds an edge of weight 1 from every node to itself. */
  readonly selfLoops?: boolean;
  /**
   * `"symmetric"`: entry ij divided by the square roots of the degrees of i and j (Kipf and Welling 2017, with self-loops).
   * `"rows"`: each row divided by its degree, a mean over neighbours. A degree is the sum of a row; rows of degree 0 stay 0.
   */
  readonly normalise?: "symmetric" | "rows";
}

/**
 * The adjacency matrix of a graph.
 *
 * An undirected edge may be listed once, or in both directions with the same weight.
 *
 * @throws RangeError for a node that does not exist, an edge that is listed twice with different weights or twice in one
 *   direction, a weight that is not finite, a negative degree where it is normalised, and `"symmetric"` of a directed graph
 *   whose edges have no counterparts
 */
export function adjacency(
  nodes: number,
  edges: ArrayLike<Edge>,
  { directed = false, selfLoops = false, normalise }: AdjacencyOptions = {},
): Csr {
  const rows = Array.from({ length: nodes }, () => new Map<number, number>());
  const listed = new Set<number>();
  Array.from(edges).forEach((edge, e) => {
    const [from, to, weight = 1] = edge as [number, number, number?];
    const refuseThis = (what: string) =>
      refuse(`adjacency: edge ${e}, [${Array.from(edge).join(", ")}], ${what}`);
    if (edge.length < 2 || edge.length > 3) refuseThis("is not [from, to] or [from, to, weight]");
    for (const node of [from, to])
      if (!Number.isInteger(node) || node < 0 || node >= nodes)
        refuseThis(`names node ${node}; there are nodes 0 to ${nodes - 1}`);
    if (!Number.isFinite(weight)) refuseThis("has no finite weight");
    // One exact number for each pair: there are fewer than 2^26 nodes in any list that fits in memory.
    const pair = from * nodes + to;
    if (listed.has(pair)) refuseThis("is listed twice");
    listed.add(pair);
    const back = rows[from]!.get(to);
    if (!directed && back !== undefined && back !== weight)
      refuseThis(`has another weight than the same edge the other way, ${back}, in an undirected graph`);
    rows[to]!.set(from, weight);
    if (!directed) rows[from]!.set(to, weight);
  });
  if (normalise === "symmetric" && directed) refuseOneWay(rows);
  if (selfLoops) for (const [i, row] of rows.entries()) row.set(i, (row.get(i) ?? 0) + 1);
  const entries = rows.map((row) => [...row].sort(byColumn));
  const degree = entries.map((row) => row.reduce((sum, [, weight]) => sum + weight, 0));
  if (normalise !== undefined)
    degree.forEach((sum, i) => {
      if (sum < 0) refuse(`adjacency: node ${i} has the negative degree ${sum}, which cannot normalise`);
    });
  const scaled = (weight: number, i: number, j: number): number => {
    const by =
      normalise === undefined ? 1 : normalise === "rows" ? degree[i]! : Math.sqrt(degree[i]! * degree[j]!);
    return by === 0 ? 0 : weight / by;
  };
  const rowStart = [0];
  for (const row of entries) rowStart.push(rowStart.at(-1)! + row.length);
  return csr(
    nodes,
    nodes,
    rowStart,
    entries.flatMap((row) => row.map(([j]) => j)),
    entries.flatMap((row, i) => row.map(([j, weight]) => scaled(weight, i, j))),
  );
}

function refuseOneWay(rows: readonly ReadonlyMap<number, number>[]): void {
  for (const [i, row] of rows.entries())
    for (const [j, weight] of row)
      if (rows[j]!.get(i) !== weight)
        refuse(`adjacency: the edge from ${j} to ${i} has no counterpart, so the graph is not symmetric`);
}

const byColumn = ([a]: readonly [number, number], [b]: readonly [number, number]): number => a - b;
