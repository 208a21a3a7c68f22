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
  ODE5032: say(
    "configuration that cannot be used",
    "The configuration is no record of options, has a key that does not exist or a value that the option does not take, or fails when it runs.",
    "export default defineConfig({ stesp: 100 });      # odegrad.config.ts",
    "Every key is the flag of the same name without its dashes; `odegrad build --help` lists them.",
  ),
  ODE5033: say(
    "several configurations",
    "Two files, or a file and `odegrad` in package.json, say how this folder is built. Taking one silently would ignore the other.",
    "odegrad.config.ts, odegrad.config.json",
    "Keep one of them, or name the one that is meant with `--config FILE`.",
  ),
  ODE5034: say(
    "configuration that is code",
    "A configuration in TypeScript or JavaScript is run by Node with all rights of the user. `--safe-config` refuses to, for folders of strangers.",
    "odegrad build --safe-config      # beside odegrad.config.ts",
    "Write the options as odegrad.config.json or into package.json.",
  ),
  ODE5035: say(
    "generated files out of date",
    "`build --check` generated every file again and compared: the ones that are named differ, are missing, or are left over from a model that is gone.",
    "odegrad build --check",
    "Run the build and commit what it writes.",
  ),
  ODE5036: say(
    "model outside the folder",
    "Generated files stand in the output folder in the folders of their models, as seen from here. A model above this folder has no such place.",
    "odegrad build ../shared/model.ode.ts",
    "Run the build further up, or compile the file by itself.",
  ),
  ODE5037: say(
    "two models, one output",
    "Two models would be generated as files whose names are the same, or differ in letter case alone, which some file systems do not tell apart. JavaScript is named after the model's file; C after the model, or after `--prefix`, which is the same for all.",
    "models/Decay.ode.ts, models/decay.ode.ts",
    "Rename one of them, or put its file into another folder; leave `--prefix`, or `prefix` of the configuration, out where several models are generated as C.",
  ),
};
