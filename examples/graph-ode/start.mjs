// Zachary's karate club, trained four ways by one model: with plain loops; on an ideal crossbar, which is the same to the bit; on
// a noisy one, whose weights are trained in the array, by pulses, with gradients that it computes itself; and on the same
// noisy one with the backward pass in software, on the weights that were wanted instead of those that are there.
// SEEDS=10 node start.mjs   trains from ten starts and prints a table.

import * as fs from "node:fs";
import { compile } from "odegrad/compiler";
import { crossbar, idealDevice } from "odegrad/crossbar";
import { graphSvg, plotSvg } from "odegrad/plot";

const here = (name) => new URL(name, import.meta.url);
const file = "graph-ode.ode.ts";
const iterations = Number(process.env.ITERATIONS ?? 100);
const seeds = Number(process.env.SEEDS ?? 1);
const { edges, faction } = JSON.parse(fs.readFileSync(here("karate.json"), "utf8"));
const host = {
  read: (path) => (path.endsWith(".json") ? fs.readFileSync(here("karate.json"), "utf8") : undefined),
};
const { outputs, diagnostics } = compile(fs.readFileSync(here(file), "utf8"), {
  file,
  target: ["js", "crossbar"],
  host,
});
for (const { code, message } of diagnostics) console.error(`${code}: ${message}`);
const textOf = (end) => outputs.find(({ name }) => name.endsWith(end)).text;
const load = (text) => import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
const plain = await load(textOf("graph-ode.js"));
const mapped = await load(textOf(".crossbar.js"));

// Cells of 10 to 100 kOhm with 1 % programming error, 1 % noise of every read, wires of 0.35 Ohm a cell, one cell in a hundred
// stuck, converters of 8 bits, and updates by pulses.
const real = {
  programmingNoise: "constant",
  programmingError: 0.01,
  readNoise: "proportional",
  readNoiseLevel: 0.01,
  wires: true,
  stuck: true,
  stuckLow: 0.005,
  stuckHigh: 0.005,
  converters: true,
  weightMargin: 2,
  update: "pulses",
};

const ways = {
  "plain loops": { module: plain },
  "ideal crossbar": { module: mapped, device: () => idealDevice({ scaleTransposed: true }) },
  "noisy crossbar, gradient by itself": {
    module: mapped,
    device: (seed) => crossbar({ ...real, seed }),
    inPlace: true,
  },
  "noisy crossbar, backward in software": {
    module: mapped,
    device: (seed) => crossbar({ ...real, seed, transposedRead: "digital" }),
    inPlace: true,
  },
};

/** Numbers between -1 and 1 from a seed. */
function numbersFrom(seed) {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** The start of a seed: near diffusion, with scores of the sides at random. */
function start({ io, meta }, seed) {
  const next = numbersFrom(seed);
  for (const { name, offset, shape } of meta.params.leaves) {
    const size = shape.reduce((a, b) => a * b, 1);
    for (let i = 0; i < size; i++) {
      const value = next();
      const diagonal = Math.floor(i / shape[1]) === i % shape[1] ? 1 : 0;
      io.params[offset + i] = name === "W" ? diagonal + 0.3 * value : name === "V" ? 0.5 * value : 0;
    }
  }
}

/** Trains; the loss of every iteration, and what is said of each member at the end. */
function train({ module, device, inPlace = false }, seed) {
  const { io, meta } = module;
  start(module, seed);
  const used = device?.(seed);
  if (used !== undefined) module.connect(used);
  const inArray = new Set(inPlace ? ["W", "V"] : []);
  const digital = meta.params.leaves.filter(({ name }) => !inArray.has(name));
  const [first, second] = [new Float64Array(io.params.length), new Float64Array(io.params.length)];
  const losses = [];
  for (let k = 1; k <= iterations; k++) {
    if (module.gradient() !== module.status.ok)
      throw new Error(`iteration ${k} ended with status ${module.gradient()}`);
    losses.push(io.value[0]);
    if (process.stderr.isTTY)
      process.stderr.write(`\r  ${k} of ${iterations}, loss ${io.value[0].toFixed(4)} `);
    // Adam in digital memory; in the array a step down the gradient.
    for (const { offset, shape } of digital)
      for (let i = offset; i < offset + shape.reduce((a, b) => a * b, 1); i++) {
        const bar = io.paramsBar[i];
        first[i] = 0.9 * first[i] + 0.1 * bar;
        second[i] = 0.999 * second[i] + 0.001 * bar * bar;
        const size = Math.sqrt(second[i] / (1 - 0.999 ** k)) + 1e-8;
        io.params[i] -= (0.02 * (first[i] / (1 - 0.9 ** k))) / size;
      }
    if (inPlace) module.update(0.05);
  }
  module.solve();
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const side = [...io.outputs];
  const right = side.filter((value, i) => value > 0 === (faction[i] === 1)).length;
  return { losses, side, right, report: used?.report() };
}

/** Places of the nodes: friends pull, all push; the same every time. */
function places() {
  const count = faction.length;
  const at = faction.map((_, i) => [
    Math.cos((2 * Math.PI * i) / count),
    Math.sin((2 * Math.PI * i) / count),
  ]);
  for (let step = 0; step < 400; step++) {
    const force = at.map(() => [0, 0]);
    const push = (i, j, strength) => {
      const [x, y] = [at[i][0] - at[j][0], at[i][1] - at[j][1]];
      const far = Math.hypot(x, y) + 1e-9;
      force[i][0] += (strength(far) * x) / far;
      force[i][1] += (strength(far) * y) / far;
    };
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) if (i !== j) push(i, j, (far) => 0.05 / far);
    for (const [i, j] of edges) {
      push(i, j, (far) => -far * far);
      push(j, i, (far) => -far * far);
    }
    const heat = 0.1 * (1 - step / 400);
    at.forEach((place, i) => {
      const long = Math.hypot(...force[i]) + 1e-9;
      place[0] += (force[i][0] / long) * Math.min(heat, long);
      place[1] += (force[i][1] / long) * Math.min(heat, long);
    });
  }
  return at;
}

const table = [];
let shown;
for (let seed = 1; seed <= seeds; seed++) {
  const found = Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, train(way, seed)]));
  shown ??= found;
  table.push(Object.values(found).map(({ right }) => right));
}

for (const [w, name] of Object.keys(ways).entries()) {
  const counts = table.map((row) => row[w]);
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const { losses } = shown[name];
  const all = seeds === 1 ? "" : `  (${counts.join(" ")}, mean ${mean.toFixed(1)})`;
  console.log(
    `${name.padEnd(38)} ${counts[0]} of ${faction.length} right, loss ${losses[0].toFixed(4)} -> ${losses.at(-1).toFixed(4)}${all}`,
  );
}
const same = shown["plain loops"].losses.every((loss, i) => loss === shown["ideal crossbar"].losses[i]);
console.log(
  `ideal crossbar and plain loops: ${same ? "the same bits in every iteration" : "NOT the same bits"}`,
);
const { report } = shown["noisy crossbar, gradient by itself"];
console.log(
  `noisy crossbar: ${report.tiles} tiles, ${report.forwardReads} reads forward, ${report.transposedReads} transposed, ` +
    `${report.pulses} pulses, at most ${report.mostPulses} on one cell, ${(1e6 * report.energy.total).toFixed(1)} uJ, ${(1e3 * report.time.total).toFixed(1)} ms`,
);

const at = places();
fs.writeFileSync(
  here("communities.svg"),
  graphSvg({
    x: at.map(([x]) => x),
    y: at.map(([, y]) => y),
    group: shown["noisy crossbar, gradient by itself"].side.map((value) => (value > 0 ? 1 : 0)),
    truth: faction,
    marked: [0, 33],
    edges,
    title: "Karate club: sides told from two labels by a noisy crossbar",
  }),
);
fs.writeFileSync(
  here("training.svg"),
  plotSvg(
    Object.entries(shown).map(([name, { losses }]) => ({
      name,
      kind: "line",
      x: losses.map((_, k) => k + 1),
      y: losses,
    })),
    { title: "Karate club: training", xLabel: "iteration", yLabel: "loss" },
  ),
);
console.log("wrote communities.svg and training.svg");
