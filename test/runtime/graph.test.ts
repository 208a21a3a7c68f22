/** Matrices of graphs: the karate club's against shared data, laws on random graphs, what is refused. */

import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AdjacencyOptions, adjacency, type Edge } from "../../runtime/graph.ts";
import type { Csr } from "../../runtime/leaves.ts";

const folder = new URL("../reference/models/gcde-karate/", import.meta.url);
const karate = JSON.parse(fs.readFileSync(new URL("karate.json", folder), "utf8")) as {
  edges: [number, number][];
  rowStart: number[];
  column: number[];
  value: number[];
};

function dense({ rows, columns, rowStart, column, value }: Csr): number[][] {
  const out = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let i = 0; i < rows; i++)
    for (let e = rowStart[i]!; e < rowStart[i + 1]!; e++) out[i]![column[e]!]! += value[e]!;
  return out;
}

const transposed = (rows: number[][]): number[][] => rows[0]!.map((_, j) => rows.map((row) => row[j]!));

describe("the karate club", () => {
  it("has the matrix of the shared data", () => {
    const made = adjacency(34, karate.edges, { selfLoops: true, normalise: "symmetric" });
    expect([...made.rowStart]).toEqual(karate.rowStart);
    expect([...made.column]).toEqual(karate.column);
    made.value.forEach((value, e) => {
      expect(Math.abs(value - karate.value[e]!)).toBeLessThanOrEqual(2 ** -52 * value);
    });
  });

  it("has 156 entries of one without self-loops, and rows that sum to one as means", () => {
    const plain = adjacency(34, karate.edges);
    expect(plain.value).toEqual(new Float64Array(156).fill(1));
    for (const row of dense(adjacency(34, karate.edges, { normalise: "rows" })))
      expect(Math.abs(row.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-15);
  });
});

const n = 7;
const graphs = fc
  .uniqueArray(fc.tuple(fc.nat(n - 1), fc.nat(n - 1), fc.double({ min: 0.1, max: 3, noNaN: true })), {
    selector: ([i, j]) => Math.min(i, j) * n + Math.max(i, j),
  })
  .map((edges): Edge[] => edges);

describe("random graphs", () => {
  it("do not depend on the order of edges, nor on which way an undirected one is listed", () => {
    fc.assert(
      fc.property(
        graphs,
        fc.constantFrom(undefined, "symmetric" as const, "rows" as const),
        (edges, normalise) => {
          const options: AdjacencyOptions = normalise === undefined ? {} : { normalise };
          const made = adjacency(n, edges, { selfLoops: true, ...options });
          const turned = edges.map(([i, j, w]) => [j!, i!, w!]).reverse();
          expect(adjacency(n, turned, { selfLoops: true, ...options })).toEqual(made);
          const both = [...edges, ...edges.filter(([i, j]) => i !== j).map(([i, j, w]) => [j!, i!, w!])];
          expect(adjacency(n, both, { selfLoops: true, ...options })).toEqual(made);
        },
      ),
    );
  });

  it("are symmetric where undirected, and the sum of both ways where directed", () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const both = dense(adjacency(n, edges));
        expect(transposed(both)).toEqual(both);
        const one = dense(adjacency(n, edges, { directed: true }));
        for (const [i, j, weight] of edges) expect(one[j!]![i!]).toBe(weight);
        const sum = one.map((row, i) => row.map((value, j) => (i === j ? value : value + one[j]![i]!)));
        expect(sum).toEqual(both);
      }),
    );
  });

  it("have 1 as the largest eigenvalue with self-loops, of the square roots of the degrees", () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const plain = dense(adjacency(n, edges, { selfLoops: true }));
        const root = plain.map((row) => Math.sqrt(row.reduce((a, b) => a + b)));
        const normalised = dense(adjacency(n, edges, { selfLoops: true, normalise: "symmetric" }));
        normalised.forEach((row, i) => {
          const product = row.reduce((sum, value, j) => sum + value * root[j]!, 0);
          expect(Math.abs(product - root[i]!)).toBeLessThan(1e-14 * root[i]!);
        });
      }),
    );
  });
});

describe("refused", () => {
  it.each([
    ["a node that is not there", [[0, 3]], {}, "edge 0, [0, 3], names node 3; there are nodes 0 to 2"],
    ["half a node", [[0.5, 1]], {}, "names node 0.5"],
    ["an edge of one node", [[1]], {}, "is not [from, to]"],
    [
      "an edge listed twice",
      [
        [0, 1],
        [0, 1],
      ],
      {},
      "edge 1, [0, 1], is listed twice",
    ],
    [
      "two weights of one edge",
      [
        [0, 1, 2],
        [1, 0, 3],
      ],
      {},
      "another weight than the same edge the other way, 2",
    ],
    ["no number as a weight", [[0, 1, Number.NaN]], {}, "has no finite weight"],
    ["a negative degree", [[0, 1, -2]], { normalise: "rows" }, "node 0 has the negative degree -2"],
    [
      "edges one way as a symmetric matrix",
      [[0, 1]],
      { directed: true, normalise: "symmetric" },
      "the edge from 0 to 1 has no counterpart",
    ],
  ] as const)("%s", (_name, edges, options, why) => {
    expect(() => adjacency(3, edges, options)).toThrow(why);
  });

  it("a node without edges is none: its row is empty, or 0 with its own loop of weight 0", () => {
    const made = adjacency(
      3,
      [
        [0, 1],
        [2, 2, 0],
      ],
      { normalise: "symmetric" },
    );
    expect(dense(made)).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });
});
