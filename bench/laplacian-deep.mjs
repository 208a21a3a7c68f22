/**
 * The Laplacian of the network of the collapsed-Taylor-mode paper, D → 768 → 768 → 512 → 512 → 1 with tanh, at a point, in
 * JavaScript in one process: generated, against the forward Laplacian and the uncollapsed 2-jets written by hand, and
 * against the trace of the generated Hessian (nested first-order differentiation).
 */

import { compile } from "../dist/compiler/index.js";
import { handLaplacian, handUncollapsed } from "./hand/laplacian-deep.mjs";
import { measure, table } from "./measure.mjs";

const widths = [768, 768, 512, 512];

const model = (D, value) => {
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
  return `import { field, hessian, laplacian, mat, stochastic, vec } from "odegrad";

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
function fill({ io, meta }) {
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

for (const D of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5, 10, 50]) {
  const coordinates = `stochastic("laplacian", { samples: ${D}, distribution: "coordinate", seed: 1`;
  const generated = await load(model(D, "laplacian(u)(x, p)"));
  const nested = await load(model(D, "trace(x, p)"));
  const inside = await load(model(D, `${coordinates} })(u)(x, p)`));
  const outside = await load(model(D, `${coordinates}, standardError: true })(u)(x, p)[0]`));
  const layers = fill(generated);
  for (const each of [nested, inside, outside]) fill(each);
  const x = generated.io.data;
  const hand = handLaplacian(D, layers);
  const uncollapsed = handUncollapsed(D, layers);
  const truth = hand(x);
  for (const each of [generated, nested, inside, outside]) each.evaluate();
  for (const value of [
    ...[generated, nested, inside, outside].map(({ io }) => io.outputs[0]),
    uncollapsed(x),
  ])
    if (!(Math.abs(value - truth) <= 1e-10 * Math.abs(truth))) throw new Error(`${value} for ${truth}`);
  const times = measure(
    {
      "hand-written, collapsed": () => hand(x),
      generated: () => generated.evaluate(),
      "hand-written, uncollapsed": () => uncollapsed(x),
      "generated, given directions": () => inside.evaluate(),
      "the same, uncollapsed": () => outside.evaluate(),
      "trace of the generated Hessian": () => nested.evaluate(),
    },
    { rounds: 5, milliseconds: 200 },
  );
  console.log(table(`Laplacian, ${[D, ...widths, 1].join(" → ")}`, times, "hand-written, collapsed"));
}
