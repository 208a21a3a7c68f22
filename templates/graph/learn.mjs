// Finds where the heat was, from where it is at t = 1.
import { lbfgs } from "odegrad/optimisers";
import { heat } from "./heat.ode.ts";

const truth = Float64Array.of(4, 0, 0, 0, 0, 0, 2, 0);
const measured = heat.simulate({ state: { x: truth } }).state.x[0];

const found = lbfgs(
  (x, gradient) => {
    const answer = heat.valueAndGradient({ state: { x }, data: { measured } });
    gradient.set(answer.gradient.state.x);
    return answer.value;
  },
  new Float64Array(truth.length),
  { gradientTolerance: 1e-12 },
);
console.log(`found   ${[...found.x].map((each) => each.toFixed(4)).join("  ")}`);
console.log(`truth   ${[...truth].map((each) => each.toFixed(4)).join("  ")}`);
console.log(`after ${found.iteration} iterations`);
