/**
 * Every option there is: name, form, which values it takes, and whether it works yet. The command line makes its flags
 * from this table and the library checks its options record against it, so the two cannot differ.
 *
 * In: a record from outside. Out: a null-prototype record of checked values, or diagnostics. Which method names exist
 * and how the options combine with the model is `resolve.ts`; this file knows single values only.
 */

import {
  badOptionValue,
  optionNotAvailableYet,
  unknownOption,
  valueNotAvailableYet,
} from "./diagnostics/command-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { nearest } from "./diagnostics/nearest.ts";

/** Form of an option's value. */
export type Form = "switch" | "real" | "count" | "text" | "list" | "choice" | "choices" | "file";

export interface OptionSpec {
  /** Key in the record; the flag is the same in kebab case. */
  readonly key: string;
  readonly form: Form;
  /** Placeholder of the value in the help. */
  readonly value?: string;
  readonly help: string;
  readonly choices?: readonly string[];
  /** Choices that are part of the plan but do not work yet. */
  readonly choicesLater?: readonly string[];
  /** The whole option is part of the plan but does not work yet; what to do meanwhile. */
  readonly later?: string;
  /** Whether the library takes it too, or only the command line. */
  readonly library?: true;
}

export const targets = ["js", "ts", "c", "ir"] as const;
export type Target = (typeof targets)[number];
export const targetsLater = ["wasm", "wat", "crossbar"] as const;

export const optionSpecs: readonly OptionSpec[] = [
  {
    key: "target",
    form: "choices",
    value: "name",
    help: "code to generate or to run: js, ts, c, ir (repeatable for compile)",
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
  { key: "steps", form: "count", value: "n", help: "number of equal steps", library: true },
  { key: "dt", form: "real", value: "h", help: "step size; must divide the interval", library: true },
  {
    key: "rtol",
    form: "real",
    value: "tolerance",
    help: "relative tolerance of adaptive steps",
    later: "fixed steps work: --steps N or --dt H",
    library: true,
  },
  {
    key: "atol",
    form: "real",
    value: "tolerance",
    help: "absolute tolerance of adaptive steps",
    later: "fixed steps work: --steps N or --dt H",
    library: true,
  },
  {
    key: "maxSteps",
    form: "count",
    value: "n",
    help: "step limit of adaptive steps",
    later: "fixed steps work: --steps N or --dt H",
    library: true,
  },
  {
    key: "start",
    form: "text",
    value: "method",
    help: "starting method of multistep methods",
    later: "multistep methods are not there yet; one-step methods need no start",
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
    key: "checkpoints",
    form: "count",
    value: "n",
    help: "checkpoints of the revolve plan",
    later: "the symplectic plan, which stores one state a step, needs no such number",
    library: true,
  },
  {
    key: "ram",
    form: "count",
    value: "bytes",
    help: "memory for the plan that `auto` chooses",
    later: "odegrad inspect --memory is planned with it; compile prints the bytes of the symplectic plan",
    library: true,
  },
  {
    key: "compare",
    form: "switch",
    help: "every adjoint plan side by side",
    later: "there is one plan so far; odegrad verify compares it with a reference that stores everything",
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
    help: "mathematical functions: engine (those of the host)",
    choices: ["engine"],
    choicesLater: ["portable"],
    library: true,
  },
  {
    key: "batch",
    form: "count",
    value: "n",
    help: "number of problems solved together",
    later: "call the generated function once for each problem",
    library: true,
  },
  { key: "params", form: "file", value: "file.json", help: "values of the parameters" },
  { key: "state", form: "file", value: "file.json", help: "values of the initial state" },
  { key: "inputs", form: "file", value: "file.json", help: "values of the inputs, a list of pieces each" },
  { key: "data", form: "file", value: "file", help: "values of the data, .json or .csv" },
  {
    key: "density",
    form: "switch",
    help: "add the continuous-consistent gradient per node",
    later: "gradient.inputs holds the exact gradient per piece",
  },
  {
    key: "point",
    form: "list",
    value: "x,y,…",
    help: "point of a field",
    later: "fields and their operators are not there yet",
  },
  {
    key: "points",
    form: "file",
    value: "file",
    help: "points of a field",
    later: "fields and their operators are not there yet",
  },
  {
    key: "operator",
    form: "text",
    value: "name",
    help: "operator of a field",
    later: "fields and their operators are not there yet",
  },
  {
    key: "function",
    form: "text",
    value: "name",
    help: "a bare function to compile as a model",
    later: "wrap it in ode({ state, params, rhs })",
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
    help: "functions to export: solve, gradient, field, fieldVjp, fieldJvp",
    choices: ["solve", "gradient", "field", "fieldVjp", "fieldJvp"],
    choicesLater: ["jvp", "hvp"],
    library: true,
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
    help: "what the tapes hold",
    later: "odegrad inspect --ir shows every array with its role",
  },
  {
    key: "memory",
    form: "switch",
    help: "the memory bill",
    later: "odegrad grad --json reports checkpointBytes and workspaceBytes",
  },
  { key: "ops", form: "switch", help: "operation counts", later: "odegrad grad --json reports evaluations" },
  {
    key: "plans",
    form: "switch",
    help: "every adjoint plan with its cost",
    later: "there is one plan so far: symplectic",
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
    help: "configuration file",
    later: "give the options on the command line or in the model's `solver`",
  },
];

const byKey = new Map(optionSpecs.map((spec) => [spec.key, spec]));

/** The options that `compile` of the library and every command understand, after checking. */
export interface Options {
  readonly target?: readonly Target[];
  readonly model?: string;
  readonly method?: string;
  readonly steps?: number;
  readonly dt?: number;
  readonly t0?: number;
  readonly t1?: number;
  readonly adjoint?: string;
  readonly wrt?: readonly string[];
  readonly real?: "double" | "float";
  readonly math?: "engine";
  readonly prefix?: string;
  readonly emit?: readonly string[];
}

/** Those of the command line alone. */
export interface CommandOptions extends Options {
  readonly params?: string;
  readonly state?: string;
  readonly inputs?: string;
  readonly data?: string;
  readonly out?: string;
  readonly outDir?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly plot?: boolean;
  readonly svg?: string;
  readonly text?: boolean;
  readonly ir?: boolean;
  readonly optimizer?: "lbfgs" | "adam";
  readonly iterations?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly format?: "pretty" | "compact" | "json" | "sarif" | "github";
  readonly quiet?: boolean;
  readonly color?: "auto" | "always" | "never";
}

export const flagOf = (key: string): string =>
  `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export interface Checked {
  readonly options: CommandOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a record against the table. `from` decides which options exist and how they are spelt in messages. */
export function checkOptions(
  raw: Readonly<Record<string, unknown>>,
  from: "library" | "command line",
): Checked {
  const options: Record<string, unknown> = Object.create(null);
  const diagnostics: Diagnostic[] = [];
  const spelt = (key: string): string => (from === "library" ? key : flagOf(key));
  for (const key of Object.keys(raw)) {
    const spec = byKey.get(key);
    if (spec === undefined || (from === "library" && spec.library !== true)) {
      const known = optionSpecs.filter((each) => from !== "library" || each.library === true);
      const close = nearest(
        key,
        known.map((each) => each.key),
      );
      diagnostics.push(unknownOption(spelt(key), close === undefined ? undefined : spelt(close)));
      continue;
    }
    const value = raw[key];
    if (value === undefined || value === false) continue;
    if (spec.later !== undefined) {
      diagnostics.push(optionNotAvailableYet(spelt(key), spec.later));
      continue;
    }
    const checked = checkValue(spec, value, spelt(key));
    if ("problem" in checked) diagnostics.push(checked.problem);
    else options[key] = checked.value;
  }
  return { options: options as CommandOptions, diagnostics };
}

type Verdict = { readonly value: unknown } | { readonly problem: Diagnostic };

function checkValue(spec: OptionSpec, value: unknown, flag: string): Verdict {
  const bad = (expected: string): Verdict => ({ problem: badOptionValue(flag, String(value), expected) });
  switch (spec.form) {
    case "switch":
      return value === true ? { value } : bad("true or false");
    case "real": {
      const number = numberOf(value);
      return number === undefined ? bad("a number") : { value: number };
    }
    case "count": {
      const number = numberOf(value);
      const counts =
        number !== undefined && Number.isSafeInteger(number) && number >= 1 && number <= 0xffffffff;
      return counts ? { value: number } : bad("a whole number from 1 to 4294967295");
    }
    case "text":
    case "file":
      return typeof value === "string" && value !== "" ? { value } : bad("a text");
    case "list": {
      const items = itemsOf(value);
      return items === undefined ? bad("a list") : { value: items };
    }
    case "choice":
      return choiceOf(spec, value, flag);
    case "choices": {
      const items = itemsOf(value);
      if (items === undefined || items.length === 0) return bad(`one or more of ${spec.choices?.join(", ")}`);
      for (const item of items) {
        const verdict = choiceOf(spec, item, flag);
        if ("problem" in verdict) return verdict;
      }
      return { value: [...new Set(items)] };
    }
    default:
      return spec.form satisfies never;
  }
}

function choiceOf(spec: OptionSpec, value: unknown, flag: string): Verdict {
  const choices = spec.choices ?? [];
  if (typeof value === "string" && choices.includes(value)) return { value };
  if (typeof value === "string" && spec.choicesLater?.includes(value) === true) {
    return { problem: valueNotAvailableYet(flag, value, choices) };
  }
  const close =
    typeof value === "string" ? nearest(value, [...choices, ...(spec.choicesLater ?? [])]) : undefined;
  return { problem: badOptionValue(flag, String(value), `one of ${choices.join(", ")}`, close) };
}

/** From a number, or from text that is a number and nothing else: "1e-3", "0.5", "-2", and not "", "0x10" or "2s". */
function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function itemsOf(value: unknown): string[] | undefined {
  const parts = typeof value === "string" ? [value] : value;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string")) return undefined;
  return parts
    .flatMap((part: string) => part.split(","))
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
