/**
 * The header of generated C: structs with the model's own names, sizes, statuses, prototypes. In: a module and where
 * its arrays live. Out: the text of the header, and of the object with the model's defaults.
 */

import type { GlobalArray } from "../ir/nodes.ts";
import { sizeOf } from "../model.ts";
import { type Module, reportOf, type Solver, status } from "../module.ts";
import { lineComment } from "./c-comment.ts";
import {
  cNumber,
  declareMembers,
  initialiser,
  type Layout,
  type Member,
  type Real,
  structInitialiser,
  wrapped,
} from "./c-layout.ts";
import type { CNames } from "./c-names.ts";
import { stepDeclarations } from "./c-step.ts";
import type { EntryName, Storage } from "./c-storage.ts";

/** What the parts of one generated module are written from. */
export interface Parts {
  readonly module: Module;
  readonly prefix: string;
  readonly real: Real;
  /** The comment that files open with. */
  readonly opening: string;
  /** Name of the files without their endings. */
  readonly stem: string;
  readonly names: CNames;
  readonly layout: Layout;
  readonly storage: Storage;
  readonly workspaceBytes: number;
  /** Whether there are steps of training. */
  readonly trains: boolean;
  readonly isPortable: boolean;
}

/** Records that a model may do without, in the order of the structs. */
export function recordsOf({ module: { model } }: Parts) {
  return {
    state: model.state.length > 0,
    params: model.params.length > 0,
    inputs: model.inputs.length > 0,
    data: model.data.length > 0,
    outputs: model.outputs.length > 0,
    times: model.times !== undefined && model.field === undefined,
    control: model.field === undefined,
  };
}

const onlyIf = (isThere: boolean, ...lines: readonly string[]): readonly string[] => (isThere ? lines : []);

export function headerText(parts: Parts): string {
  const { prefix: p, real, names, storage } = parts;
  const codes = Object.values(status).map((code) => `    ${names.status(code)} = ${code}`);
  return `${parts.opening}

#ifndef ${names.macro("H")}
#define ${names.macro("H")}

/* Real numbers are ${real}. Equal to the JavaScript module bit for bit in + - * / and sqrt, provided that the compiler
 * fuses no multiplication with an addition: -std=c99 or -ffp-contract=off. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

${extents(parts)}

/* What the functions return. */
enum ${p}_status {
${codes.join(",\n")}
};

${structs(parts).join("\n\n")}

/* All the memory a call needs beside its arguments, in bytes. Its contents need not be kept between calls. */
#define ${names.macro("WORKSPACE_BYTES")} ${parts.workspaceBytes}u
${workspace(parts)}

/* The model's own defaults. */
extern const ${p}_problem ${p}_default;

${storage.entries.map((entry) => prototype(parts, entry)).join("\n\n")}${parts.trains ? `\n\n${stepDeclarations(parts)}` : ""}

#ifdef __cplusplus
}
#endif

#endif
`;
}

/** How many points or times there are, and steps at most. */
const extents = ({ module, names, layout }: Parts): string =>
  module.model.field !== undefined
    ? `/* Points of one call. */\n#define ${names.macro("POINTS")} ${layout.observations}`
    : `/* Observation times, and the most steps of a run. */
#define ${names.macro("TIMES")} ${layout.observations}
#define ${names.macro("STEPS")} ${module.solver.steps}u${module.solver.batch === undefined ? "" : `\n/* Samples, each with a state and data of its own. */\n#define ${names.macro("BATCH")} ${module.solver.batch}`}`;

/** The axis of what each sample of a batch has for itself. */
const samplesOf = ({ module, names }: Parts): string =>
  module.solver.batch === undefined ? "" : `[${names.macro("BATCH")}]`;

function structs(parts: Parts): string[] {
  const { prefix: p, real, names, layout } = parts;
  const has = recordsOf(parts);
  const times = names.macro(has.control ? "TIMES" : "POINTS");
  const batch = samplesOf(parts);
  const isAsked = (...names: readonly EntryName[]): boolean =>
    parts.storage.entries.some((entry) => names.includes(entry));
  const struct = (name: string, lines: readonly string[], remark = ""): string =>
    `${remark}typedef struct {\n${lines.join("\n")}\n} ${p}_${name};`;
  const record = (name: "state" | "params" | "inputs" | "data" | "outputs", remark = ""): string =>
    struct(name, declareMembers(layout[name].members, real), remark);
  return [
    ...onlyIf(has.state, record("state")),
    ...onlyIf(has.params, record("params")),
    ...onlyIf(has.inputs, record("inputs", "/* One copy for each piece. */\n")),
    ...onlyIf(has.data, record("data")),
    ...onlyIf(has.outputs, record("outputs")),
    struct("problem", [
      ...onlyIf(has.control, `    ${real} t0;`, `    ${real} t1;`),
      ...onlyIf(parts.module.solver.tolerance !== undefined, `    ${real} rtol;`, `    ${real} atol;`),
      ...onlyIf(has.control, `    uint32_t ${stepsMember(parts.module.solver)};`),
      ...onlyIf(has.state, `    ${p}_state state0${batch};`),
      ...onlyIf(has.params, `    ${p}_params params;`),
      ...onlyIf(has.inputs, `    ${p}_inputs inputs;`),
      ...onlyIf(has.data, `    ${p}_data data${batch};`),
      ...onlyIf(has.times, `    ${real} times[${times}];`),
    ]),
    ...onlyIf(
      isAsked("jvp", "hvp"),
      struct("direction", [
        ...onlyIf(has.control, `    ${real} t0;`, `    ${real} t1;`),
        ...onlyIf(has.state, `    ${p}_state state0${batch};`),
        ...onlyIf(has.params, `    ${p}_params params;`),
        ...onlyIf(has.inputs, `    ${p}_inputs inputs;`),
        ...onlyIf(has.times, `    ${real} times[${times}];`),
      ]),
    ),
    ...onlyIf(
      isAsked("solve", "jvp"),
      struct("solution", [
        `    ${real} value;`,
        ...onlyIf(has.state, `    ${p}_state states${batch}[${times}];`),
        ...onlyIf(has.outputs, `    ${p}_outputs outputs${batch}[${times}];`),
      ]),
    ),
    ...onlyIf(
      isAsked("gradient", "hvp"),
      struct("gradients", [
        `    ${real} value;`,
        ...onlyIf(has.state, `    ${p}_state state0${batch};`),
        ...onlyIf(has.params, `    ${p}_params params;`),
        ...onlyIf(has.inputs, `    ${p}_inputs inputs;`),
        ...onlyIf(parts.module.solver.density === true, `    ${p}_inputs density;`),
      ]),
    ),
  ];
}

/** Sizes of what the caller hands over, in bytes, as C has them where reals have their usual sizes. */
export interface Sizes {
  readonly problem: number;
  readonly solution: number;
  readonly gradients: number;
}

export function sizesOf(parts: Parts): Sizes {
  const { real, layout } = parts;
  const { solver } = parts.module;
  const has = recordsOf(parts);
  const word = real === "float" ? 4 : 8;
  const words = (name: "state" | "params" | "inputs" | "data" | "outputs"): number =>
    wordsOf(layout[name].members);
  const { samples, observations } = layout;
  // The number of steps has four bytes, and what follows begins at a word.
  const control = (has.control ? 3 : 0) + (solver.tolerance === undefined ? 0 : 2);
  const state = samples * words("state");
  const times = has.times ? observations : 0;
  const given = state + words("params") + words("inputs") + samples * words("data");
  const density = solver.density === true ? words("inputs") : 0;
  return {
    problem: word * (control + given + times),
    solution: word * (1 + observations * (state + samples * words("outputs"))),
    gradients: word * (1 + state + words("params") + words("inputs") + density),
  };
}

const wordsOf = (members: readonly Member[]): number =>
  members.reduce(
    (sum, { shape, members: inner }) => sum + sizeOf(shape) * (inner === undefined ? 1 : wordsOf(inner)),
    0,
  );

function workspace(parts: Parts): string {
  const { module, prefix: p, real, names, storage } = parts;
  const batch = samplesOf(parts);
  const declare =
    (type: string) =>
    (array: GlobalArray): string =>
      `    ${type} ${storage.identifier(array)}${array.shape.map((extent) => `[${extent}]`).join("")};${array.doc === undefined ? "" : ` ${lineComment(array.doc)}`}`;
  const lines = [
    ...storage.reals.map(declare(real)),
    ...onlyIf(storage.keepsStates, `    ${p}_state states${batch}[${names.macro("TIMES")}];`),
    ...onlyIf(storage.keepsStateDots, `    ${p}_state states_dot${batch}[${names.macro("TIMES")}];`),
    ...reportOf(module.solver).map((name) => `    ${real} ${snake(name)};`),
    ...storage.integers.map(declare("int32_t")),
    ...onlyIf(storage.padding(real === "float" ? 4 : 8) > 0, "    int32_t unused;"),
  ];
  return `typedef struct {\n${lines.join("\n")}\n} ${p}_workspace;`;
}

function prototype({ module, prefix: p, names }: Parts, entry: EntryName): string {
  if (module.model.field !== undefined) return fieldPrototype(p, entry);
  const steps =
    module.solver.tolerance === undefined ? "in equal steps" : "in steps chosen by the tolerances";
  const remarks: Readonly<Record<EntryName, string>> = {
    solve: `Integrates from t0 to t1 ${steps}: states at the observation times, and the loss.`,
    gradient: "The loss and its exact gradient.",
    jvp: "The solve, and in `change` how its results change along a direction.",
    hvp: "The gradient, and in `change` the Hessian of the loss times a direction, whose t0, t1 and times are not read.",
  };
  const result = entry === "solve" || entry === "jvp" ? "solution" : "gradients";
  return `/* ${remarks[entry]} At most ${names.macro("STEPS")} steps. */
${signature(p, entry, result, false)};`;
}

function fieldPrototype(p: string, entry: EntryName): string {
  const remarks: Readonly<Record<EntryName, string>> = {
    solve: "The field and its operators at every point, and the mean of the loss.",
    gradient: "The mean of the loss over the points, and its exact gradient.",
    jvp: "The evaluation, and in `change` how its results change along a direction of the parameters.",
    hvp: "The gradient, and in `change` the Hessian of the loss times a direction.",
  };
  const result = entry === "solve" || entry === "jvp" ? "solution" : "gradients";
  return `/* ${remarks[entry]} */\n${signature(p, entry, result, true)};`;
}

/** What an entry takes, in order. */
export const argumentsOf = (entry: EntryName): readonly string[] =>
  entry === "solve" || entry === "gradient" ? ["in", "ws", "out"] : ["in", "along", "ws", "out", "change"];

export function signature(
  p: string,
  entry: EntryName,
  result: "solution" | "gradients",
  isField: boolean,
): string {
  const types: Readonly<Record<string, string>> = {
    in: `const ${p}_problem`,
    along: `const ${p}_direction`,
    ws: `${p}_workspace`,
    out: `${p}_${result}`,
    change: `${p}_${result}`,
  };
  return `int ${p}_${isField && entry === "solve" ? "evaluate" : entry}(${argumentsOf(entry)
    .map((one) => `${types[one]} *${one}`)
    .join(", ")})`;
}

/** The member of the problem that says how many steps there are, or at most are. */
export const stepsMember = ({ tolerance }: Solver): string =>
  tolerance === undefined ? "steps" : "max_steps";

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The definition of the model's defaults. */
export function defaultText(parts: Parts): string {
  const { module, prefix: p, real, layout } = parts;
  const { model, solver } = module;
  const has = recordsOf(parts);
  const perSample = (one: string): string =>
    solver.batch === undefined ? one : `{ ${new Array(solver.batch).fill(one).join(", ")} }`;
  const members = [
    ...onlyIf(has.control, cNumber(solver.t0, real), cNumber(solver.t1, real)),
    ...(solver.tolerance === undefined
      ? []
      : [cNumber(solver.tolerance.rtol, real), cNumber(solver.tolerance.atol, real)]),
    ...onlyIf(has.control, `${solver.steps}u`),
    ...onlyIf(has.state, perSample(structInitialiser(layout.state.members, real))),
    ...onlyIf(has.params, structInitialiser(layout.params.members, real)),
    ...onlyIf(has.inputs, structInitialiser(layout.inputs.members, real)),
    ...onlyIf(has.data, perSample(structInitialiser(layout.data.members, real))),
    ...onlyIf(has.times, initialiser(model.times ?? [], [model.times?.length ?? 0], real)),
  ];
  const lines = members.map((member) => `    ${wrapped(member, "    ")}`);
  return `const ${p}_problem ${p}_default = {\n${lines.join(",\n")}\n};\n`;
}
