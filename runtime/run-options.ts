/** The options of one run of a model: which there are. */
import { nearest } from "./nearest.ts";
import { refuse } from "./refuse.ts";

/** What a run puts in the place of the model's own numbers. */
export const values = ["state", "params", "inputs", "data", "times"] as const;

/** How it is solved. */
const settings = [
  ...["method", "t0", "t1", "steps", "dt", "rtol", "atol", "maxSteps", "adjoint", "checkpoints", "ram"],
  ...["wrt", "start", "order"],
];

/** @throws RangeError when an option is given that no run has */
export function checkOptions(given: object, known: readonly string[] = [...values, ...settings]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const close = nearest(name, known);
    refuse(
      `there is no option ${name}${close === undefined ? `, only ${known.join(", ")}` : `: did you mean ${close}?`}`,
    );
  }
}
