/** The long texts of the diagnostics in `build-messages.ts`, for `odegrad explain`. */

import type { Explanation } from "./command-explanations.ts";

const say = (title: string, cause: string, example: string, fix: string): Explanation => ({
  title,
  cause,
  example,
  fix,
});

export const buildExplanations: Readonly<Record<string, Explanation>> = {
  ODE5030: say(
    "a model declared in a function",
    "A bundler plugin puts generated code where `ode({...})` stands. In a function the same text makes a model at every call, and code for the numbers of one call would be wrong for the others.",
    "const chain = (n: number) => ode({ state: { x: vec(n) }, … });\nexport const short = chain(3);",
    "Write the declaration at the top level: `export const short = ode({ state: { x: vec(3) }, … })`. Functions may make its parts: leaves, constants, the right-hand side.",
  ),
  ODE5031: say(
    "a batch in a compiled object",
    "With `batch` the state and the data of every sample are entries of a list. The object of the declaration speaks of one sample, so there is no place for the list.",
    "odegrad({ batch: 32 })      # options of a bundler plugin",
    "Leave `batch` out, or run `odegrad compile --batch 32` and import the generated module.",
  ),
};
