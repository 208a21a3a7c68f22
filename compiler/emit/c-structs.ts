/**
 * The structs of generated C as data: their members in order, for the header that declares them and for the sizes that
 * stand beside it. In: a module and where its arrays live. Out: structs, their sizes, and where leaves lie in them.
 */

import { reportOf, type Solver } from "../module.ts";
import type { Parts } from "./c-declarations.ts";
import type { Member, RecordLayout } from "./c-layout.ts";
import type { EntryName } from "./c-storage.ts";

/** Records with the model's own names, in the order of the structs. */
export const recordNames = ["state", "params", "inputs", "data", "outputs"] as const;
export type RecordName = (typeof recordNames)[number];

export type StructName =
  | RecordName
  | "problem"
  | "direction"
  | "solution"
  | "gradients"
  | "workspace"
  | "adam";

/** A number of C: `real` is the type of real numbers. */
export type NumberType = "real" | "int32_t" | "uint32_t";

/** A member of a struct that is no record: numbers, or records. */
export interface Field {
  readonly name: string;
  readonly type: NumberType | RecordName;
  /** Extents of an array, each with the macro that stands for it, if one does. */
  readonly extents: readonly { readonly count: number; readonly macro?: string }[];
  readonly doc?: string | undefined;
}

/** Records that a module may do without. */
export function recordsOf({ module: { model }, storage }: Parts) {
  return {
    state: model.state.length > 0,
    params: model.params.length > 0,
    inputs: model.inputs.length > 0,
    data: model.data.length > 0,
    outputs:
      model.outputs.length > 0 && storage.entries.some((entry) => entry === "solve" || entry === "jvp"),
    times: model.times !== undefined && model.field === undefined,
    control: model.field === undefined,
  };
}

/** The structs that the functions take, as far as the module has them, in the order in which they are declared. */
export function argumentStructs(parts: Parts): readonly (readonly [StructName, readonly Field[]])[] {
  const { module, names, layout } = parts;
  const has = recordsOf(parts);
  const observed = [{ count: layout.observations, macro: names.macro(has.control ? "TIMES" : "POINTS") }];
  const samples = samplesOf(parts);
  const real = (name: string, extents: Field["extents"] = []): Field => ({ name, type: "real", extents });
  const isAsked = (...wanted: readonly EntryName[]): boolean =>
    parts.storage.entries.some((entry) => wanted.includes(entry));
  const ends = has.control ? [real("t0"), real("t1")] : [];
  const params: readonly Field[] = has.params ? [{ name: "params", type: "params", extents: [] }] : [];
  const state0: readonly Field[] = has.state ? [{ name: "state0", type: "state", extents: samples }] : [];
  const inputs: readonly Field[] = has.inputs ? [{ name: "inputs", type: "inputs", extents: [] }] : [];
  const data: readonly Field[] = has.data ? [{ name: "data", type: "data", extents: samples }] : [];
  const times = has.times ? [real("times", observed)] : [];
  const perTime = (name: string, type: RecordName): Field => ({
    name,
    type,
    extents: [...samples, ...observed],
  });
  return [
    [
      "problem",
      [
        ...ends,
        ...(module.solver.tolerance === undefined ? [] : [real("rtol"), real("atol")]),
        ...(has.control
          ? [{ name: stepsMember(module.solver), type: "uint32_t", extents: [] } as const]
          : []),
        ...[...state0, ...params, ...inputs, ...data, ...times],
      ],
    ],
    ...(isAsked("jvp", "hvp")
      ? [["direction", [...ends, ...state0, ...params, ...inputs, ...times]] as const]
      : []),
    ...(isAsked("solve", "jvp")
      ? [
          [
            "solution",
            [
              real("value"),
              ...(has.state ? [perTime("states", "state")] : []),
              ...(has.outputs ? [perTime("outputs", "outputs")] : []),
            ],
          ] as const,
        ]
      : []),
    ...(isAsked("gradient", "hvp")
      ? [
          [
            "gradients",
            [
              ...[real("value"), ...state0, ...params, ...inputs],
              ...(module.solver.density === true
                ? [{ name: "density", type: "inputs", extents: [] } as const]
                : []),
            ],
          ] as const,
        ]
      : []),
  ];
}

/** The members of the workspace. */
export function workspaceFields(parts: Parts): readonly Field[] {
  const { module, names, layout, storage } = parts;
  const counts = (shape: readonly number[]): Field["extents"] => shape.map((count) => ({ count }));
  const states = (name: string): Field => ({
    name,
    type: "state",
    extents: [...samplesOf(parts), { count: layout.observations, macro: names.macro("TIMES") }],
  });
  const of = (type: NumberType) => (array: (typeof storage.reals)[number]) => ({
    name: storage.identifier(array),
    type,
    extents: counts(array.shape),
    doc: array.doc,
  });
  const fields: readonly Field[] = [
    ...storage.reals.map(of("real")),
    ...(storage.keepsStates ? [states("states")] : []),
    ...(storage.keepsStateDots ? [states("states_dot")] : []),
    ...reportOf(module.solver).map((name): Field => ({ name: snake(name), type: "real", extents: [] })),
    ...storage.integers.map(of("int32_t")),
  ];
  // Filled up, so that the size is the same wherever numbers have theirs.
  const integers = storage.integers.reduce((sum, { shape }) => sum + product(shape), 0);
  const isOdd = wordBytes(parts) === 8 && integers % 2 === 1;
  return isOdd ? [...fields, { name: "unused", type: "int32_t", extents: [] }] : fields;
}

/** The members of the state of Adam. */
export const adamFields: readonly Field[] = [
  ...["rate", "mean_left", "square_left"].map((name): Field => ({ name, type: "real", extents: [] })),
  ...["mean", "square"].map((name): Field => ({ name, type: "params", extents: [] })),
];

/** The axis of what each sample of a batch has for itself. */
function samplesOf({ module, names }: Parts): Field["extents"] {
  const { batch } = module.solver;
  return batch === undefined ? [] : [{ count: batch, macro: names.macro("BATCH") }];
}

/** The member of the problem that says how many steps there are, or at most are. */
export const stepsMember = ({ tolerance }: Solver): string =>
  tolerance === undefined ? "steps" : "max_steps";

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Lines that declare members. */
export function declareFields(fields: readonly Field[], { prefix, real }: Parts): string[] {
  return fields.map(({ name, type, extents }) => {
    const spelled = type === "real" ? real : isNumber(type) ? type : `${prefix}_${type}`;
    return `    ${spelled} ${name}${extents.map(({ count, macro }) => `[${macro ?? count}]`).join("")};`;
  });
}

const isNumber = (type: Field["type"]): type is NumberType =>
  type === "real" || type === "int32_t" || type === "uint32_t";

const product = (shape: readonly number[]): number => shape.reduce((all, extent) => all * extent, 1);

/** Bytes of a real number. */
export const wordBytes = ({ real }: Pick<Parts, "real">): number => (real === "float" ? 4 : 8);

/** Numbers of a field in all. */
export const countOf = ({ extents }: Field): number => product(extents.map(({ count }) => count));

/**
 * Bytes of a struct where every number is aligned to its own size, as on every usual part and machine of 32 and 64 bits
 * but i386, and as on those of 8 and 16 bits for `float`.
 */
export function bytesOf(fields: readonly Field[], parts: Parts): number {
  const word = wordBytes(parts);
  let end = 0;
  let widest = 1;
  for (const field of fields) {
    const size = isNumber(field.type)
      ? field.type === "real"
        ? word
        : 4
      : word * wordsOf(parts.layout[field.type]);
    const alignment = isNumber(field.type) ? size : word;
    end = roundedUp(end, alignment) + size * countOf(field);
    widest = Math.max(widest, alignment);
  }
  return roundedUp(end, widest);
}

const roundedUp = (bytes: number, alignment: number): number => Math.ceil(bytes / alignment) * alignment;

/** A leaf of a record: its path in the model, its spelling in C, and its first number. */
export interface PlacedLeaf {
  readonly path: readonly string[];
  readonly member: string;
  readonly shape: readonly number[];
  /** In numbers from the start of the record. */
  readonly offset: number;
}

/** The leaves of a record in the order in which they lie. */
export function placedLeaves(layout: RecordLayout): readonly PlacedLeaf[] {
  const leaves: PlacedLeaf[] = [];
  let offset = 0;
  const visit = (members: readonly Member[], path: readonly string[], member: string): void => {
    for (const one of members) {
      const own = { path: [...path, one.word], member: member === "" ? one.name : `${member}.${one.name}` };
      if (one.members !== undefined) {
        visit(one.members, own.path, own.member);
        continue;
      }
      leaves.push({ ...own, shape: one.shape, offset });
      offset += product(one.shape);
    }
  };
  visit(layout.members, [], "");
  return leaves;
}

/** Numbers of a record. */
export const wordsOf = (layout: RecordLayout): number =>
  placedLeaves(layout).reduce((sum, { shape }) => sum + product(shape), 0);
