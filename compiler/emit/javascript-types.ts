/**
 * Types of a model's records, for the TypeScript dialect. In: a model. Out: type aliases with the model's own names;
 * nothing that is left when types are erased.
 */

import type { Shape } from "../ir/nodes.ts";
import type { Leaf, Model } from "../model.ts";
import type { Solver } from "../module.ts";
import type { Answers } from "./javascript-layer.ts";

interface Named {
  readonly path: readonly string[];
  readonly shape: Shape;
}

/** Which keys may stand without quotes; a name in quotes is data, whatever it is. */
const isPlain = /^[A-Za-z_$][\w$]*$/;

export const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff<]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** The type of a record of leaves; `brackets` follow the type of each leaf. */
function recordType(leaves: readonly Named[], brackets: string, indent: string, depth = 0): string {
  const groups = new Map<string, Named[]>();
  for (const leaf of leaves) {
    const word = leaf.path[depth];
    if (word === undefined) return `number${"[]".repeat(leaf.shape.length)}${brackets}`;
    groups.set(word, [...(groups.get(word) ?? []), leaf]);
  }
  if (groups.size === 0) return "{}";
  const inner = `${indent}  `;
  const types = [...groups].map(
    ([word, members]) => [word, recordType(members, brackets, inner, depth + 1)] as const,
  );
  if (types.every(([word], i) => word === String(i))) return `[${types.map(([, type]) => type).join(", ")}]`;
  const rows = types.map(([word, type]) => `${inner}${isPlain.test(word) ? word : quoted(word)}: ${type};`);
  return `{\n${rows.join("\n")}\n${indent}}`;
}

/** Types of a field's records, and of the answers that are given. */
export function fieldTypes(model: Model, { solves, differentiates }: Answers): string {
  const field = model.field!;
  const named = (leaves: readonly Leaf[]): Named[] => leaves.map(({ path, shape }) => ({ path, shape }));
  const points = model.data
    .filter(({ name }) => field.points.includes(name))
    .map(({ path, shape }) => ({ path, shape: shape.slice(1) }));
  const outputs = model.outputs.map(({ name, shape }) => ({ path: [name], shape }));
  const alias = (name: string, type: string): string => `export type ${name} = ${type};`;
  const evaluation = `{\n  status: Status;\n  outputs: ${recordType(outputs, "[]", "  ")};\n  value: number;\n}`;
  const derivative = "{ status: Status; value: number; gradient: { params: Params } }";
  return [
    alias("Point", recordType(points, "", "", 1)),
    alias("Params", recordType(named(model.params), "", "")),
    alias("Data", recordType(named(model.data), "", "")),
    "/** Part of a record in its own shape; arrays of numbers may be typed arrays. */",
    "export type Given<T> = T extends number ? number : T extends readonly (infer Entry)[] ? ArrayLike<Given<Entry>>",
    "  : { readonly [name in keyof T]?: Given<T[name]> };",
    "export type Question = {",
    "  points?: ArrayLike<Given<Point>>; params?: Given<Params>; data?: Given<Data>;",
    "};",
    ...(solves ? ["/** Outputs are lists, one entry per point. */", alias("Evaluation", evaluation)] : []),
    ...(differentiates ? [alias("ValueAndGradient", derivative)] : []),
  ].join("\n");
}

export function recordTypes(
  model: Model,
  controls: readonly string[],
  { solves, differentiates }: Answers,
  { batch, density }: Solver,
): string {
  const isBatch = batch !== undefined;
  /** What each sample of a batch has for itself is a list; one record may be given for all. */
  const given = (name: string): string =>
    isBatch ? `Given<${name}> | readonly Given<${name}>[]` : `Given<${name}>`;
  const list = isBatch ? "[]" : "";
  const named = (leaves: readonly Leaf[]): Named[] => leaves.map(({ path, shape }) => ({ path, shape }));
  const outputs = model.outputs.map(({ name, shape }) => ({ path: [name], shape }));
  // One entry per piece or knot, each in the shape of its leaf or record.
  const inputs = model.inputs.map(({ name, leaves }) => {
    const piece = recordType(named(leaves), "", "  ", 1);
    return `  ${isPlain.test(name) ? name : quoted(name)}: ${/^[\w[\]]+$/.test(piece) ? piece : `(${piece})`}[];`;
  });
  const state = model.initial === undefined ? `state: State${list}; ` : "";
  const alias = (name: string, type: string): string => `export type ${name} = ${type};`;
  const simulation = `{
  status: Status;
  t: number[];
  state: ${isBatch ? "(" : ""}${recordType(named(model.state), "[]", "  ")}${isBatch ? ")[]" : ""};
  outputs: ${isBatch ? "(" : ""}${recordType(outputs, "[]", "  ")}${isBatch ? ")[]" : ""};
  value: number;
}`;
  const derivative = `{\n  status: Status;\n  value: number;\n  gradient: { params: Params; ${state}inputs: Inputs };\n${density ? "  density: { inputs: Inputs };\n" : ""}}`;
  return [
    alias("State", recordType(named(model.state), "", "")),
    alias("Params", recordType(named(model.params), "", "")),
    alias("Inputs", inputs.length === 0 ? "{}" : `{\n${inputs.join("\n")}\n}`),
    alias("Data", recordType(named(model.data), "", "")),
    "/** Part of a record in its own shape; arrays of numbers may be typed arrays. */",
    "export type Given<T> = T extends number ? number : T extends readonly (infer Entry)[] ? ArrayLike<Given<Entry>>",
    "  : { readonly [name in keyof T]?: Given<T[name]> };",
    "export type Question = {",
    `  ${model.initial === undefined ? `state?: ${given("State")}; ` : ""}params?: Given<Params>; inputs?: Given<Inputs>; data?: ${given("Data")};`,
    `  times?: ArrayLike<number>; ${controls.map((name) => `${name}?: number;`).join(" ")}`,
    "};",
    ...(solves
      ? [
          "/** Leaves of states and outputs are lists, one entry per time. */",
          alias("Simulation", simulation),
        ]
      : []),
    ...(differentiates ? [alias("ValueAndGradient", derivative)] : []),
  ].join("\n");
}
