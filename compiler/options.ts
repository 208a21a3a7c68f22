/**
 * Every option there is: name, form, which values it takes, and whether it works yet. The command line makes its flags
 * from this table and the library checks its options record against it, so the two cannot differ. Data and types;
 * `check-options.ts` checks, `resolve.ts` combines the options with the model.
 */

import type { BareFunction } from "./frontend/index.ts";
import { mostEntries } from "./model.ts";

/** Form of an option's value. */
export type Form = "switch" | "real" | "count" | "text" | "list" | "numbers" | "choice" | "choices" | "file";

export interface OptionSpec {
  /** Key in the record; the flag is the same in kebab case. */
  readonly key: string;
  readonly form: Form;
  /** Placeholder of the value in the help. */
  readonly value?: string;
  readonly help: string;
  /** Of a real: it lies above 0. */
  readonly isPositive?: true;
  /** Of a count: the largest, where it is less than 2^32 - 1. */
  readonly most?: number;
  readonly choices?: readonly string[];
  /** Choices that are part of the plan but do not work yet. */
  readonly choicesLater?: readonly string[];
  /** The whole option is part of the plan but does not work yet; what to do meanwhile. */
  readonly later?: string;
  /** Whether the library takes it too, or only the command line. */
  readonly library?: true;
}

export const targets = ["js", "ts", "c", "crossbar", "ir"] as const;
export type Target = (typeof targets)[number];
export const targetsLater = ["wasm", "wat"] as const;

export const optionSpecs: readonly OptionSpec[] = [
  {
    key: "target",
    form: "choices",
    value: "name",
    help: "code to generate or to run: js, ts, c, crossbar, ir (repeatable for compile)",
    choices: targets,
    choicesLater: targetsLater,
    library: true,
  },
  {
    key: "model",
    form: "text",
    value: "name",
    help: "which model, where the file exports several",
    library: true,
  },
  {
    key: "method",
    form: "text",
    value: "name",
    help: "integration method (see odegrad list methods)",
    library: true,
  },
  { key: "steps", form: "count", most: 0x7fffffff, value: "n", help: "number of equal steps", library: true },
  { key: "dt", form: "real", value: "h", help: "step size; must divide the interval", library: true },
  {
    key: "rtol",
    form: "real",
    value: "tolerance",
    help: "relative tolerance of adaptive steps (1e-6)",
    library: true,
  },
  {
    key: "atol",
    form: "real",
    value: "tolerance",
    help: "absolute tolerance of adaptive steps (1e-9)",
    library: true,
  },
  {
    key: "maxSteps",
    form: "count",
    most: 0x7fffffff,
    value: "n",
    help: "most attempts at adaptive steps, rejected ones included (10000)",
    library: true,
  },
  {
    key: "start",
    form: "text",
    value: "method",
    help: "starting method of multistep methods (an explicit Runge-Kutta method)",
    library: true,
  },
  { key: "t0", form: "real", value: "time", help: "start of the interval", library: true },
  { key: "t1", form: "real", value: "time", help: "end of the interval", library: true },
  {
    key: "adjoint",
    form: "text",
    value: "plan",
    help: "how the gradient gets its states (see odegrad list adjoints)",
    library: true,
  },
  {
    key: "order",
    form: "count",
    value: "n",
    help: "order of the method taylor, from 2 to 16",
    library: true,
  },
  {
    key: "checkpoints",
    form: "count",
    most: mostEntries,
    value: "n",
    help: "states that the revolve plan keeps (as many as make no step more than three times again)",
    library: true,
  },
  {
    key: "ram",
    form: "count",
    value: "bytes",
    help: "working memory: `--adjoint auto` takes the fastest exact plan that fits, C has no copies for speed that do not",
    library: true,
  },
  {
    key: "compare",
    form: "switch",
    help: "every adjoint plan side by side",
  },
  {
    key: "wrt",
    form: "list",
    value: "paths",
    help: "what is differentiated, e.g. params.W1,state,inputs.torque",
    library: true,
  },
  {
    key: "real",
    form: "choice",
    value: "type",
    help: "floating-point type of generated C: double or float",
    choices: ["double", "float"],
    library: true,
  },
  {
    key: "math",
    form: "choice",
    value: "library",
    help: "mathematical functions: engine (those of the host) or portable (the same bits everywhere; exp, expm1, log, sin, cos, tanh)",
    choices: ["engine", "portable"],
    library: true,
  },
  {
    key: "batch",
    form: "count",
    value: "n",
    help: "how many samples are solved together; of a field, how many points its module takes at once",
    library: true,
  },
  {
    key: "optimise",
    form: "choice",
    value: "aim",
    help: "shape of generated code: speed (default; matrix products blocked, in C also by columns) or size",
    choices: ["speed", "size"],
    library: true,
  },
  { key: "params", form: "file", value: "file.json", help: "values of the parameters" },
  { key: "state", form: "file", value: "file.json", help: "values of the initial state" },
  { key: "inputs", form: "file", value: "file.json", help: "values of the inputs, a list of pieces each" },
  { key: "data", form: "file", value: "file", help: "values of the data, .json or .csv" },
  {
    key: "density",
    form: "switch",
    help: "give the density of the gradient of inputs, per piece or knot, beside the exact gradient",
    library: true,
  },
  {
    key: "point",
    form: "numbers",
    value: "x,y,…",
    help: "point of a field; several: values are of each, a loss is averaged over them",
  },
  {
    key: "points",
    form: "file",
    value: "file",
    help: "points of a field: .csv, one a row, or a .json array",
  },
  {
    key: "grid",
    form: "numbers",
    value: "nx,ny",
    help: "asks a field on a grid, of so many points in each coordinate, between --from and --to",
  },
  {
    key: "from",
    form: "numbers",
    value: "x,y,…",
    help: "lowest corner of the grid; 0 in each coordinate, if left out",
  },
  {
    key: "to",
    form: "numbers",
    value: "x,y,…",
    help: "highest corner of the grid; 1 in each coordinate, if left out",
  },
  {
    key: "direction",
    form: "numbers",
    value: "v,w,…",
    help: "direction of the operators that take one (needed for those), in the shape of the point",
  },
  {
    key: "covector",
    form: "numbers",
    value: "v,w,…",
    help: "covector of `vjp`, in the shape of the value; 1 everywhere, if left out",
  },
  {
    key: "operator",
    form: "list",
    value: "name",
    help: "operators of a field to show; all, if left out",
  },
  {
    key: "function",
    form: "text",
    value: "name",
    help: "a bare f(t, y, p) or f(t, y, p, dy); with --state 2 --params k,c",
  },
  { key: "out", form: "file", value: "file", help: "output file" },
  { key: "outDir", form: "file", value: "folder", help: "folder of the output files" },
  {
    key: "prefix",
    form: "text",
    value: "symbol",
    help: "prefix of the C names (default: name of the model)",
    library: true,
  },
  {
    key: "emit",
    form: "choices",
    value: "names",
    help: "functions to export: solve, gradient, field, fieldVjp, fieldJvp (all of these if left out), jvp, hvp, step (of C: a gradient and an update of the parameters)",
    choices: ["solve", "gradient", "field", "fieldVjp", "fieldJvp", "jvp", "hvp", "step"],
    library: true,
  },
  {
    key: "device",
    form: "text",
    value: "name",
    help: "crossbar to run on: ideal (default), a preset (pcm, reram, …), or a file.json of its parameters",
  },
  { key: "json", form: "switch", help: "one JSON document on standard output" },
  { key: "csv", form: "switch", help: "comma-separated values on standard output" },
  { key: "plot", form: "switch", help: "draw in the terminal" },
  { key: "svg", form: "file", value: "file", help: "draw into an SVG file" },
  { key: "text", form: "switch", help: "plain text (the default)" },
  { key: "ir", form: "switch", help: "the optimised loop IR" },
  {
    key: "tape",
    form: "switch",
    help: "what reverse sweeps keep, with the reason for each value",
  },
  {
    key: "formulas",
    form: "switch",
    help: "the field and its derived adjoint as matrix formulas, beside the loops",
  },
  {
    key: "memory",
    form: "switch",
    help: "RAM, flash and instructions of C on a small part, plan by plan",
  },
  { key: "ops", form: "switch", help: "operations of one solve and one gradient, counted by kind" },
  {
    key: "plans",
    form: "switch",
    help: "every adjoint plan with its cost",
  },
  { key: "graph", form: "switch", help: "the data flow", later: "odegrad inspect --ir prints the program" },
  {
    key: "optimizer",
    form: "choice",
    value: "name",
    help: "lbfgs (default) or adam",
    choices: ["lbfgs", "adam"],
  },
  { key: "iterations", form: "count", value: "n", help: "most iterations of the optimiser" },
  {
    key: "rate",
    form: "real",
    isPositive: true,
    value: "number",
    help: "learning rate of adam, relative to the size of a value",
  },
  { key: "seed", form: "count", value: "n", help: "seed of the random directions" },
  {
    key: "format",
    form: "choice",
    value: "style",
    help: "diagnostics as pretty, compact, json, sarif or github",
    choices: ["pretty", "compact", "json", "sarif", "github"],
  },
  { key: "quiet", form: "switch", help: "no progress and no notes" },
  {
    key: "color",
    form: "choice",
    value: "when",
    help: "auto, always or never (NO_COLOR is obeyed)",
    choices: ["auto", "always", "never"],
  },
  {
    key: "config",
    form: "file",
    value: "file",
    help: "configuration file (odegrad.config.ts, .mts, .mjs, .js or .json here, or `odegrad` in package.json)",
  },
  {
    key: "safeConfig",
    form: "switch",
    help: "refuse configuration that is code: .json and package.json only",
  },
  {
    key: "include",
    form: "list",
    value: "glob",
    help: "models to build and to check (every *.ode.ts below this folder)",
  },
  {
    key: "template",
    form: "choice",
    value: "name",
    help: "what to start from: fit (default), mcu, vite, pinn or graph",
    choices: ["fit", "mcu", "vite", "pinn", "graph"],
  },
  { key: "watch", form: "switch", help: "build again whenever a model changes" },
  { key: "check", form: "switch", help: "compare with the files on disk and write nothing" },
  { key: "clean", form: "switch", help: "remove what was built" },
];

/** The options that `compile` of the library and every command understand, after checking. */
/** Where options say which of them nobody asked for this model: those of a configuration, which are for all. */
export const configured: unique symbol = Symbol("configured");

export interface Options {
  readonly [configured]?: ReadonlySet<string>;
  readonly target?: readonly Target[];
  readonly model?: string;
  readonly method?: string;
  readonly steps?: number;
  readonly dt?: number;
  readonly rtol?: number;
  readonly atol?: number;
  readonly maxSteps?: number;
  readonly t0?: number;
  readonly t1?: number;
  readonly start?: string;
  readonly order?: number;
  readonly density?: boolean;
  readonly adjoint?: string;
  readonly checkpoints?: number;
  readonly ram?: number;
  readonly wrt?: readonly string[];
  readonly real?: "double" | "float";
  readonly math?: "engine" | "portable";
  readonly optimise?: "speed" | "size";
  readonly prefix?: string;
  readonly emit?: readonly string[];
  /** How many points a field's module takes at once. */
  readonly batch?: number;
}

/** Those of the command line alone. */
export interface CommandOptions extends Options {
  readonly function?: string;
  /** What `--function`, `--state` and `--params` say together. */
  readonly bare?: BareFunction;
  readonly params?: string;
  readonly state?: string;
  readonly inputs?: string;
  readonly data?: string;
  /** One list of coordinates for each time the option is given. */
  readonly point?: readonly (readonly number[])[];
  readonly grid?: readonly (readonly number[])[];
  readonly from?: readonly (readonly number[])[];
  readonly to?: readonly (readonly number[])[];
  readonly direction?: readonly (readonly number[])[];
  readonly covector?: readonly (readonly number[])[];
  readonly points?: string;
  readonly operator?: readonly string[];
  /** Of `--target crossbar`. */
  readonly device?: string;
  readonly out?: string;
  readonly outDir?: string;
  readonly compare?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly plot?: boolean;
  readonly svg?: string;
  readonly text?: boolean;
  readonly ir?: boolean;
  readonly tape?: boolean;
  readonly formulas?: boolean;
  readonly ops?: boolean;
  readonly memory?: boolean;
  readonly plans?: boolean;
  readonly optimizer?: "lbfgs" | "adam";
  readonly iterations?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly format?: "pretty" | "compact" | "json" | "sarif" | "github";
  readonly quiet?: boolean;
  readonly color?: "auto" | "always" | "never";
  readonly config?: string;
  readonly safeConfig?: boolean;
  readonly include?: readonly string[];
  readonly template?: string;
  readonly watch?: boolean;
  readonly check?: boolean;
  readonly clean?: boolean;
}

export const flagOf = (key: string): string =>
  `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
