// Learns the energy of a pendulum from 30 short pieces of its motions, then follows one motion for fifty times as long and
// compares the energy along the way with the real one. Run: node examples/hamiltonian-network/start.mjs

import * as fs from "node:fs";
import { compile } from "odegrad/compiler";
import { lbfgs } from "odegrad/optimisers";
import { plotSvg } from "odegrad/plot";

const here = (name) => new URL(name, import.meta.url);
const file = "hamiltonian-network.ode.ts";
const source = fs.readFileSync(here(file), "utf8");

async function load(text, options) {
  const { outputs, diagnostics } = compile(text, { file, target: ["js"], ...options });
  if (outputs.length === 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return import(`data:text/javascript;base64,${Buffer.from(outputs[0].text).toString("base64")}`);
}

/** q' = p, p' = −sin q: the classical method with steps of a thousandth. */
function motion(q, p, times) {
  const h = 1e-3;
  const f = ([a, b]) => [b, -Math.sin(a)];
  const moved = ([a, b], [c, d], by) => [a + by * c, b + by * d];
  let x = [q, p];
  let n = 0;
  return times.map((time) => {
    for (; n < Math.round(time / h); n++) {
      const k1 = f(x);
      const k2 = f(moved(x, k1, h / 2));
      const k3 = f(moved(x, k2, h / 2));
      const k4 = f(moved(x, k3, h));
      x = x.map((each, i) => each + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
    }
    return x;
  });
}
const realEnergy = (q, p) => (p * p) / 2 - Math.cos(q);

const began = performance.now();
const starts = [-2.2, -1.3, -0.4, 0.4, 1.3, 2.2].flatMap((q) => [-1.4, -0.7, 0, 0.7, 1.4].map((p) => [q, p]));
const model = await load(source, { batch: starts.length });
const { io } = model;
const times = [...io.times];
io.state0.set(starts.flat());
io.data.set(starts.flatMap(([q, p]) => motion(q, p, times).flat()));
const objective = (x, gradient) => {
  io.params.set(x);
  if (model.gradient() !== 0) return Number.POSITIVE_INFINITY;
  gradient.set(io.paramsBar);
  return io.value[0];
};
const iterations = Number(process.env.ITERATIONS ?? 400);
const found = lbfgs(objective, io.params.slice(), {
  iterations,
  history: 20,
  onIteration: ({ iteration, value }) => {
    if (process.stderr.isTTY && iteration % 10 === 0)
      process.stderr.write(`\r${iteration}/${iterations}  sum of squares ${value.toExponential(3)}`);
  },
});
if (process.stderr.isTTY) process.stderr.write("\n");

// A motion that was not among them, for ten times as long, with steps that keep energies.
const [q, p] = [1.7, 0];
const end = 60;
const long = source
  .replace(/times: \[[^\]]*\]/, `times: [${Array.from({ length: 240 }, (_, k) => (k + 1) / 4).join(", ")}]`)
  .replace("const points = 8", "const points = 240");
const learned = await load(long, { method: "gauss2", t1: end, steps: 1200 });
learned.io.params.set(found.x);
learned.io.state0.set([q, p]);
if (learned.solve() !== 0) throw new Error("the learned motion did not come to its end");
const seen = Array.from({ length: 240 }, (_, k) => [learned.io.states[2 * k], learned.io.states[2 * k + 1]]);
const at = [...learned.io.times];
const truth = motion(q, p, at);
const energies = seen.map(([a, b]) => realEnergy(a, b));
const drift = Math.max(...energies.map((each) => Math.abs(each - realEnergy(q, p))));
const own = [...learned.io.outputs];
const ownDrift = Math.max(...own.map((each) => Math.abs(each - own[0])));
const apart = Math.max(...seen.map(([a], k) => Math.abs(a - truth[k][0])));
fs.writeFileSync(
  here("motion.svg"),
  plotSvg(
    [
      { name: "learned", kind: "line", x: at, y: seen.map(([a]) => a) },
      { name: "pendulum", kind: "line", x: at, y: truth.map(([a]) => a) },
    ],
    { title: "angle of a motion it has not seen", xLabel: "t" },
  ),
);
const seconds = (performance.now() - began) / 1000;
console.log(
  `sum of squares ${found.value.toExponential(2)} after ${found.iteration} iterations; over ${end} time units the learned energy moves by ${ownDrift.toExponential(1)}, the real one along it by ${drift.toExponential(1)}, the angle is off by ${apart.toExponential(1)}; ${seconds.toFixed(1)} s`,
);
console.log("wrote motion.svg");
