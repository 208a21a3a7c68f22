/**
 * Lotka–Volterra, classical Runge–Kutta, 1000 steps: the generated gradient against a hand-written adjoint, in
 * JavaScript in one process and in C with the same flags.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../dist/compiler/index.js";
import { handWritten } from "./hand/lotka-volterra.mjs";
import { measure, table } from "./measure.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const file = join(here, "../examples/lotka-volterra/lotka-volterra.ode.ts");
const source = readFileSync(file, "utf8");
const question = { method: "rk4", steps: 1000, t1: 10 };

async function javascript() {
  const result = compile(source, { file, target: ["js"], ...question });
  const text = result.outputs.find((output) => output.name.endsWith(".js")).text;
  const generated = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
  const hand = handWritten(1000);
  const run = () => hand(30, 4, 0.55, 0.028, 0.8, 0.024, 10, 1000);
  const times = measure({
    "hand-written gradient": run,
    "generated gradient": generated.gradient,
    "generated solve": generated.solve,
  });
  console.log(table("JavaScript, rk4, 1000 steps", times, "hand-written gradient"));
  const mine = run();
  generated.gradient();
  console.log(
    `  values ${mine[0]} ${generated.io.value[0]}; alpha_bar ${mine[3]} ${generated.io.paramsBar[0]}`,
  );
  return times["generated gradient"] / times["hand-written gradient"];
}

async function c() {
  const flags = [
    "-std=c99",
    "-O3",
    "-march=native",
    "-fno-math-errno",
    "-ffp-contract=off",
    "-D_POSIX_C_SOURCE=199309L",
  ];
  const result = compile(source, { file, target: ["c"], prefix: "lv", ...question });
  const folder = mkdtempSync(join(tmpdir(), "odegrad-bench-"));
  try {
    for (const output of result.outputs) writeFileSync(join(folder, output.name), output.text);
    const binary = join(folder, "bench");
    execFileSync("cc", [
      ...flags,
      "-I",
      folder,
      join(here, "hand/harness.c"),
      join(here, "hand/lotka-volterra.c"),
      join(folder, "lv.c"),
      "-lm",
      "-o",
      binary,
    ]);
    const [best, ...values] = execFileSync(binary, { encoding: "utf8" }).trim().split("\n");
    const [hand, gradient, solve] = best.split(" ").map(Number);
    const times = { "hand-written gradient": hand, "generated gradient": gradient, "generated solve": solve };
    console.log(table(`C, ${flags.slice(1, 5).join(" ")}`, times, "hand-written gradient"));
    console.log(`  ${values.join("\n  ")}`);
    return gradient / hand;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await javascript();
await c();
