/**
 * Where things are in generated C: members of the problem, the results and the workspace. In: a module. Out: struct
 * declarations, initialisers of the defaults, and the spelling of every array entry. Records are stored leaf by leaf,
 * in the order of the flat records of the other targets.
 */

import type { Shape } from "../ir/nodes.ts";
import { type Leaf, sizeOf } from "../model.ts";
import type { Module } from "../module.ts";
import { Identifiers, type Words } from "./identifiers.ts";

export type Real = "double" | "float";

/** A member of a struct: an array of reals, or a struct of members. */
export interface Member {
  readonly name: string;
  /** The model's own word for it. */
  readonly word: string;
  readonly shape: Shape;
  readonly members?: readonly Member[];
  /** Row-major values of a leaf. */
  readonly initial?: readonly number[];
}

interface Branch {
  readonly word: string;
  leaf?: Leaf & { readonly extra: Shape };
  readonly branches: Map<string, Branch>;
}

/** Leaves as nested members with the model's own names made safe; `count` comes before the shape of a leaf. */
export class RecordLayout {
  readonly members: readonly Member[];
  readonly #words: Words;
  readonly #spellings = new Map<string, string>();

  constructor(leaves: readonly { readonly leaf: Leaf; readonly extra: Shape }[], words: Words) {
    this.#words = words;
    const root: Branch = { word: "", branches: new Map() };
    for (const { leaf, extra } of leaves) {
      let at = root;
      for (const word of leaf.path) {
        let next = at.branches.get(word);
        if (next === undefined) {
          next = { word, branches: new Map() };
          at.branches.set(word, next);
        }
        at = next;
      }
      at.leaf = { ...leaf, extra };
    }
    this.members = this.#build(root, "", []);
  }

  #build(branch: Branch, prefix: string, path: readonly string[]): Member[] {
    const identifiers = new Identifiers(this.#words);
    return [...branch.branches.values()].map((inner): Member => {
      const name = identifiers.declare(/^\d/.test(inner.word) ? `_${inner.word}` : inner.word);
      const spelling = prefix === "" ? name : `${prefix}.${name}`;
      const full = [...path, inner.word];
      this.#spellings.set(full.join("\u0000"), spelling);
      if (inner.leaf !== undefined) {
        const { extra, shape, initial } = inner.leaf;
        return { name, word: inner.word, shape: [...extra, ...shape], initial };
      }
      return { name, word: inner.word, shape: [], members: this.#build(inner, spelling, full) };
    });
  }

  /** `encoder.W` for the leaf at a path. */
  spelling(path: readonly string[]): string {
    return this.#spellings.get(path.join("\u0000"))!;
  }
}

export interface Layout {
  readonly state: RecordLayout;
  readonly params: RecordLayout;
  readonly inputs: RecordLayout;
  readonly data: RecordLayout;
  readonly outputs: RecordLayout;
  readonly observations: number;
  /** Samples of a batch; 1 where there is none. */
  readonly samples: number;
}

/** `words`: what no member may be called. */
export function layoutOf(module: Module, words: Words): Layout {
  const { model } = module;
  const plain = (leaves: readonly Leaf[]) =>
    new RecordLayout(
      leaves.map((leaf) => ({ leaf, extra: [] })),
      words,
    );
  return {
    state: plain(model.state),
    params: plain(model.params),
    inputs: new RecordLayout(
      model.inputs.flatMap((input) => input.leaves.map((leaf) => ({ leaf, extra: [input.count] }))),
      words,
    ),
    data: plain(model.data),
    outputs: plain(
      model.outputs.map((output) => ({
        path: [output.name],
        name: output.name,
        shape: output.shape,
        offset: 0,
        initial: [],
        span: model.span,
      })),
    ),
    observations: model.times?.length ?? 1,
    samples: module.solver.batch ?? 1,
  };
}

/** Lines that declare the members of a struct. */
export function declareMembers(members: readonly Member[], real: Real, indent = "    "): string[] {
  return members.flatMap((member) => {
    const extents = member.shape.map((extent) => `[${extent}]`).join("");
    if (member.members === undefined) return [`${indent}${real} ${member.name}${extents};`];
    return [
      `${indent}struct {`,
      ...declareMembers(member.members, real, `${indent}    `),
      `${indent}} ${member.name};`,
    ];
  });
}

/** A number as C writes it, shortest form that reads back to the same bits. */
export function cNumber(value: number, real: Real): string {
  // The macros are floats in most headers and doubles in some.
  if (Number.isNaN(value)) return `(${real})NAN`;
  if (!Number.isFinite(value)) return value > 0 ? `(${real})INFINITY` : `(-(${real})INFINITY)`;
  let text = Object.is(value, -0) ? "-0" : String(value);
  if (real === "float") {
    const rounded = Math.fround(value);
    for (let digits = 1; digits <= 9; digits++) {
      text = String(Number(rounded.toPrecision(digits)));
      if (Math.fround(Number(text)) === rounded) break;
    }
    if (Object.is(rounded, -0)) text = "-0";
    if (!Number.isFinite(rounded)) return cNumber(rounded, real);
  }
  const decimal = /[.e]/.test(text) ? text : `${text}.0`;
  return real === "float" ? `${decimal}f` : decimal;
}

/** A braced initialiser of a row-major array, or one number. Every entry is written out (MISRA C rule 9.3). */
export function initialiser(values: readonly number[], shape: Shape, real: Real | "integer"): string {
  const print = (value: number): string => (real === "integer" ? String(value) : cNumber(value, real));
  const build = (offset: number, rest: Shape): string => {
    const [extent, ...inner] = rest;
    if (extent === undefined) return print(values[offset] ?? 0);
    const words = sizeOf(inner);
    const parts = Array.from({ length: extent }, (_, i) => build(offset + i * words, inner));
    return `{ ${parts.join(", ")} }`;
  };
  return build(0, shape);
}

/** Initialiser of a struct, members in order. */
export function structInitialiser(members: readonly Member[], real: Real): string {
  const parts = members.map((member) =>
    member.members === undefined
      ? initialiser(member.initial ?? [], member.shape, real)
      : structInitialiser(member.members, real),
  );
  return `{ ${parts.join(", ")} }`;
}

/** Breaks a long initialiser behind commas. */
export function wrapped(text: string, indent: string, width = 110): string {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const at = rest.lastIndexOf(", ", width);
    if (at <= 0) break;
    lines.push(rest.slice(0, at + 1));
    rest = rest.slice(at + 2);
  }
  lines.push(rest);
  return lines.join(`\n${indent}`);
}
