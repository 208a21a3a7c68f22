/**
 * The header of generated C: structs with the model's own names, sizes, statuses, prototypes. In: a module and where
 * its arrays live. Out: the text of the header, and of the object with the model's defaults.
 */

import type { Module } from "../module.ts";
import { lineComment } from "./c-comment.ts";
import { bill } from "./c-description.ts";
import {
  cNumber,
  declareMembers,
  initialiser,
  type Layout,
  type Real,
  structInitialiser,
  wrapped,
} from "./c-layout.ts";
import { type CNames, statuses } from "./c-names.ts";
import type { operationsOf } from "./c-operations.ts";
import { stepDeclarations } from "./c-step.ts";
import type { EntryName, Storage } from "./c-storage.ts";
import {
  argumentStructs,
  bytesOf,
  declareFields,
  placedLeaves,
  recordNames,
  recordsOf,
  wordsOf,
  workspaceFields,
} from "./c-structs.ts";

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
  /** The constants that say where parameters lie, by path. */
  readonly places: ReadonlyMap<string, string>;
  readonly operations: ReturnType<typeof operationsOf>;
  /** Whether there are steps of training. */
  readonly trains: boolean;
  readonly isPortable: boolean;
}

const onlyIf = (isThere: boolean, ...lines: readonly string[]): readonly string[] => (isThere ? lines : []);

export function headerText(parts: Parts): string {
  const { prefix: p, real, names, storage } = parts;
  const records = structs(parts).join("\n\n");
  const workspace = workspaceText(parts);
  return `${parts.opening}

#ifndef ${names.macro("H")}
#define ${names.macro("H")}

/* Real numbers are ${real}. Equal to the JavaScript module bit for bit in + - * / and sqrt, provided that the compiler
 * fuses no multiplication with an addition: -std=c99 or -ffp-contract=off. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

${bill(parts)}

${extents(parts, records + workspace)}${statusText(parts)}${records}
${places(parts)}
/* All the memory a call needs beside its arguments, in bytes. Its contents need not be kept between calls.
 * With ${names.macro("DEBUG")} defined, here and where the source is compiled, it begins with a tag: a workspace that is neither zero
 * nor this module's own is refused. */
#if defined(${names.macro("DEBUG")})
#define ${names.macro("WORKSPACE_BYTES")} ${bytesOf(workspaceFields(parts), parts) + tagBytes}u
#else
#define ${names.macro("WORKSPACE_BYTES")} ${bytesOf(workspaceFields(parts), parts)}u
#endif
${workspace}

/* Where constants lie, if not where the compiler puts them: \`__flash\` for avr-gcc. Defaults are copied before they are used. */
#ifndef ${names.macro("FLASH")}
#define ${names.macro("FLASH")}
#endif

/* The model's own defaults. */
extern const ${names.macro("FLASH")} ${p}_problem ${p}_default;

${storage.entries.map((entry) => prototype(parts, entry)).join("\n\n")}${parts.trains ? `\n\n${stepDeclarations(parts)}` : ""}

#ifdef __cplusplus
}
#endif

#endif
`;
}

/** How many points or times there are, and steps at most, where anything is as long: `used` is the text of the structs. */
function extents({ module, names, layout, storage }: Parts, used: string): string {
  const { field } = module.model;
  const { batch, steps } = module.solver;
  const runs = storage.entries.length > 0;
  const inUse = (name: string): boolean => used.includes(names.macro(name));
  const constant = (name: string, value: string): string => `#define ${names.macro(name)} ${value}\n`;
  if (field !== undefined)
    return inUse("POINTS")
      ? `/* Points of one call. */\n${constant("POINTS", String(layout.observations))}\n`
      : "";
  const times = inUse("TIMES") ? constant("TIMES", String(layout.observations)) : "";
  const most = runs ? constant("STEPS", `${steps}u`) : "";
  const words = [
    ...onlyIf(times !== "", "Observation times"),
    ...onlyIf(most !== "", "the most steps of a run"),
  ];
  const remark = words.join(", and ").replace(/^t/, "T");
  const samples =
    batch === undefined
      ? ""
      : `/* Samples, each with a state and data of its own. */\n${constant("BATCH", String(batch))}`;
  const text = `${remark === "" ? "" : `/* ${remark}. */\n${times}${most}`}${samples}`;
  return text === "" ? "" : `${text}\n`;
}

/** The statuses, where there are functions that return one. */
function statusText({ prefix: p, names, storage }: Parts): string {
  if (storage.entries.length === 0) return "";
  const codes = Object.values(statuses).map((code) => `    ${names.status(code)} = ${code}`);
  return `/* What the functions return. */
enum ${p}_status {
${codes.join(",\n")}
};

`;
}

function structs(parts: Parts): string[] {
  const { prefix: p, real, layout } = parts;
  const has = recordsOf(parts);
  // C has no empty structs, and a field without parameters has no direction.
  const nothing = ["    uint8_t nothing;"];
  const struct = (name: string, lines: readonly string[], remark = ""): string =>
    `${remark}typedef struct {\n${(lines.length === 0 ? nothing : lines).join("\n")}\n} ${p}_${name};`;
  return [
    ...recordNames
      .filter((name) => has[name])
      .map((name) =>
        struct(
          name,
          declareMembers(layout[name].members, real),
          name === "inputs" ? "/* One copy for each piece. */\n" : "",
        ),
      ),
    ...argumentStructs(parts).map(([name, fields]) => struct(name, declareFields(fields, parts))),
  ];
}

const placeOf = ({ places }: Parts, path: readonly string[]): string => places.get(path.join("\u0000"))!;

/** A declaration that no compiler accepts unless parameters lie where the header says. */
export function placesChecked(parts: Parts): string {
  const leaves = placedLeaves(parts.layout.params);
  if (leaves.length === 0) return "";
  const { prefix: p, real, names } = parts;
  const all = [
    `(sizeof(${p}_params) == (${names.macro("PARAMS_COUNT")} * sizeof(${real})))`,
    ...leaves.map(
      ({ path, member }) =>
        `((size_t)offsetof(${p}_params, ${member}) == (${placeOf(parts, path)} * sizeof(${real})))`,
    ),
  ];
  return `
/* Parameters are where the header says. */
extern char ${p}_params_check[(${all.join(" &&\n    ")}) ? 1 : -1];
`;
}

/** Of the two words of the tag. */
const tagBytes = 8;

/** Where parameters lie. */
function places(parts: Parts): string {
  const leaves = placedLeaves(parts.layout.params);
  if (leaves.length === 0) return "";
  const { prefix: p, real, names } = parts;
  const lines = leaves.map(({ path, offset }) => `#define ${placeOf(parts, path)} ${offset}u`);
  return `
/* Where each parameter begins among the ${real}s of ${p}_params, and how many there are; matrices lie row by row. */
${lines.join("\n")}
#define ${names.macro("PARAMS_COUNT")} ${wordsOf(parts.layout.params)}u
`;
}

/** The declaration of the workspace. */
export function workspaceText(parts: Parts): string {
  const fields = workspaceFields(parts);
  const lines = declareFields(fields, parts).map((line, i) => {
    const { doc } = fields[i]!;
    return doc === undefined ? line : `${line} ${lineComment(doc)}`;
  });
  const tag = `#if defined(${parts.names.macro("DEBUG")})\n    uint32_t tag[2];\n#endif`;
  return `typedef struct {\n${[tag, ...lines].join("\n")}\n} ${parts.prefix}_workspace;`;
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
  return `const ${parts.names.macro("FLASH")} ${p}_problem ${p}_default = {\n${lines.join(",\n")}\n};\n`;
}
