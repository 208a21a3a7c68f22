/**
 * A neural ODE y' = W2 tanh(W1 y + b1) + b2, classical Runge–Kutta, 100 steps, at two sizes: the generated gradient, of
 * plain loops and of the library's `matvec`, against a hand-written adjoint with every stage stored; in JavaScript in
 * one process and in C with the same flags.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../dist/compiler/index.js";
import { measure, table } from "./measure.mjs";

const sizes = [
  [16, 64],
  [64, 256],
];
const steps = 100;
const plans = (process.env.PLANS ?? "store-all").split(",");
/** `engine`, or `portable`: both sides then have tanh by the same table. */
const math = process.env.MATH ?? "engine";

const loops = `const z = vec(H);
    for (let i = 0; i < H; i++) {
      let sum = b1[i];
      for (let j = 0; j < D; j++) sum += W1[i][j] * y[j];
      z[i] = Math.tanh(sum);
    }
    const out = vec(D);
    for (let i = 0; i < D; i++) {
      let sum = b2[i];
      for (let j = 0; j < H; j++) sum += W2[i][j] * z[j];
      out[i] = sum;
    }
    return { y: out };`;
const library = `const z = matvec(W1, y).map((sum, i) => Math.tanh(sum + b1[i]));
    return { y: matvec(W2, z).map((sum, i) => sum + b2[i]) };`;

const model = (D, H, body) => `import { mat, matvec, normal, ode, vec } from "odegrad";

const D = ${D};
const H = ${H};

export const mlp = ode({
  state: { y: vec(D, normal(5, 0, 1)) },
  params: {
    W1: mat(H, D, normal(1, 0, ${1 / Math.sqrt(D)})),
    b1: vec(H, normal(2, 0, 0.1)),
    W2: mat(D, H, normal(3, 0, ${1 / Math.sqrt(H)})),
    b2: vec(D, normal(4, 0, 0.1)),
  },
  rhs: ({ y }, { W1, b1, W2, b2 }) => {
    ${body}
  },
  loss: { terminal: ({ y }) => y.reduce((sum, each) => sum + each * each, 0) },
  solver: { method: "rk4", t1: 1, steps: ${steps} },
});
`;

const largest = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

async function javascript(D, H) {
  const hand = await import(`./hand/mlp.mjs?D=${D}&H=${H}&steps=${steps}&math=${math}`);
  const candidates = { "hand-written gradient": () => hand.gradient(1) };
  const generated = {};
  for (const [name, body] of Object.entries({ loops, library })) {
    for (const adjoint of plans) {
      const { outputs, diagnostics } = compile(model(D, H, body), {
        file: "mlp.ode.ts",
        target: ["js"],
        adjoint,
        math,
      });
      if (outputs.length === 0) throw new Error(diagnostics.map((each) => each.message).join("\n"));
      const { text } = outputs.find((output) => output.name.endsWith(".js"));
      if (process.env.SHOW) console.log(text);
      const module = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
      generated[`generated, ${name}, ${adjoint}`] = module;
      candidates[`generated, ${name}, ${adjoint}`] = module.gradient;
      if (adjoint === plans[0]) candidates[`generated, ${name}, solve`] = module.solve;
    }
  }
  const [first] = Object.values(generated);
  const params = first.io.params;
  let offset = 0;
  for (const part of hand.io.params) {
    part.set(params.subarray(offset, offset + part.length));
    offset += part.length;
  }
  hand.io.start.set(first.io.state0);
  candidates["hand-written solve"] = () => hand.solve(1);
  const times = measure(candidates);
  console.log(table(`JavaScript, ${D}-${H}-${D}, rk4, ${steps} steps`, times, "hand-written gradient"));
  hand.gradient(1);
  const mine = Float64Array.from(hand.io.paramsBar.flatMap((part) => [...part]));
  const scale = largest(mine, new Float64Array(mine.length));
  for (const [name, { gradient, io }] of Object.entries(generated)) {
    gradient();
    console.log(`  ${name}: differs by ${(largest(mine, io.paramsBar) / scale).toExponential(1)}`);
  }
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

function c(compiler, D, H) {
  const folder = mkdtempSync(join(tmpdir(), "odegrad-bench-"));
  try {
    for (const [prefix, body] of Object.entries({ loops, lib: library })) {
      const { outputs } = compile(model(D, H, body), {
        file: "mlp.ode.ts",
        target: ["c"],
        prefix,
        adjoint: plans[0],
        math,
      });
      for (const output of outputs) writeFileSync(join(folder, output.name), output.text);
      if (process.env.KEEP)
        for (const output of outputs) writeFileSync(join(process.env.KEEP, output.name), output.text);
    }
    const sources = ["mlp.c", "mlp_harness.c"].map((name) => join(here, name));
    const made = ["loops.c", "lib.c"].map((name) => join(folder, name));
    const binary = join(folder, "bench");
    const macros = [
      `-DD=${D}`,
      `-DH=${H}`,
      `-DSTEPS=${steps}`,
      ...(math === "portable" ? ["-DTABLE_TANH"] : []),
    ];
    execFileSync(compiler, [
      ...flags,
      ...macros,
      "-I",
      folder,
      "-I",
      here,
      ...sources,
      ...made,
      "-lm",
      "-o",
      binary,
    ]);
    const [best, differences] = execFileSync(binary, { encoding: "utf8" }).trim().split("\n");
    const [hand, one, other, handSolve, solve] = best.trim().split(" ").map(Number);
    const times = {
      "hand-written gradient": hand,
      [`generated, loops, ${plans[0]}`]: one,
      [`generated, library, ${plans[0]}`]: other,
      "hand-written solve": handSolve,
      "generated, loops, solve": solve,
    };
    console.log(
      table(`C, ${compiler} ${flags.slice(1, 4).join(" ")}, ${D}-${H}-${D}`, times, "hand-written gradient"),
    );
    console.log(`  differ by ${differences}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const [D, H] of sizes) {
  if (!process.env.ONLY_C) await javascript(D, H);
  c("cc", D, H);
}
