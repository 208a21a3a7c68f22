/**
 * A graph neural ODE H' = tanh(A H W + b) with 16 features, classical Runge–Kutta, 5 steps, on random graphs of 1,000 to
 * 8,000 nodes with two edges each: the generated gradient, of a field written row by row and of one written in whole matrices,
 * against a hand-written sparse adjoint; in JavaScript in one process and in C with the same flags. Then time and memory
 * for each edge, which say whether both are linear.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../dist/compiler/index.js";
import { adjacency } from "../dist/runtime/index.js";
import { measure, table } from "./measure.mjs";

const features = 16;
const steps = 5;
const adjoint = process.env.PLAN ?? "store-all";
const scales = (process.env.SCALES ?? "1,2,4,8").split(",").map(Number);
const compilers = (process.env.COMPILERS ?? "cc,clang").split(",");

/** A random graph of so many nodes, two edges for each, the same on every machine. */
function edgesOf(nodes) {
  let word = nodes >>> 0;
  const node = () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return Math.floor((word / 2 ** 32) * nodes);
  };
  const edges = new Map();
  while (edges.size < 2 * nodes) {
    const [a, b] = [node(), node()];
    if (a !== b) edges.set(`${Math.min(a, b)} ${Math.max(a, b)}`, [a, b]);
  }
  return [...edges.values()];
}

/** One row after the other: neighbours, W, tanh. */
const rows = `const dH = mat(n, C);
    for (let i = 0; i < n; i++) {
      const h = vec(C);
      for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++)
        for (let c = 0; c < C; c++) h[c] += A.value[e] * H[A.column[e]][c];
      const z = vec(C);
      for (let c = 0; c < C; c++) z[c] = b[c];
      for (let j = 0; j < C; j++) for (let c = 0; c < C; c++) z[c] += h[j] * W[j][c];
      for (let c = 0; c < C; c++) dH[i][c] = Math.tanh(z[c]);
    }
    return { H: dH };`;

/** The same as formulas have it: A H, then (A H) W by the library, then tanh. */
const matrices = `const AH = mat(n, C);
    for (let i = 0; i < n; i++)
      for (let e = A.rowStart[i]; e < A.rowStart[i + 1]; e++)
        for (let c = 0; c < C; c++) AH[i][c] += A.value[e] * H[A.column[e]][c];
    const Z = matmul(AH, W);
    for (let i = 0; i < n; i++) for (let c = 0; c < C; c++) Z[i][c] = Math.tanh(Z[i][c] + b[c]);
    return { H: Z };`;

const model = (nodes, body) => `import { adjacency, mat, matmul, normal, ode, vec } from "odegrad";
import graph from "./graph.json" with { type: "json" };

const n = ${nodes};
const C = ${features};
const A = adjacency(n, graph.edges, { selfLoops: true, normalise: "symmetric" });

export const gcde = ode({
  state: { H: mat(n, C, normal(3, 0, 1)) },
  params: { W: mat(C, C, normal(1, 0, ${1 / Math.sqrt(features)})), b: vec(C, normal(2, 0, 0.1)) },
  rhs: ({ H }, { W, b }) => {
    ${body}
  },
  loss: {
    terminal: ({ H }) => {
      let sum = 0;
      for (let i = 0; i < n; i++) for (let c = 0; c < C; c++) sum += H[i][c] * H[i][c];
      return sum;
    },
  },
  solver: { method: "rk4", t1: 1, steps: ${steps} },
});
`;

function generated(nodes, edges, body, options) {
  const { outputs, diagnostics, plan } = compile(model(nodes, body), {
    file: "gcde.ode.ts",
    adjoint,
    host: { read: (name) => (name.endsWith("graph.json") ? JSON.stringify({ edges }) : undefined) },
    ...options,
  });
  if (outputs.length === 0) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return { outputs, plan };
}

const largest = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

async function javascript(nodes, edges, graph) {
  const hand = await import(`./hand/graph.mjs?N=${nodes}&C=${features}&steps=${steps}`);
  hand.setGraph(graph);
  const candidates = { "hand-written gradient": () => hand.gradient(1) };
  const modules = {};
  let bytes;
  for (const [name, body] of Object.entries({ rows, matrices })) {
    const { outputs, plan } = generated(nodes, edges, body, { target: ["js"] });
    const { text } = outputs.find((output) => output.name.endsWith(".js"));
    if (process.env.SHOW) console.log(text);
    const module = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
    modules[`generated, ${name}`] = module;
    candidates[`generated, ${name}`] = module.gradient;
    if (name === "rows") {
      candidates["generated, rows, solve"] = module.solve;
      bytes = plan.workspaceBytes;
    }
  }
  const [first] = Object.values(modules);
  hand.io.W.set(first.io.params.subarray(0, features ** 2));
  hand.io.b.set(first.io.params.subarray(features ** 2));
  hand.io.start.set(first.io.state0);
  candidates["hand-written solve"] = () => hand.solve(1);
  const times = measure(candidates, { rounds: 10 });
  console.log(
    table(
      `JavaScript, ${nodes} nodes, ${edges.length} edges, rk4, ${steps} steps, ${adjoint}`,
      times,
      "hand-written gradient",
    ),
  );
  hand.gradient(1);
  const mine = Float64Array.from([...hand.io.Wbar, ...hand.io.bbar]);
  for (const [name, { gradient, io }] of Object.entries(modules)) {
    gradient();
    const scale = largest(mine, new Float64Array(mine.length));
    const apart = Math.max(
      largest(mine, io.paramsBar) / scale,
      largest(hand.io.startBar, io.state0Bar) / largest(hand.io.startBar, new Float64Array(nodes * features)),
    );
    console.log(`  ${name}: differs by ${apart.toExponential(1)}`);
  }
  return { time: times["generated, rows"], bytes };
}

const here = fileURLToPath(new URL("hand", import.meta.url));
const flags = [
  "-std=c99",
  "-O3",
  "-march=native",
  "-fno-math-errno",
  "-ffp-contract=off",
  "-D_POSIX_C_SOURCE=199309L",
];

/** Microseconds of the gradient written by rows; nothing where there is no such compiler. */
function c(compiler, nodes, edges, graph) {
  const folder = mkdtempSync(join(tmpdir(), "odegrad-bench-"));
  try {
    for (const [prefix, body] of Object.entries({ rows, mats: matrices })) {
      const { outputs } = generated(nodes, edges, body, { target: ["c"], prefix });
      for (const output of outputs) writeFileSync(join(folder, output.name), output.text);
      if (process.env.KEEP)
        for (const output of outputs) writeFileSync(join(process.env.KEEP, output.name), output.text);
    }
    const list = (type, name, numbers) =>
      `static const ${type} graph_${name}[] = {${Array.from(numbers).join(",")}};\n`;
    writeFileSync(
      join(folder, "graph_data.h"),
      list("int", "rowStart", graph.rowStart) +
        list("int", "column", graph.column) +
        list("double", "value", graph.value),
    );
    const sources = ["graph.c", "graph_harness.c"].map((name) => join(here, name));
    const made = ["rows.c", "mats.c"].map((name) => join(folder, name));
    const binary = join(folder, "bench");
    const macros = [`-DNODES=${nodes}`, `-DFEATURES=${features}`, `-DSTEPS=${steps}`];
    const args = [...flags, ...macros, "-I", folder, "-I", here, ...sources, ...made, "-lm", "-o", binary];
    try {
      execFileSync(compiler, args);
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
      console.log(`no ${compiler} here`);
      return undefined;
    }
    const [best, differences] = execFileSync(binary, { encoding: "utf8" }).trim().split("\n");
    const [hand, one, other, handSolve, solve] = best.trim().split(" ").map(Number);
    const times = {
      "hand-written gradient": hand,
      "generated, rows": one,
      "generated, matrices": other,
      "hand-written solve": handSolve,
      "generated, rows, solve": solve,
    };
    console.log(
      table(
        `C, ${compiler} ${flags.slice(1, 4).join(" ")}, ${nodes} nodes, ${edges.length} edges`,
        times,
        "hand-written gradient",
      ),
    );
    console.log(`  differ by ${differences}`);
    return one;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const bills = [];
for (const scale of scales) {
  const nodes = 1000 * scale;
  const edges = edgesOf(nodes);
  const graph = adjacency(nodes, edges, { selfLoops: true, normalise: "symmetric" });
  const { time, bytes } = process.env.ONLY_C ? {} : await javascript(nodes, edges, graph);
  const inC = compilers.map((compiler) => c(compiler, nodes, edges, graph));
  bills.push({ edges: edges.length, time, bytes, inC });
}
const of = (value, edges, unit) =>
  value === undefined ? "" : `${(value / edges).toFixed(2)} ${unit}`.padStart(16);
console.log(`For each edge: JavaScript, memory, C by ${compilers.join(", ")}`);
for (const { edges, time, bytes, inC } of bills)
  console.log(
    `${String(edges).padStart(8)} edges${of(time, edges, "µs")}${of(bytes, edges, "bytes")}${inC.map((each) => of(each, edges, "µs")).join("")}`,
  );
