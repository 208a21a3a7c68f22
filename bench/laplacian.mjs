/**
 * The Laplacian of a tanh network D → H → H → 1 at a point: generated, against the forward Laplacian and the uncollapsed
 * 2-jets written by hand, and against the trace of the generated Hessian (nested first-order differentiation); in
 * JavaScript in one process, and in C with the same flags. Biharmonic: nested collapsed Laplacians against collapsed 4-jets.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../dist/compiler/index.js";
import { handLaplacian, handUncollapsed } from "./hand/laplacian.mjs";
import { measure, table } from "./measure.mjs";

const model = (
  D,
  H,
  operators,
) => `import { field, hessian, laplacian, linearOperator, mat, normal, stochastic, vec } from "odegrad";

const D = ${D};
const H = ${H};
type P = { W1: Float64Array[]; b1: Float64Array; W2: Float64Array[]; b2: Float64Array; w3: Float64Array };

function u(x: Float64Array, { W1, b1, W2, b2, w3 }: P): number {
  const h = vec(H);
  for (let i = 0; i < H; i++) {
    let z = b1[i];
    for (let j = 0; j < D; j++) z += W1[i][j] * x[j];
    h[i] = Math.tanh(z);
  }
  let s = 0;
  for (let i = 0; i < H; i++) {
    let z = b2[i];
    for (let j = 0; j < H; j++) z += W2[i][j] * h[j];
    s += w3[i] * Math.tanh(z);
  }
  return s;
}

function trace(x: Float64Array, p: P): number {
  const h = hessian(u)(x, p);
  let s = 0;
  for (let i = 0; i < D; i++) s += h[i][i];
  return s;
}

export const net = field({
  point: vec(D, normal(9, 0, 1)),
  params: {
    W1: mat(H, D, normal(1, 0, ${1 / Math.sqrt(D)})),
    b1: vec(H, normal(2, 0, 0.1)),
    W2: mat(H, H, normal(3, 0, ${1 / Math.sqrt(H)})),
    b2: vec(H, normal(4, 0, 0.1)),
    w3: vec(H, normal(5, 0, ${1 / Math.sqrt(H)})),
  },
  value: (x, p) => ${operators},
});
`;

async function load(text) {
  const { outputs, diagnostics } = compile(text, { target: ["js"] });
  if (outputs.length === 0) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return import(`data:text/javascript;base64,${Buffer.from(outputs[0].text).toString("base64")}`);
}

for (const [D, H] of [
  [5, 64],
  [10, 64],
  [50, 64],
]) {
  const generated = await load(model(D, H, "laplacian(u)(x, p)"));
  const nested = await load(model(D, H, "trace(x, p)"));
  // All coordinates as directions that are handed over: with the sum inside, and each by itself.
  const sampling = `samples: ${D}, distribution: "coordinate", seed: 1`;
  const estimate = (more) => `stochastic("laplacian", { ${sampling}${more} })(u)(x, p)`;
  const inside = await load(model(D, H, estimate("")));
  const outside = await load(model(D, H, `${estimate(", standardError: true")}[0]`));
  const plain = await load(model(D, H, "u(x, p)"));
  const { meta, io } = generated;
  const leaf = (name) => {
    const { offset, shape } = meta.params.leaves.find((one) => one.name === name);
    return io.params.subarray(offset, offset + shape.reduce((a, b) => a * b, 1));
  };
  const params = { W1: leaf("W1"), b1: leaf("b1"), W2: leaf("W2"), b2: leaf("b2"), w3: leaf("w3") };
  const hand = handLaplacian(D, H, params);
  const uncollapsed = handUncollapsed(D, H, params);
  const x = io.data;
  generated.evaluate();
  nested.evaluate();
  const truth = hand(x);
  inside.evaluate();
  outside.evaluate();
  const all = [io, nested.io, inside.io, outside.io].map(({ outputs }) => outputs[0]);
  for (const value of [...all, uncollapsed(x)])
    if (!(Math.abs(value - truth) <= 1e-11 * Math.abs(truth))) throw new Error(`${value} for ${truth}`);
  const times = measure({
    "hand-written, collapsed": () => hand(x),
    generated: () => generated.evaluate(),
    "hand-written, uncollapsed": () => uncollapsed(x),
    "generated, given directions": () => inside.evaluate(),
    "the same, uncollapsed": () => outside.evaluate(),
    "trace of the generated Hessian": () => nested.evaluate(),
    "value alone": () => plain.evaluate(),
  });
  console.log(table(`Laplacian, ${D} → ${H} → ${H} → 1`, times, "hand-written, collapsed"));
}

const D = 5;
const H = 64;
const alphas = [];
for (let i = 0; i < D; i++)
  for (let j = i; j < D; j++) {
    const alpha = Array.from({ length: D }, (_, p) => 2 * (Number(p === i) + Number(p === j)));
    alphas.push(`{ c: ${i === j ? 1 : 2}, alpha: [${alpha.join(", ")}] }`);
  }
const nested = await load(model(D, H, "laplacian(laplacian(u))(x, p)"));
const jets = await load(model(D, H, `linearOperator([${alphas.join(", ")}])(u)(x, p)`));
nested.evaluate();
jets.evaluate();
if (!(Math.abs(nested.io.outputs[0] - jets.io.outputs[0]) <= 1e-10 * Math.abs(jets.io.outputs[0])))
  throw new Error("the biharmonics differ");
const times = measure({
  "4-jets, collapsed": () => jets.evaluate(),
  "nested collapsed Laplacians": () => nested.evaluate(),
});
console.log(table(`Biharmonic, ${D} → ${H} → ${H} → 1`, times, "4-jets, collapsed"));

// C: the generated source and the one by hand in one program.
const flags = ["-std=c99", "-O3", "-march=native", "-fno-math-errno"];
const hand = fileURLToPath(new URL("hand", import.meta.url));
for (const [D, H, repeats] of [
  [5, 64, 2000],
  [10, 64, 2000],
  [50, 64, 500],
  [50, 512, 10],
]) {
  for (const compiler of ["gcc", "clang"]) {
    const folder = mkdtempSync(join(tmpdir(), "odegrad-bench-"));
    try {
      const { outputs } = compile(model(D, H, "laplacian(u)(x, p)"), { target: ["c"], prefix: "net" });
      for (const { name, text } of outputs) writeFileSync(join(folder, name), text);
      for (const name of ["laplacian.c", "laplacian_harness.c"]) cpSync(join(hand, name), join(folder, name));
      const sizes = [`-DD=${D}`, `-DH=${H}`, `-DREPEATS=${repeats}`];
      const program = join(folder, "program");
      execFileSync(compiler, [...flags, ...sizes, "-o", program, "net.c", "laplacian_harness.c", "-lm"], {
        cwd: folder,
      });
      const said = execFileSync(program, { encoding: "utf8" }).trim().split(" ").map(Number);
      for (const value of said.slice(1, 3))
        if (!(Math.abs(value - said[0]) <= 1e-10 * Math.abs(said[0])))
          throw new Error(`${value} for ${said[0]}`);
      const [byHand, generated, uncollapsed] = said.slice(3);
      const times = {
        "hand-written, collapsed": byHand,
        generated,
        "hand-written, uncollapsed": uncollapsed,
      };
      console.log(
        table(`Laplacian in C (${compiler}), ${D} → ${H} → ${H} → 1`, times, "hand-written, collapsed"),
      );
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
