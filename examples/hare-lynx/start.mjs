// The whole way of this example, from the library: compile the model, fit it, show data and fit, write what came out.
// `npm start` runs it; nothing here is special to this model but the names.

import * as fs from "node:fs";
import { compile } from "odegrad/compiler";
import { lbfgs } from "odegrad/optimisers";
import { plotSvg, plotTerminal } from "odegrad/plot";

const here = (name) => new URL(name, import.meta.url);
const began = performance.now();

// 1. Compile.
const source = fs.readFileSync(here("hare-lynx.ode.ts"), "utf8");
const { outputs, diagnostics, plan } = compile(source, { file: "hare-lynx.ode.ts", target: ["js", "c"] });
for (const { code, message } of diagnostics) console.error(`${code}: ${message}`);
if (plan === undefined) process.exit(1);
fs.mkdirSync(here("generated/"), { recursive: true });
for (const { name, text } of outputs) fs.writeFileSync(here(`generated/${name}`), text);
const model = await import(here("generated/hare-lynx.js").href);
console.log(
  `compiled in ${(performance.now() - began).toFixed(0)} ms to ${outputs.map((each) => each.name).join(", ")}`,
);

// 2. Read the data: pelts in thousands, 1900 to 1920.
const rows = fs
  .readFileSync(here("hare-lynx.csv"), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number));
const species = ["hare", "lynx"];
species.forEach((name, i) => {
  model.io.data.set(
    rows.map((row) => row[i + 1]),
    model.meta.data.leaves.find((leaf) => leaf.name === name).offset,
  );
});

// 3. Fit. Each variable is divided by its size at the start, so that all of them move alike.
const { io } = model;
const start = [...io.params, ...io.state0];
const place = (x) => {
  io.params.set(io.params.map((_, i) => x[i] * start[i]));
  io.state0.set(io.state0.map((_, i) => x[i + io.params.length] * start[i + io.params.length]));
};
const objective = (x, gradient) => {
  place(x);
  if (model.gradient() !== 0) return Number.POSITIVE_INFINITY;
  [...io.paramsBar, ...io.state0Bar].forEach((bar, i) => {
    gradient[i] = bar * start[i];
  });
  return io.value[0];
};
let first = 0;
const bar = ({ iteration, value, gradientNorm }) => {
  if (iteration === 0) first = gradientNorm;
  if (!process.stderr.isTTY) return;
  // How much of the way from the first gradient down to 1e-8 of it is done, counted in digits.
  const share = Math.min(1, Math.max(0, Math.log10(first / gradientNorm) / 8));
  const full = Math.round(24 * share);
  process.stderr.write(
    `\r\x1b[K${"█".repeat(full)}${"░".repeat(24 - full)} iteration ${iteration}, sum of squares ${value.toFixed(9)}`,
  );
};
const fitted = lbfgs(
  objective,
  start.map(() => 1),
  { onIteration: bar },
);
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
place(fitted.x);
console.log(
  `fitted in ${fitted.iteration} iterations, ${fitted.evaluations} gradients of ${plan.steps} ${plan.method} steps\n`,
);

// 4. Compare with the optimum that an independent solver found.
const known = {
  alpha: "0.5401590",
  beta: "0.02716536",
  gamma: "0.7963861",
  delta: "0.02369464",
  "hare(0)": "34.60242",
  "lynx(0)": "5.844506",
  "sum of squares": "2.018661155",
};
const found = [...io.params, ...io.state0, fitted.value];
console.log(`${"".padEnd(16)}${"fitted".padStart(14)}${"known".padStart(14)}${"difference".padStart(12)}`);
Object.entries(known).forEach(([name, value], i) => {
  const difference = Math.abs(found[i] / Number(value) - 1).toExponential(0);
  console.log(
    `${name.padEnd(16)}${found[i].toPrecision(9).padStart(14)}${value.padStart(14)}${difference.padStart(12)}`,
  );
});
console.log();

// 5. Draw. The observation times are run-time inputs, so the same module gives the curve between the years as well:
// five windows of four years with 21 times each.
const years = rows.map(([year]) => year);
const curve = [];
for (let window = 0; window < 5; window++) {
  io.times.set(years.map((_, k) => 4 * window + k / 5));
  model.solve();
  io.times.forEach((t, k) => {
    curve.push([t, io.states[2 * k], io.states[2 * k + 1]]);
  });
}
const series = species.flatMap((name, i) => [
  { name, kind: "line", x: curve.map(([t]) => 1900 + t), y: curve.map((point) => point[i + 1]) },
  { name, kind: "points", x: years, y: rows.map((row) => row[i + 1]) },
]);
const title = "Hare and lynx, thousands of pelts: data and fit";
console.log(
  plotTerminal(series, { title, xLabel: "year", colour: process.stdout.isTTY && !process.env.NO_COLOR }),
);
fs.writeFileSync(
  here("generated/hare-lynx.svg"),
  plotSvg(series, { title, xLabel: "year", yLabel: "pelts (thousands)" }),
);
console.log(
  `wrote examples/hare-lynx/generated/: hare-lynx.svg, ${outputs.map((each) => each.name).join(", ")}`,
);
console.log(`${((performance.now() - began) / 1000).toFixed(1)} s in all`);
