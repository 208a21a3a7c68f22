/**
 * Ways to the Laplacian at a point of the network of the collapsed-Taylor-mode paper, D → 768 → 768 → 512 → 512 → 1 with
 * tanh, and of a small one: generated collapsed, the same with directions that are handed over, and those uncollapsed;
 * the trace of the generated Hessian (nested first-order differentiation); in JavaScript the forward Laplacian and the
 * uncollapsed 2-jets written by hand too. One process for each target. Then the biharmonic: nested collapsed Laplacians
 * against 4-jets by polarisation and by interpolation. Arguments: dimensions, 5 10 50 unless told.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recipes } from "../dist/compiler/differentiate/interpolation.js";
import { compile } from "../dist/compiler/index.js";
import { handLaplacian, handUncollapsed } from "./hand/laplacian-ways.mjs";
import { measure, table } from "./measure.mjs";

const small = [64, 64];
const large = [768, 768, 512, 512];

const model = (D, widths, value) => {
  const sizes = [D, ...widths, 1];
  const layers = sizes.slice(1).map((rows, l) => ({ l: l + 1, rows, columns: sizes[l] }));
  const layer = ({ l, rows, columns }) => `
  const ${rows === 1 ? "u" : `h${l}`} = vec(${rows});
  for (let i = 0; i < ${rows}; i++) {
    let z = b${l}[i];
    for (let j = 0; j < ${columns}; j++) z += W${l}[i][j] * ${l === 1 ? "x" : `h${l - 1}`}[j];
    ${rows === 1 ? "u[i] = z" : `h${l}[i] = Math.tanh(z)`};
  }`;
  const names = layers.map(({ l }) => `W${l}, b${l}`).join(", ");
  return `import { field, hessian, laplacian, linearOperator, mat, stochastic, vec } from "odegrad";

type P = { ${layers.map(({ l }) => `W${l}: Float64Array[]; b${l}: Float64Array`).join("; ")} };

function u(x: Float64Array, { ${names} }: P): number {${layers.map(layer).join("")}
  return u[0];
}

function trace(x: Float64Array, p: P): number {
  const h = hessian(u)(x, p);
  let s = 0;
  for (let i = 0; i < ${D}; i++) s += h[i][i];
  return s;
}

export const net = field({
  point: vec(${D}),
  params: { ${layers.map(({ l, rows, columns }) => `W${l}: mat(${rows}, ${columns}), b${l}: vec(${rows})`).join(", ")} },
  value: (x, p) => ${value},
});
`
    .replaceAll("const u = vec(1)", "const out = vec(1)")
    .replaceAll("u[i] = z", "out[i] = z")
    .replace("return u[0]", "return out[0]");
};

async function load(text) {
  const { outputs, diagnostics } = compile(text, { target: ["js"] });
  if (outputs.length === 0) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return import(`data:text/javascript;base64,${Buffer.from(outputs[0].text).toString("base64")}`);
}

/** Weights that keep signals near one, the same in every run. */
function fill({ io, meta }, widths) {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const leaf = ({ offset, shape }) => io.params.subarray(offset, offset + shape.reduce((a, b) => a * b, 1));
  for (const each of meta.params.leaves) {
    const scale = Math.sqrt(3 / (each.shape[1] ?? 300));
    const values = leaf(each);
    for (let i = 0; i < values.length; i++) values[i] = scale * next();
  }
  for (let i = 0; i < io.data.length; i++) io.data[i] = next();
  const find = (name) => leaf(meta.params.leaves.find((one) => one.name === name));
  const rows = [...widths, 1];
  return rows.map((count, l) => ({
    W: find(`W${l + 1}`),
    b: find(`b${l + 1}`),
    rows: count,
    columns: l === 0 ? io.data.length : rows[l - 1],
  }));
}

/** The ways to a Laplacian that are compiled, by their names. */
const waysOf = (D) => {
  const coordinates = `stochastic("laplacian", { samples: ${D}, distribution: "coordinate", seed: 1`;
  return {
    collapsed: "laplacian(u)(x, p)",
    inside: `${coordinates} })(u)(x, p)`,
    outside: `${coordinates}, standardError: true })(u)(x, p)[0]`,
    nested: "trace(x, p)",
  };
};

const spoken = {
  collapsed: "generated, collapsed",
  inside: "generated, given directions",
  outside: "the same, uncollapsed",
  nested: "trace of the generated Hessian",
};

function check(values, truth) {
  for (const value of values)
    if (!(Math.abs(value - truth) <= 1e-10 * Math.abs(truth))) throw new Error(`${value} for ${truth}`);
}

const isLarge = (widths) => widths === large;
const title = (D, widths) => [D, ...widths, 1].join(" → ");

async function inJavaScript(D, widths) {
  const modules = {};
  for (const [name, way] of Object.entries(waysOf(D))) modules[name] = await load(model(D, widths, way));
  let layers;
  for (const each of Object.values(modules)) layers = fill(each, widths);
  const x = modules.collapsed.io.data;
  const hand = handLaplacian(D, layers);
  const uncollapsed = handUncollapsed(D, layers);
  for (const each of Object.values(modules)) each.evaluate();
  check([...Object.values(modules).map(({ io }) => io.outputs[0]), uncollapsed(x)], hand(x));
  const candidates = Object.entries(modules).map(([name, one]) => [spoken[name], () => one.evaluate()]);
  const times = measure(
    {
      ...Object.fromEntries(candidates),
      "hand-written, collapsed": () => hand(x),
      "hand-written, uncollapsed": () => uncollapsed(x),
    },
    isLarge(widths) ? { rounds: 5, milliseconds: 200 } : {},
  );
  console.log(table(`Laplacian in JavaScript, ${title(D, widths)}`, times, spoken.nested));
  const { io } = modules.collapsed;
  return { params: io.params, data: io.data };
}

function inC(D, widths, compiler, { params, data }) {
  const folder = mkdtempSync(join(tmpdir(), "odegrad-bench-"));
  try {
    for (const [name, way] of Object.entries(waysOf(D))) {
      const { outputs } = compile(model(D, widths, way), { target: ["c"], prefix: name });
      for (const one of outputs) writeFileSync(join(folder, one.name), one.text);
    }
    writeFileSync(join(folder, "point"), Buffer.from(new Float64Array([...params, ...data]).buffer));
    cpSync(fileURLToPath(new URL("hand/laplacian_ways.c", import.meta.url)), join(folder, "ways.c"));
    const flags = ["-std=c99", "-O3", "-march=native", "-fno-math-errno"];
    const counts = isLarge(widths) ? ["-DROUNDS=8", "-DREPEATS=10"] : ["-DROUNDS=40", "-DREPEATS=500"];
    const sources = [...Object.keys(waysOf(D)), "ways"].map((name) => `${name}.c`);
    execFileSync(compiler, [...flags, ...counts, "-o", "program", ...sources, "-lm"], { cwd: folder });
    const said = execFileSync(join(folder, "program"), [join(folder, "point")], { encoding: "utf8" });
    const numbers = said.trim().split(" ").map(Number);
    check(numbers.slice(1, 4), numbers[0]);
    const times = Object.fromEntries(Object.keys(waysOf(D)).map((name, i) => [spoken[name], numbers[4 + i]]));
    console.log(table(`Laplacian in C (${compiler}), ${title(D, widths)}`, times, spoken.nested));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const dimensions = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5, 10, 50];
for (const widths of [small, large])
  for (const D of dimensions) {
    const point = await inJavaScript(D, widths);
    for (const compiler of ["gcc", "clang"]) inC(D, widths, compiler, point);
  }

const D = 5;
const terms = [];
for (let i = 0; i < D; i++)
  for (let j = i; j < D; j++) {
    const alpha = Array.from({ length: D }, (_, p) => 2 * (Number(p === i) + Number(p === j)));
    terms.push(`{ c: ${i === j ? 1 : 2}, alpha: [${alpha.join(", ")}] }`);
  }
const jets = `linearOperator([${terms.join(", ")}])(u)(x, p)`;
for (const widths of [small, large]) {
  const nested = await load(model(D, widths, "laplacian(laplacian(u))(x, p)"));
  const polarisation = await load(model(D, widths, jets));
  // The compiler takes the recipe with fewer directions; the other one is had by hiding it.
  const all = recipes.splice(0, recipes.length, "interpolation");
  const interpolation = await load(model(D, widths, jets));
  recipes.splice(0, recipes.length, ...all);
  for (const each of [nested, polarisation, interpolation]) {
    fill(each, widths);
    each.evaluate();
  }
  check(
    [nested, polarisation].map(({ io }) => io.outputs[0]),
    interpolation.io.outputs[0],
  );
  const times = measure({
    "4-jets by interpolation": () => interpolation.evaluate(),
    "4-jets by polarisation": () => polarisation.evaluate(),
    "nested collapsed Laplacians": () => nested.evaluate(),
  });
  console.log(table(`Biharmonic in JavaScript, ${title(D, widths)}`, times, "4-jets by interpolation"));
}
