/**
 * The pipeline from the text of a model to an optimised program, which `emission` makes files of. Pure; what is wrong comes
 * back as diagnostics, nothing is thrown.
 */

import { nearest } from "../runtime/nearest.ts";
import { choosePlan } from "./choose-plan.ts";
import {
  autoWithoutRam,
  noModel,
  noPortableForm,
  notSeparable,
  oneHalf,
  severalModels,
  tooLittleRam,
  tooMuchMemory,
  unknownModel,
  weaklyStable,
} from "./diagnostics/command-messages.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { withOperators } from "./differentiate/model-operators.ts";
import { baseName, type Ready, wordsOf, workspaceBytes } from "./emission.ts";
import { digestOf, fingerprint } from "./fingerprint.ts";
import { type BareFunction, type Heads, type Host, type Points, readModels } from "./frontend/index.ts";
import { withField } from "./integrate/hamiltonian.ts";
import { buildSolve } from "./integrate/index.ts";
import { explicitMethod, isPartitioned } from "./integrate/schemes.ts";
import { halvesOf } from "./integrate/separable.ts";
import { isWeaklyStable } from "./integrate/stability.ts";
import type { Earlier } from "./ir/earlier.ts";
import type { GlobalArray, Program } from "./ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "./model.ts";
import type { Module, Solver } from "./module.ts";
import { optimise, tidyModel } from "./optimise/index.ts";
import { portableFunctions, withoutPortableForm } from "./optimise/portable.ts";
import type { Options } from "./options.ts";
import { isDifferentiated, largestBatch, resolveSolver } from "./resolve.ts";
import { unfitFor } from "./unfit.ts";
import { version } from "./version.ts";

export interface Source {
  /** Name of the model's file; imports are read relative to it, and only its base name is printed. */
  readonly file: string;
  readonly text: string;
  readonly host: Host;
  /** The model is this function of the file, which then need not declare one. */
  readonly bare?: BareFunction;
  /** The model with other numbers where it has defaults, and nothing else changed. */
  readonly given?: (model: Model) => Model;
  /** Code stays in the model's file, where fields are handed points one by one, and no number of them is known. */
  readonly inPlace?: boolean;
}

export interface Built {
  /** Nothing where there are errors. */
  readonly ready?: Ready;
  /** Where the errors lie: in the model's text, or in the options it was asked with. */
  readonly fault: "model" | "options";
  readonly diagnostics: readonly Diagnostic[];
}

/** Points of a field from which it is looked first whether it can have so many: each of them has numbers in the model. */
const manyPoints = 2 ** 16;

/** Every model of a file, its operators and fields derived, and the diagnostics of reading it; `points`: those of fields. */
export function read(source: Source, points?: number, heads?: Heads) {
  const readWith = (count: Points | undefined) =>
    readModels(source.file, source.text, source.host, source.bare, count, heads);
  const all = source.inPlace ? "one by one" : points;
  const small = points === undefined || points < manyPoints ? undefined : readWith(1);
  // What cannot be is left as it is for \`resolve\` to refuse.
  const isTooMany = small?.models.some((model) => model.field !== undefined && points! > largestBatch(model));
  const { models, diagnostics } = small !== undefined && isTooMany ? small : readWith(all);
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
  const found = choose(models, baseName(source.file), options.model);
  if (!("name" in found)) return failed([found], models.length === 0 ? "model" : "options");
  const chosen = source.given?.(found) ?? found;
  const resolved = resolveSolver(chosen, options);
  if (resolved.solver === undefined) return failed(resolved.diagnostics, resolved.fault);
  const unfit = unfitFor(chosen, resolved.solver) ?? couplingOf(chosen, resolved.solver);
  if (unfit !== undefined) return failed([unfit], "model");
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
  const built = buildModel(source.given?.(chosen) ?? chosen, source, imported, options);
  return { ...built, diagnostics: [...diagnostics, ...built.diagnostics] };
}

/** What builds of the same files before this one left. */
interface Before {
  readonly heads: Heads;
  /** The module of a model that was built before under the same options. */
  module(model: Model, solver: Solver): Module | undefined;
  earlier(model: Model): Earlier;
}

/** Every model of a file, built, and what it imports: see `readWithImports`. `fault`: of the options where no model has any. */
export function buildAll(source: Source, options: Options, before?: Before) {
  const { models, diagnostics, imported, absent } = readWithImports(source, options, before?.heads);
  const sound = diagnostics.some(isError) ? [] : models;
  const built = sound.map((model) => ({
    model,
    ...buildModel(model, source, imported, { ...options, model: model.name }, before),
  }));
  const all = [...diagnostics, ...built.flatMap((each) => each.diagnostics)];
  const isSound =
    built.length > 0 && built.every(({ ready, fault }) => ready !== undefined || fault === "options");
  const fault: Built["fault"] = isSound ? "options" : "model";
  return { built, diagnostics: all, fault, imported, absent };
}

/** What was read through a host. `imported`: the files that were read, with their text; `absent`: those that were looked for and would have been taken. */
export function noted(host: Host) {
  const imported = new Map<string, string>();
  const absent = new Set<string>();
  const read = (path: string): string | undefined => {
    const text = host.read(path);
    if (text === undefined) absent.add(path);
    else imported.set(path, text);
    return text;
  };
  return { host: { read }, imported, absent };
}

/** The models of a file, and what was read for them. */
function readWithImports(source: Source, options: Options, heads?: Heads) {
  const { host, imported, absent } = noted(source.host);
  return { ...read({ ...source, host }, options.batch, heads), imported, absent };
}

/** model -> program; the diagnostics are those of this model under these options alone. */
function buildModel(
  chosen: Model,
  source: Source,
  imported: ReadonlyMap<string, string>,
  options: Options,
  before?: Before,
): Built {
  const hash = fingerprint([
    version,
    JSON.stringify([settled(options), source.bare]),
    source.text,
    ...[...imported.values()].map(digestOf),
    ...(source.given === undefined ? [] : [JSON.stringify(numbersOf(chosen))]),
  ]);
  const failed = (diagnostics: readonly Diagnostic[], fault: "model" | "options"): Built => ({
    diagnostics,
    fault,
  });
  const resolved = resolveSolver(chosen, options);
  if (resolved.solver === undefined) return failed(resolved.diagnostics, resolved.fault);

  const unfit = unfitFor(chosen, resolved.solver) ?? couplingOf(chosen, resolved.solver);
  if (unfit !== undefined) return failed([unfit], "model");
  const settledPlan = withPlan(chosen, resolved.solver, options, { hash, text: source.text });
  if (settledPlan.solver === undefined) return failed([settledPlan.diagnostic], "options");
  const module =
    before?.module(chosen, settledPlan.solver) ??
    lower(chosen, settledPlan.solver, options.emit, before?.earlier(chosen));
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

const numbersOf = ({ params, state, inputs, data, times }: Model) => [
  ...[params, state, inputs.flatMap(({ leaves }) => leaves), data].map((leaves) =>
    leaves.map(({ initial }) => initial),
  ),
  times,
];

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
  return on === undefined
    ? oneHalf(solver.method, dotted(moved), moved.span)
    : notSeparable(solver.method, dotted(moved), dotted(on), on.span, moved.span);
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
export function lower(model: Model, solver: Solver, wanted?: readonly string[], earlier?: Earlier): Module {
  const products = { jvp: wanted?.includes("jvp") ?? false, hvp: wanted?.includes("hvp") ?? false };
  const solve = buildSolve(tidyModel(model, earlier), solver, version, products);
  // A step of training begins with a gradient.
  const isWanted = (name: string): boolean =>
    wanted === undefined || wanted.includes(name) || (name === "gradient" && wanted.includes("step"));
  const entries = solve.entries.filter((entry) => isWanted(entry.name));
  const whole = entries.filter((entry) => entry.arguments.length === 0).map((entry) => entry.fn);
  const exported = entries.filter((entry) => entry.arguments.length > 0).map((entry) => entry.fn);
  const program = optimise(solve.program, whole, exported, solver.isSmall, earlier);
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
