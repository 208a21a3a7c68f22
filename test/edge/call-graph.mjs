/** The deepest stack over the call graph that GCC writes with -fcallgraph-info=su. */

import { readFileSync } from "node:fs";

/** Bytes at the worst, where that is, and what stands in the way of knowing. */
export function stackFromCallGraph(files) {
  const nodes = new Map();
  const edges = new Map();
  const dynamic = [];
  for (const f of files) {
    const text = readFileSync(f, "utf8");
    for (const m of text.matchAll(/node: \{ title: "([^"]+)" label: "([^"]*)"/g)) {
      const su = /\\n(\d+) bytes \(([^)]*)\)/.exec(m[2]);
      if (su) {
        nodes.set(m[1], Number(su[1]));
        // Arguments that are pushed move the frame too, by no more than the figure says: "dynamic,bounded".
        if (!/^static|bounded/.test(su[2])) dynamic.push(m[1]);
      }
    }
    for (const m of text.matchAll(/edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"/g)) {
      if (!edges.has(m[1])) edges.set(m[1], new Set());
      edges.get(m[1]).add(m[2]);
    }
  }
  const memo = new Map();
  const external = new Set();
  const loops = new Set();
  const visit = (n, path) => {
    if (path.includes(n)) {
      loops.add(n);
      return 0;
    }
    if (memo.has(n)) return memo.get(n);
    if (!nodes.has(n)) {
      external.add(n);
      return 0;
    }
    let deepest = 0;
    for (const t of edges.get(n) ?? []) deepest = Math.max(deepest, visit(t, [...path, n]));
    memo.set(n, nodes.get(n) + deepest);
    return memo.get(n);
  };
  let worst = 0;
  let at = "";
  for (const n of nodes.keys()) {
    const d = visit(n, []);
    if (d > worst) {
      worst = d;
      at = n;
    }
  }
  return { worst, at, external: [...external], recursion: [...loops], dynamic };
}
