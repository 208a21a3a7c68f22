// Fits the flow to two moons and reports the likelihood: compiles it for a batch, so that the samples share the network,
// trains, and draws the density that was learned. Run: node examples/two-moons/start.mjs

import * as fs from "node:fs";
import { compile } from "odegrad/compiler";
import { lbfgs } from "odegrad/optimisers";
import { heatMapSvg } from "odegrad/plot";

const here = (name) => new URL(name, import.meta.url);
const source = fs.readFileSync(here("two-moons.ode.ts"), "utf8");

async function load(batch) {
  const { outputs, diagnostics } = compile(source, { file: "two-moons.ode.ts", target: ["js"], batch });
  if (outputs.length === 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return import(`data:text/javascript;base64,${Buffer.from(outputs[0].text).toString("base64")}`);
}

/** Two half circles of radius 1 with a little noise, the same on every machine. */
function moons(count, seed) {
  let word = seed >>> 0;
  const next = () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return word / 2 ** 32;
  };
  const noise = () => 0.1 * (next() + next() + next() + next() - 2) * Math.sqrt(3);
  return Array.from({ length: count }, (_, k) => {
    const angle = Math.PI * next();
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    return k % 2 === 0 ? [x + noise(), y + noise()] : [1 - x + noise(), 0.5 - y + noise()];
  });
}

/** Every sample starts at its point with no spread. */
const place = ({ io }, points) => io.state0.set(points.flatMap(([x, y]) => [x, y, 0]));

const count = 256;
const began = performance.now();
const [train, test] = [moons(count, 1), moons(count, 2)];
const model = await load(count);
const { io } = model;
place(model, train);
const objective = (x, gradient) => {
  io.params.set(x);
  if (model.gradient() !== 0) return Number.POSITIVE_INFINITY;
  gradient.set(io.paramsBar.map((bar) => bar / count));
  return io.value[0] / count;
};
const likelihood = (points) => {
  place(model, points);
  return model.solve() === 0 ? -io.value[0] / count : Number.NaN;
};
const before = likelihood(test);
place(model, train);
const iterations = Number(process.env.ITERATIONS ?? 150);
const found = lbfgs(objective, io.params.slice(), {
  iterations,
  history: 20,
  onIteration: ({ iteration, value }) => {
    if (process.stderr.isTTY && iteration % 10 === 0)
      process.stderr.write(`\r${iteration}/${iterations}  mean log-likelihood ${(-value).toFixed(4)}`);
  },
});
if (process.stderr.isTTY) process.stderr.write("\n");
io.params.set(found.x);
const [known, held] = [likelihood(train), likelihood(test)];

// The density on a grid, a batch of its points at a time.
const n = 64;
const grid = Array.from({ length: n * n }, (_, k) => [
  -1.6 + (4.2 * (k % n)) / (n - 1),
  -1.1 + (2.7 * Math.floor(k / n)) / (n - 1),
]);
const density = new Float64Array(n * n);
const single = await load(1);
single.io.params.set(found.x);
grid.forEach((point, k) => {
  place(single, [point]);
  single.solve();
  density[k] = Math.exp(-single.io.value[0]);
});
fs.writeFileSync(
  here("density.svg"),
  heatMapSvg({
    x: [-1.6, 2.6],
    y: [-1.1, 1.6],
    columns: n,
    rows: n,
    values: density,
    title: "density of the flow",
  }),
);
const mass = (density.reduce((sum, each) => sum + each, 0) * (4.2 * 2.7)) / (n - 1) ** 2;
const seconds = (performance.now() - began) / 1000;
console.log(
  `mean log-likelihood ${known.toFixed(3)} of the data, ${held.toFixed(3)} of points it has not seen (before ${before.toFixed(3)}), mass on the grid ${mass.toFixed(3)}; ${seconds.toFixed(1)} s`,
);
console.log("wrote density.svg");
