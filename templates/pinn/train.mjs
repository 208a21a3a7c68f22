// Trains the network on 24 points, and compares it with the solution.
import { lbfgs } from "odegrad/optimisers";
import { residual, solution } from "./poisson.ode.ts";

const points = Array.from({ length: 24 }, (_, i) => Float64Array.of((i + 0.5) / 24));
const names = ["w", "b", "out"];
const { params: start } = residual.declaration;
const flat = (params) => Float64Array.from(names.flatMap((name) => [...params[name]]));
const record = (x) =>
  Object.fromEntries(
    names.map((name, i) => [name, x.subarray(i * start.w.length, (i + 1) * start.w.length)]),
  );

const found = lbfgs(
  (x, gradient) => {
    const answer = residual.valueAndGradient({ params: record(x), points });
    gradient.set(flat(answer.gradient.params));
    return answer.value;
  },
  flat(start),
  { iterations: 300 },
);

const params = record(found.x);
const error = Math.max(
  ...points.map((x) => Math.abs(solution.value(x, { params }) - Math.sin(Math.PI * x[0]))),
);
console.log(
  `mean square of the residual ${found.value.toExponential(2)} after ${found.iteration} iterations`,
);
console.log(`largest error of the solution ${error.toExponential(2)}`);
