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
  hand: "hand-written, collapsed",
  interpolation: "4-jets by interpolation",
  polarisation: "4-jets by polarisation",
  laplacians: "nested collapsed Laplacians",
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

/**
 * Times modules in one C program. `ways`: value of the model, by name of module. `hand`: rows of the layers for which the
 * hand-written forward Laplacian is timed too. Microseconds by name.
 */
function inC(D, widths, compiler, { params, data }, ways, hand) {
  const folder = mkdtempSync(join(tmpdir(), "odegrad-bench-"));
  try {
    const names = Object.keys(ways);
    for (const name of names) {
      const { outputs } = compile(model(D, widths, ways[name]), { target: ["c"], prefix: name });
      for (const one of outputs) writeFileSync(join(folder, one.name), one.text);
    }
    const includes = names.map((name) => `#include "${name}.h"\n`).join("");
    const list = names.map((name) => `M(${name})`).join(" ");
    const layers =
      hand === undefined
        ? ""
        : `#define WIDTHS {${hand.join(", ")}}\n#define D ${D}\n#define MOST ${Math.max(...hand)}\n`;
    writeFileSync(join(folder, "ways.h"), `${includes}#define WAYS(M) ${list}\n${layers}`);
    writeFileSync(join(folder, "point"), Buffer.from(new Float64Array([...params, ...data]).buffer));
    cpSync(fileURLToPath(new URL("hand/laplacian_ways.c", import.meta.url)), join(folder, "ways.c"));
    const flags = ["-std=c99", "-O3", "-march=native", "-fno-math-errno"];
    const counts = isLarge(widths) ? ["-DROUNDS=8", "-DREPEATS=10"] : ["-DROUNDS=40", "-DREPEATS=500"];
    const sources = [...names, "ways"].map((name) => `${name}.c`);
    execFileSync(compiler, [...flags, ...counts, "-o", "program", ...sources, "-lm"], { cwd: folder });
    const said = execFileSync(join(folder, "program"), [join(folder, "point")], { encoding: "utf8" });
    const numbers = said.trim().split(" ").map(Number);
    const all = hand === undefined ? names : [...names, "hand"];
    check(numbers.slice(1, all.length), numbers[0]);
    return Object.fromEntries(all.map((name, i) => [spoken[name], numbers[all.length + i]]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compilers that this machine has. */
const compilers = ["gcc", "clang"].filter((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

const dimensions = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5, 10, 50];
for (const widths of [small, large])
  for (const D of dimensions) {
    const point = await inJavaScript(D, widths);
    for (const compiler of compilers) {
      const times = inC(D, widths, compiler, point, waysOf(D), [...widths, 1]);
      console.log(table(`Laplacian in C (${compiler}), ${title(D, widths)}`, times, spoken.nested));
    }
  }

const D = 5;
const terms = [];
for (let i = 0; i < D; i++)
  for (let j = i; j < D; j++) {
    const alpha = Array.from({ length: D }, (_, p) => 2 * (Number(p === i) + Number(p === j)));
    terms.push(`{ c: ${i === j ? 1 : 2}, alpha: [${alpha.join(", ")}] }`);
  }
const jets = `linearOperator([${terms.join(", ")}])(u)(x, p)`;

/** What is compiled while one recipe of 4-jets alone is known. The compiler takes the one with fewer directions. */
async function withRecipe(name, make) {
  const all = recipes.splice(0, recipes.length, name);
  const made = await make();
  recipes.splice(0, recipes.length, ...all);
  return made;
}

for (const widths of [small, large]) {
  const modules = {
    interpolation: await withRecipe("interpolation", () => load(model(D, widths, jets))),
    polarisation: await withRecipe("polarisation", () => load(model(D, widths, jets))),
    laplacians: await load(model(D, widths, "laplacian(laplacian(u))(x, p)")),
  };
  for (const each of Object.values(modules)) {
    fill(each, widths);
    each.evaluate();
  }
  const values = Object.values(modules).map(({ io }) => io.outputs[0]);
  check(values.slice(1), values[0]);
  const runs = Object.entries(modules).map(([name, one]) => [spoken[name], () => one.evaluate()]);
  const times = measure(Object.fromEntries(runs));
  console.log(table(`Biharmonic in JavaScript, ${title(D, widths)}`, times, spoken.interpolation));
  const { params, data } = modules.laplacians.io;
  for (const compiler of compilers) {
    const ways = { polarisation: jets, laplacians: "laplacian(laplacian(u))(x, p)" };
    const others = inC(D, widths, compiler, { params, data }, ways);
    const known = await withRecipe("interpolation", () =>
      inC(D, widths, compiler, { params, data }, { interpolation: jets, laplacians: ways.laplacians }),
    );
    const all = { ...known, [spoken.polarisation]: others[spoken.polarisation] };
    console.log(table(`Biharmonic in C (${compiler}), ${title(D, widths)}`, all, spoken.interpolation));
  }
}
