// Trains the graph neural ODE on Cora from five seeds, two at a time, keeps of each the epoch that is best on the validation
// papers, and then asks the test papers, once. Run: node examples/cora/start.mjs

import * as fs from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { uniform, vec } from "odegrad";
import { compile } from "odegrad/compiler";
import { adam } from "odegrad/optimisers";
import { plotSvg } from "odegrad/plot";

const here = (name) => new URL(name, import.meta.url);
const cora = JSON.parse(fs.readFileSync(here("cora.json"), "utf8"));
const epochs = Number(process.env.ITERATIONS ?? 120);
const seeds = [1, 2, 3, 4, 5];

/** Share of the papers whose field has the highest score, and their mean cross-entropy. */
function judge(scores, papers) {
  let right = 0;
  let loss = 0;
  for (const i of papers) {
    const own = scores.subarray(i * cora.classes, (i + 1) * cora.classes);
    const most = Math.max(...own);
    if (own.indexOf(most) === cora.label[i]) right++;
    loss += most + Math.log(own.reduce((sum, each) => sum + Math.exp(each - most), 0)) - own[cora.label[i]];
  }
  return { accuracy: right / papers.length, loss: loss / papers.length };
}

/** Trains from one seed, reporting every epoch. */
function train({ solve, gradient, io, meta }, seed, report) {
  // The usual start of a layer (Glorot and Bengio 2010); the field starts as the model says.
  ["encoder", "decoder.W"].forEach((name, k) => {
    const { offset, shape } = meta.params.leaves.find((leaf) => leaf.name === name);
    const bound = Math.sqrt(6 / (shape[0] + shape[1]));
    io.params.set(vec(shape[0] * shape[1], uniform(2 * seed + k, -bound, bound)), offset);
  });
  const objective = (x, bar) => {
    io.params.set(x);
    if (gradient() !== 0) return Number.NaN;
    bar.set(io.paramsBar);
    return io.value[0];
  };
  let best;
  const { status } = adam(objective, io.params.slice(), {
    learningRate: 0.02,
    iterations: epochs,
    onIteration: ({ iteration }) => {
      solve();
      const [seen, held] = [judge(io.outputs, cora.train), judge(io.outputs, cora.validation)];
      if (best === undefined || held.loss < best.loss)
        best = { ...held, epoch: iteration, scores: io.outputs.slice() };
      report({ iteration, seen, held });
    },
  });
  if (status !== "iteration limit") throw new Error(`seed ${seed}: ${status}`);
  return { epoch: best.epoch, validation: best.accuracy, test: judge(best.scores, cora.test).accuracy };
}

async function work({ text, share }) {
  const model = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
  for (const seed of share) {
    const result = train(model, seed, (progress) => parentPort.postMessage({ seed, progress }));
    parentPort.postMessage({ seed, result });
  }
}

async function main() {
  const began = performance.now();
  const { outputs, diagnostics, plan } = compile(fs.readFileSync(here("cora.ode.ts"), "utf8"), {
    file: new URL("cora.ode.ts", import.meta.url).pathname,
    host: { read: (file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined) },
  });
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const seconds = () => (performance.now() - began) / 1000;
  console.log(
    `compiled in ${seconds().toFixed(1)} s: ${plan.steps} ${plan.method} steps of ${cora.nodes} papers, ${cora.edges.length} citations`,
  );

  const curves = seeds.map(() => []);
  const results = [];
  const draw = () => {
    if (!process.stderr.isTTY) return;
    const done = curves.reduce((sum, { length }) => sum + length, 0) / (seeds.length * (epochs + 1));
    const full = Math.round(24 * done);
    const held = curves.map((curve) => (curve.at(-1) ? curve.at(-1).held.accuracy.toFixed(3) : "–"));
    process.stderr.write(
      `\r\x1b[K${"█".repeat(full)}${"░".repeat(24 - full)} right on validation ${held.join("  ")}  ${seconds().toFixed(0)} s`,
    );
  };
  const halves = [seeds.filter((_, k) => k % 2 === 0), seeds.filter((_, k) => k % 2 === 1)];
  const workers = halves.map(
    (share) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), {
          workerData: { text: outputs[0].text, share },
        });
        worker.on("message", ({ seed, progress, result }) => {
          const k = seeds.indexOf(seed);
          if (progress) curves[k].push(progress);
          else results[k] = result;
          draw();
        });
        worker.on("error", reject);
        worker.on("exit", resolve);
      }),
  );
  await Promise.all(workers);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

  console.log("seed   epoch   validation   test");
  results.forEach(({ epoch, validation, test }, k) => {
    const shares = [validation, test].map((share) => `${(100 * share).toFixed(1)} %`);
    console.log(
      `${seeds[k]}`.padStart(4) + `${epoch}`.padStart(8) + shares[0].padStart(13) + shares[1].padStart(9),
    );
  });
  const tests = results.map(({ test }) => 100 * test);
  const mean = tests.reduce((sum, test) => sum + test, 0) / tests.length;
  const spread = Math.sqrt(tests.reduce((sum, test) => sum + (test - mean) ** 2, 0) / (tests.length - 1));
  console.log(
    `test accuracy ${mean.toFixed(2)} % (mean of ${seeds.length} seeds, standard deviation ${spread.toFixed(2)}), ${seconds().toFixed(1)} s in all`,
  );

  const epoch = curves[0].map(({ iteration }) => iteration);
  const average = (of) =>
    epoch.map((_, e) => curves.reduce((sum, curve) => sum + of(curve[e]), 0) / curves.length);
  const series = [
    { name: "training accuracy", y: average(({ seen }) => seen.accuracy) },
    { name: "validation accuracy", y: average(({ held }) => held.accuracy) },
    { name: "training cross-entropy", y: average(({ seen }) => seen.loss) },
    { name: "validation cross-entropy", y: average(({ held }) => held.loss) },
  ].map((one) => ({ ...one, kind: "line", x: epoch }));
  fs.writeFileSync(
    here("learning.svg"),
    plotSvg(series, { title: "Cora: mean of five seeds", xLabel: "epoch" }),
  );
  console.log("wrote learning.svg");
}

if (isMainThread) await main();
else await work(workerData);
