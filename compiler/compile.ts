/**
 * The pipeline: the text of a model in, generated code out. `build` goes from text to an optimised program, `emit` from
 * there to the files of the targets; both are pure and give diagnostics back instead of throwing.
 */

import { choosePlan } from "./choose-plan.ts";
import {
  autoWithoutRam,
  noModel,
  noPortableForm,
  notSeparable,
  severalModels,
  tooLittleRam,
  tooMuchMemory,
  unknownModel,
  weaklyStable,
} from "./diagnostics/command-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { nearest } from "./diagnostics/nearest.ts";
import { withOperators } from "./differentiate/model-operators.ts";
import { type COptions, emitC } from "./emit/c.ts";
import { emitCrossbar } from "./emit/crossbar.ts";
import { emitJavaScript } from "./emit/javascript.ts";
import { fingerprint } from "./fingerprint.ts";
import { type BareFunction, type Host, readModels } from "./frontend/index.ts";
import { withField } from "./integrate/hamiltonian.ts";
import { buildSolve } from "./integrate/index.ts";
import { explicitMethod, isPartitioned } from "./integrate/schemes.ts";
import { halvesOf } from "./integrate/separable.ts";
import { isWeaklyStable } from "./integrate/stability.ts";
import type { GlobalArray, Program } from "./ir/nodes.ts";
import { printProgram } from "./ir/print.ts";
import { type Leaf, type Model, sizeOf } from "./model.ts";
import { type Module, type Solver, stepsInWords } from "./module.ts";
import {
  compact,
  contracted,
  onCrossbar,
  optimise,
  pairedRows,
  tidyModel,
  vectorised,
  withoutPassing,
} from "./optimise/index.ts";
import { portable, portableFunctions, withoutPortableForm } from "./optimise/portable.ts";
import type { Options, Target } from "./options.ts";
import { planOf } from "./plan.ts";
import { isDifferentiated, resolveSolver } from "./resolve.ts";
import { version } from "./version.ts";

export interface Source {
  /** Name of the model's file; imports are read relative to it, and only its base name is printed. */
  readonly file: string;
  readonly text: string;
  readonly host: Host;
  /** The model is this function of the file, which then need not declare one. */
  readonly bare?: BareFunction;
}

export interface Output {
  readonly target: Target;
  readonly name: string;
  readonly text: string;
}

/** A model that came through, with what emission prints of where it came from. */
export interface Ready {
  readonly module: Module;
  /** Of the model, what it imports, the options and the version. */
  readonly hash: string;
  /** Of the model. */
  readonly text: string;
}

export interface Built {
  /** Nothing where there are errors. */
  readonly ready?: Ready;
  /** Where the errors lie: in the model's text, or in the options it was asked with. */
  readonly fault: "model" | "options";
  readonly diagnostics: readonly Diagnostic[];
}

/** Every model of a file, its operators and fields derived, and the diagnostics of reading it; `points`: those of fields. */
export function read(source: Source, points?: number) {
  const { models, diagnostics } = readModels(source.file, source.text, source.host, source.bare, points);
  const derived = models.map(withOperators);
  return {
    models: derived.flatMap(({ model }) => (model === undefined ? [] : [withField(model)])),
    diagnostics: [...diagnostics, ...derived.flatMap((each) => each.diagnostics)],
  };
}

/** What is wrong with a text and the question asked of it: everything `build` would say, without building. */
export function diagnose(
  source: Source,
  options: Options,
): Omit<Built, "ready"> & { readonly isSound: boolean } {
  const { models, diagnostics } = read(source, options.batch);
  const failed = (errors: readonly Diagnostic[], fault: "model" | "options") => ({
    diagnostics: [...diagnostics, ...errors],
    fault,
    isSound: false,
  });
  if (diagnostics.some(isError)) return failed([], "model");
  const chosen = choose(models, baseName(source.file), options.model);
  if (!("name" in chosen)) return failed([chosen], models.length === 0 ? "model" : "options");
  const resolved = resolveSolver(chosen, options);
  if (resolved.solver === undefined) return failed(resolved.diagnostics, resolved.fault);
  const coupled = couplingOf(chosen, resolved.solver);
  if (coupled !== undefined) return failed([coupled], "model");
  return { diagnostics: [...diagnostics, ...doubts(chosen, resolved.solver)], fault: "model", isSound: true };
}

/** text -> model -> program */
export function build(source: Source, options: Options): Built {
  const { models, diagnostics, imported } = readWithImports(source, options);
  if (diagnostics.some(isError)) return { diagnostics, fault: "model" };
  const chosen = choose(models, baseName(source.file), options.model);
  if (!("name" in chosen)) {
    return { diagnostics: [...diagnostics, chosen], fault: models.length === 0 ? "model" : "options" };
  }
  const built = buildModel(chosen, source, imported, options);
  return { ...built, diagnostics: [...diagnostics, ...built.diagnostics] };
}

/** Every model of a file, built; `imported` are the files it imports, by path. */
export function buildAll(source: Source, options: Options) {
  const { models, diagnostics, imported } = readWithImports(source, options);
  const sound = diagnostics.some(isError) ? [] : models;
  const built = sound.map((model) => ({
    model,
    ...buildModel(model, source, imported, { ...options, model: model.name }),
  }));
  return { built, diagnostics: [...diagnostics, ...built.flatMap((each) => each.diagnostics)], imported };
}

function readWithImports(source: Source, options: Options) {
  const imported = new Map<string, string>();
  const host: Host = {
    read(path) {
      const text = source.host.read(path);
      if (text !== undefined) imported.set(path, text);
      return text;
    },
  };
  return { ...read({ ...source, host }, options.batch), imported };
}

/** model -> program; the diagnostics are those of this model under these options alone. */
function buildModel(
  chosen: Model,
  source: Source,
  imported: ReadonlyMap<string, string>,
  options: Options,
): Built {
  const hash = fingerprint([
    version,
    JSON.stringify([settled(options), source.bare]),
    source.text,
    ...imported.values(),
  ]);
  const failed = (diagnostics: readonly Diagnostic[], fault: "model" | "options"): Built => ({
    diagnostics,
    fault,
  });
  const resolved = resolveSolver(chosen, options);
  if (resolved.solver === undefined) return failed(resolved.diagnostics, resolved.fault);

  const coupled = couplingOf(chosen, resolved.solver);
  if (coupled !== undefined) return failed([coupled], "model");
  const settledPlan = withPlan(chosen, resolved.solver, options, { hash, text: source.text });
  if (settledPlan.solver === undefined) return failed([settledPlan.diagnostic], "options");
  const module = lower(chosen, settledPlan.solver, options.emit);
  const excess = excessOf(module.program);
  if (excess !== undefined) return failed([excess], "model");
  if (options.math === "portable") {
    const known = portableFunctions.map((op) => `Math.${op}`);
    const missing = [...withoutPortableForm(module.program)];
    if (missing.length > 0)
      return failed(
        missing.map(([op, span]) => noPortableForm(`\`${op}\``, known, span)),
        "model",
      );
  }
  return {
    ready: { module, hash, text: source.text },
    diagnostics: doubts(chosen, settledPlan.solver),
    fault: "model",
  };
}

/** What is right as a gradient of the discrete loss, and surely not what was wanted. */
function doubts(model: Model, solver: Solver): Diagnostic[] {
  const input = model.inputs.find(({ leaves }) =>
    leaves.some(({ path }) => isDifferentiated(solver, ["inputs", ...path])),
  );
  const method = explicitMethod(solver.method, solver.start);
  if (input === undefined || method === undefined || solver.density === true) return [];
  return isWeaklyStable(method) ? [weaklyStable(solver.method, input.name, input.span)] : [];
}

/** What stands in the way of a method that moves positions and momenta in turn. */
function couplingOf(model: Model, solver: Solver): Diagnostic | undefined {
  if (!isPartitioned(solver.method)) return undefined;
  const { constants: arrays, functions } = model;
  const halves = halvesOf(tidyModel(model), { arrays, functions });
  if (halves.positions !== undefined) return undefined;
  const { moved, on } = halves.coupled;
  const dotted = (leaf: Leaf): string => leaf.path.join(".");
  return notSeparable(solver.method, dotted(moved), dotted(on), on.span, moved.span);
}

/** The plan that `auto` stands for, by the memory of the targets that are asked for. */
function withPlan(
  model: Model,
  solver: Solver,
  options: Options,
  source: Pick<Ready, "hash" | "text">,
): { readonly solver: Solver } | { readonly solver?: undefined; readonly diagnostic: Diagnostic } {
  if (solver.adjoint !== "auto") return { solver };
  const ram = solver.ram;
  if (ram === undefined) return { diagnostic: autoWithoutRam() };
  const targets = options.target ?? ["js"];
  const chosen = choosePlan(solver, ram, (candidate) => {
    const ready = { ...source, module: lower(model, candidate, options.emit) };
    return Math.max(...targets.map((target) => workspaceBytes(ready, target, options)));
  });
  if (chosen.solver === undefined) return { diagnostic: tooLittleRam(ram, chosen.least) };
  return { solver: chosen.solver };
}

/** model -> integrate (which differentiates) -> optimise. `wanted`: the functions to export, all if left out. */
export function lower(model: Model, solver: Solver, wanted?: readonly string[]): Module {
  const products = { jvp: wanted?.includes("jvp") ?? false, hvp: wanted?.includes("hvp") ?? false };
  const solve = buildSolve(tidyModel(model), solver, version, products);
  // A step of training begins with a gradient.
  const isWanted = (name: string): boolean =>
    wanted === undefined || wanted.includes(name) || (name === "gradient" && wanted.includes("step"));
  const entries = solve.entries.filter((entry) => isWanted(entry.name));
  const whole = entries.filter((entry) => entry.arguments.length === 0).map((entry) => entry.fn);
  const exported = entries.filter((entry) => entry.arguments.length > 0).map((entry) => entry.fn);
  const program = optimise(solve.program, whole, exported, solver.isSmall);
  const words = wordsOf(program);
  const checkpoints = words.checkpoints + solve.words.checkpoints;
  return { ...solve, entries, program, words: { ...words, checkpoints } };
}

/** Words of an array beyond which no target could hold it, and words that all tapes and work arrays may have. */
const longest = 2 ** 32;
const roomiest = 2 ** 28;

/** What is wrong where a gradient could not have its memory; at the place of its largest array. */
function excessOf({ arrays }: Program): Diagnostic | undefined {
  const words = (array: GlobalArray): number => sizeOf(array.shape);
  const work = arrays.filter(({ role }) => role === "workspace" || role === "tape");
  const stored = arrays.filter(({ role }) => role === "checkpoint");
  const total = work.reduce((sum, array) => sum + words(array), 0);
  const isLong = [...work, ...stored].some((array) => words(array) > longest);
  if (total <= roomiest && !isLong) return undefined;
  const largest = [...work, ...stored].reduce((most, array) => (words(array) > words(most) ? array : most));
  const all = total + stored.reduce((sum, array) => sum + words(array), 0);
  return tooMuchMemory((all / 2 ** 27).toFixed(1), largest.taped?.span);
}

const workRoles: ReadonlySet<GlobalArray["role"]> = new Set(["workspace", "tape", "checkpoint"]);

/** Everything that a gradient needs beside the arrays of its interface, and the part of it that grows with the steps. */
function wordsOf(program: Program): Module["words"] {
  // Integers have half a word each.
  const words = (roles: ReadonlySet<GlobalArray["role"]>): number =>
    Math.ceil(
      program.arrays
        .filter((array) => roles.has(array.role))
        .reduce((sum, { element, shape }) => sum + (element === "real" ? 1 : 0.5) * sizeOf(shape), 0),
    );
  return { checkpoints: words(new Set(["checkpoint"])), workspace: words(workRoles) };
}

/** The files of one target; names are base names, which begin with `stem` where one is given. */
export function emit(
  { module, hash, text }: Ready,
  target: Target,
  options: Options,
  stem?: string,
): Output[] {
  const file = baseName(module.model.file);
  const own = stem ?? stemOf(file);
  const header = headerOf(module, hash, options);
  switch (target) {
    case "js":
    case "ts": {
      const name = `${own}.${target}`;
      const { code, map } = emitJavaScript(shapedForJavaScript(module, options), {
        dialect: target,
        file,
        header,
        text,
      });
      return [
        { target, name, text: linked(code, `${name}.map`) },
        { target, name: `${name}.map`, text: `${JSON.stringify({ ...map, file: name })}\n` },
      ];
    }
    case "c": {
      const files = emitC(shapedForC(module, options), cOptions(module, header, options, stem));
      const name = stem ?? prefixFor(module.model, options);
      return [
        { target, name: `${name}.h`, text: files.header },
        { target, name: `${name}.c`, text: files.source },
        { target, name: `${name}_selftest.c`, text: files.selftest },
        {
          target,
          name: `${name}.json`,
          text: `${JSON.stringify({ ...files.description, plan: planOf(module, options, files.workspaceBytes) }, null, 2)}\n`,
        },
      ];
    }
    case "crossbar":
      return crossbarFiles({ module, hash, text }, `${own}.crossbar`, header, options);
    case "ir":
      return [{ target, name: `${own}.ir.txt`, text: printProgram(contracted(module.program)) }];
    default:
      return target satisfies never;
  }
}

/** A program for crossbars and its digital part. Derivatives at a point hand matrices over: they are left out. */
function crossbarFiles({ module, text }: Ready, name: string, header: string, options: Options): Output[] {
  const entries = module.entries.filter((entry) => entry.arguments.length === 0);
  const solve = (entries.find((entry) => entry.name === "solve") ?? entries[0])!.fn;
  const mapped = onCrossbar(
    withMath(module.program, options, "double"),
    entries.map((entry) => entry.fn),
    solve,
  );
  const { program, code, map } = emitCrossbar({ ...module, entries }, mapped, {
    dialect: "js",
    file: baseName(module.model.file),
    header,
    text,
    digital: `${name}.js`,
  });
  const target = "crossbar";
  return [
    { target, name: `${name}.json`, text: program },
    { target, name: `${name}.js`, text: linked(code, `${name}.js.map`) },
    { target, name: `${name}.js.map`, text: `${JSON.stringify({ ...map, file: `${name}.js` })}\n` },
  ];
}

/**
 * A function of the given name that makes the generated module, as an object, for code that goes into another module; and the
 * memory of one gradient beside its arguments and results.
 */
export function emitFactory({ module, hash, text }: Ready, options: Options, factory: string) {
  const [file, header] = [baseName(module.model.file), headerOf(module, hash, options)];
  const shaped = shapedForJavaScript(module, options);
  const emitted = emitJavaScript(shaped, { dialect: "js", file, header, text, factory });
  return { ...emitted, workspaceBytes: 8 * shaped.words.workspace };
}

function shapedForJavaScript(module: Module, options: Options): Module {
  const shaped = isSmall(options) ? module.program : pairedRows(module.program);
  const program = withMath(shaped, options, "double");
  return { ...module, program, words: { ...module.words, workspace: wordsOf(program).workspace } };
}

/** Modules as C has them, by what decides on it: files and the memory they need are asked for one after the other. */
const shapes = new WeakMap<Module, Map<string, Module>>();

function shapedForC(module: Module, options: Options): Module {
  const known = shapes.get(module) ?? new Map<string, Module>();
  shapes.set(module, known);
  const way = `${isSmall(options)} ${options.math}`;
  const shaped = known.get(way) ?? shapeForC(module, options);
  known.set(way, shaped);
  return shaped;
}

function shapeForC(module: Module, options: Options): Module {
  const entries = module.entries.filter((entry) => entry.arguments.length === 0).map((entry) => entry.fn);
  const real = options.real ?? "double";
  if (isSmall(options)) {
    const small = withMath(compact(withoutPassing(module.program, entries), entries), options, real, true);
    return { ...module, program: small, words: wordsOf(small) };
  }
  const program = withMath(vectorised(withoutPassing(module.program, entries), entries), options, real);
  return { ...module, program, words: wordsOf(program) };
}

/** JavaScript computes in doubles whatever the C is asked for. */
const withMath = (program: Program, options: Options, real: "double" | "float", isSmall = false): Program =>
  options.math === "portable" ? portable(program, real, isSmall) : program;

const isSmall = (options: Options): boolean => options.optimise === "size";

const cOptions = (module: Module, header: string, options: Options, stem?: string): COptions => ({
  prefix: prefixFor(module.model, options),
  real: options.real ?? "double",
  header,
  stem,
  isPortable: options.math === "portable",
  trains: options.emit?.includes("step") === true && module.model.params.length > 0,
});

/** Memory of one gradient beside its arguments and results, in the target's own numbers. */
export function workspaceBytes(ready: Ready, target: Target, options: Options): number {
  if (target !== "c") return 8 * shapedForJavaScript(ready.module, options).words.workspace;
  return asC(ready, options).workspaceBytes;
}

/** The module as C has it, with the sizes of its workspace and of what the caller hands over. */
export function asC({ module, hash }: Ready, options: Options) {
  const shaped = shapedForC(module, options);
  const { workspaceBytes, description } = emitC(
    shaped,
    cOptions(module, headerOf(module, hash, options), options),
  );
  const { problem, solution, gradients } = description.bytes as Record<string, number>;
  const records = { problem: problem!, solution: solution!, gradients: gradients! };
  return { module: shaped, workspaceBytes, records };
}

const link = "//# sourceMappingURL=";

/** Generated JavaScript with the name of its source map as the last line, or without one. */
export function linked(code: string, map: string | undefined): string {
  const at = code.lastIndexOf(link);
  const bare = at < 0 ? code : code.slice(0, at);
  // Half a character, which names of files may hold, has no address.
  return map === undefined
    ? bare
    : `${bare}${link}${encodeURIComponent(map.replace(/\p{Cs}/gu, "\ufffd"))}\n`;
}

const isError = (diagnostic: Diagnostic): boolean => diagnostic.severity === "error";

function choose(models: readonly Model[], file: string, name: string | undefined): Model | Diagnostic {
  const names = models.map((model) => model.name);
  if (name !== undefined) {
    const named = models.find((model) => model.name === name);
    return (
      named ?? (names.length === 0 ? noModel(file) : unknownModel(file, name, names, nearest(name, names)))
    );
  }
  if (models.length > 1) return severalModels(file, names);
  return models[0] ?? noModel(file);
}

export const baseName = (file: string): string => file.replace(/^.*[/\\]/, "");

/** `lotka-volterra` of `lotka-volterra.ode.ts`. */
export const stemOf = (file: string): string => file.replace(/(\.ode)?\.[^.]+$/, "");

/** The prefix of the C names: what the options say, else the model's name. */
export const prefixFor = (model: Model, options: Options): string => options.prefix ?? prefixOf(model.name);

/** Longest prefix that leaves the names of a module different within the 31 characters that linkers promise to read. */
const longestPrefix = 21;

/** The C spelling of a model's name: `lotkaVolterra` becomes `lotka_volterra`; long names are cut. */
const prefixOf = (name: string): string => {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9_]/g, "_")
    .toLowerCase();
  const symbol = /^[a-z]/.test(snake) ? snake : `ode_${snake}`;
  return symbol.slice(0, longestPrefix).replace(/_+$/, "");
};

/** Options in a fixed order of keys, so that their order on the command line does not change the hash. */
const settled = (options: Options): readonly (readonly [string, unknown])[] =>
  Object.entries(options)
    .filter(([key]) => hashed.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));

const hashed = new Set([
  "model",
  "method",
  "steps",
  "dt",
  "rtol",
  "atol",
  "maxSteps",
  "t0",
  "t1",
  "start",
  "order",
  "adjoint",
  "checkpoints",
  "ram",
  "wrt",
  "real",
  "math",
  "optimise",
  "prefix",
  "emit",
  "batch",
]);

/** How the question is answered, for headers. */
export const howInWords = ({ field }: Model, solver: Solver): string =>
  field === undefined
    ? `${solver.method}, ${stepsInWords(solver)} from ${solver.t0} to ${solver.t1}, adjoint ${solver.adjoint}`
    : `a field at ${field.count === 1 ? "one point" : `${field.count} points`}`;

function headerOf({ model, solver }: Module, hash: string, options: Options): string {
  return [
    `Generated by odegrad ${version} from ${baseName(model.file)}, model ${model.name}. Do not edit.`,
    `${howInWords(model, solver)}, real ${options.real ?? "double"}.`,
    `Hash ${hash}.`,
  ].join("\n");
}
