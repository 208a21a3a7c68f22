// Solves Poisson's equation by training, from the library: compiles the residual, trains on a grid of inner points, and
// draws the solution and its error. Run: node examples/poisson/start.mjs

import * as fs from "node:fs";
import { compile } from "odegrad/compiler";
import { lbfgs } from "odegrad/optimisers";
import { heatMapSvg } from "odegrad/plot";

const here = (name) => new URL(name, import.meta.url);
const source = fs.readFileSync(here("poisson.ode.ts"), "utf8");

/** A field of the file, for a number of points at once. */
async function load(model, batch) {
  const { outputs, diagnostics } = compile(source, { file: "poisson.ode.ts", target: ["js"], model, batch });
  if (outputs.length === 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return import(`data:text/javascript;base64,${Buffer.from(outputs[0].text).toString("base64")}`);
}

/** Points of a square grid: inner ones, or up to the border. */
const grid = (n, inner) =>
  Array.from({ length: n * n }, (_, k) =>
    [k % n, Math.floor(k / n)].map((i) => (inner ? (i + 0.5) / n : i / (n - 1))),
  );
const place = ({ io }, points) => io.data.set(points.flat());

const side = 12;
const began = performance.now();
const residual = await load("residual", side * side);
place(residual, grid(side, true));
const { io } = residual;
const objective = (x, gradient) => {
  io.params.set(x);
  if (residual.gradient() !== 0) return Number.POSITIVE_INFINITY;
  gradient.set(io.paramsBar);
  return io.value[0];
};
const iterations = Number(process.env.ITERATIONS ?? 600);
const found = lbfgs(objective, io.params.slice(), {
  iterations,
  history: 30,
  onIteration: ({ iteration, value }) => {
    if (process.stderr.isTTY && iteration % 20 === 0)
      process.stderr.write(
        `\r${iteration}/${iterations}  mean square of the residual ${value.toExponential(2)}`,
      );
  },
});
if (process.stderr.isTTY) process.stderr.write("\n");

const n = 41;
const points = grid(n, false);
const values = await Promise.all(
  ["solution", "error"].map(async (name) => {
    const field = await load(name, n * n);
    place(field, points);
    field.io.params.set(found.x);
    field.evaluate();
    return Float64Array.from(field.io.outputs);
  }),
);
const [solution, error] = values;
const norm = (list) => Math.sqrt(list.reduce((sum, each) => sum + each * each, 0));
const exact = solution.map((each, k) => each - error[k]);
const relative = norm(error) / norm(exact);
for (const [name, data] of [
  ["solution", solution],
  ["error", error],
]) {
  const picture = { x: [0, 1], y: [0, 1], columns: n, rows: n, values: data };
  fs.writeFileSync(here(`${name}.svg`), heatMapSvg({ ...picture, title: name, xLabel: "x", yLabel: "y" }));
}
const seconds = (performance.now() - began) / 1000;
console.log(
  `relative error ${relative.toExponential(2)} after ${found.iteration} iterations, ${seconds.toFixed(1)} s`,
);
console.log("wrote solution.svg and error.svg");
if (!(relative < 1e-3) && process.env.ITERATIONS === undefined) process.exit(1);
