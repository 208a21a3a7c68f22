/**
 * Holds a model the frontend read to the plain TypeScript it was read from: its functions, run by the interpreter of
 * the IR, give what the imported functions give, at random points.
 */

import { readFileSync } from "node:fs";
import { formatDiagnostic } from "../../compiler/diagnostics/codeframe.ts";
import { readModels } from "../../compiler/frontend/index.ts";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import type { Fn } from "../../compiler/ir/nodes.ts";
import { type Leaf, type Model, sizeOf } from "../../compiler/model.ts";
import { doubles } from "../../runtime/random.ts";

export const diskHost = {
  read(path: string): string | undefined {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
};

/** A host with files by name, beside the model. */
export const hostOf = (files: Readonly<Record<string, string>>) => ({
  read: (path: string): string | undefined => files[path],
});

/** The models of a text; throws the printed diagnostics where there are errors. */
export function read(text: string, files: Readonly<Record<string, string>> = {}): Model[] {
  const { models, diagnostics } = readModels("model.ode.ts", text, hostOf(files));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const sources = (file: string) => (file === "model.ode.ts" ? text : files[file]);
    throw new Error(errors.map((each) => formatDiagnostic(each, sources, { color: false })).join("\n"));
  }
  return models;
}

export function readFile(file: string): Model[] {
  const { models, diagnostics } = readModels(file, readFileSync(file, "utf8"), diskHost);
  if (diagnostics.length > 0) {
    throw new Error(
      diagnostics.map((each) => formatDiagnostic(each, diskHost.read, { color: false })).join("\n"),
    );
  }
  return models;
}

interface PlainDeclaration {
  readonly state: object;
  readonly params?: object;
  readonly data?: object;
  readonly constants?: object;
  readonly inputs?: Readonly<Record<string, { readonly leaf: unknown }>>;
  readonly rhs: (...args: readonly unknown[]) => unknown;
  readonly hamiltonian?: (...args: readonly unknown[]) => unknown;
  readonly loss?: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  readonly outputs?: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
}

/** A record with every leaf near its default, moved by up to `spread`; and the flat words by leaf path. */
function moved(value: unknown, path: string, words: Map<string, Float64Array>, next: () => number): unknown {
  const shift = (x: number) => x + 0.4 * (next() - 0.5) * (Math.abs(x) + 0.5);
  if (typeof value === "number") {
    const word = shift(value);
    words.set(path, Float64Array.of(word));
    return word;
  }
  if (value instanceof Float64Array) {
    const own = value.map(shift);
    words.set(path, own);
    return own;
  }
  // The rows of a matrix share one buffer; a tuple of vectors is several leaves.
  const isMatrix = (rows: readonly unknown[]): boolean =>
    rows.every((row) => row instanceof Float64Array && row.buffer === (rows[0] as Float64Array).buffer);
  if (Array.isArray(value) && isMatrix(value)) {
    const rows = value.map((row: Float64Array) => row.map(shift));
    words.set(path, Float64Array.from(rows.flatMap((row) => Array.from(row))));
    return rows;
  }
  if (Array.isArray(value) && value.every((page) => Array.isArray(page) && page[0] instanceof Float64Array)) {
    const pages = value.map((page: Float64Array[]) => page.map((row) => row.map(shift)));
    words.set(path, Float64Array.from(pages.flatMap((page) => page.flatMap((row) => Array.from(row)))));
    return pages;
  }
  const entries = Object.entries(value as object).map(
    ([key, inner]) => [key, moved(inner, path === "" ? key : `${path}.${key}`, words, next)] as const,
  );
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** Flat words of a result in the shape of the state, leaf by leaf. */
function flattened(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return Object.values(value as object).flatMap(flattened);
}

const close = (a: number, b: number, scale: number, tolerance: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), scale);

export interface Difference {
  readonly fn: string;
  readonly found: readonly number[];
  readonly expected: readonly number[];
}

/** Every difference between the model and the plain object it was declared as, at `points` random points. */
export function differences(
  model: Model,
  plain: { readonly declaration: unknown },
  points = 5,
  seed = 1,
  tolerance = 1e-15,
): Difference[] {
  const declaration = plain.declaration as PlainDeclaration;
  const next = doubles(seed);
  const found: Difference[] = [];
  for (let point = 0; point < points; point++) {
    const words = {
      state: new Map<string, Float64Array>(),
      params: new Map<string, Float64Array>(),
      inputs: new Map<string, Float64Array>(),
      data: new Map<string, Float64Array>(),
    };
    const state = moved(declaration.state, "", words.state, next);
    const params = moved(declaration.params ?? {}, "", words.params, next);
    const signals = Object.entries(declaration.inputs ?? {}).map(([name, { leaf }]) => [name, leaf] as const);
    const inputs = moved(Object.fromEntries(signals), "", words.inputs, next);
    const data = moved(declaration.data ?? {}, "", words.data, next);
    const t = 3 * next();
    const { constants = {} } = declaration;

    const call = (fn: Fn, outs: readonly number[], k: number): number[] => {
      const given = new Map<string, number | Float64Array>([["t", t]]);
      given.set("k", k);
      const put = (leaves: readonly Leaf[], from: Map<string, Float64Array>) => {
        for (const leaf of leaves) {
          const own = from.get(leaf.path.join("."));
          if (own === undefined || own.length !== sizeOf(leaf.shape))
            throw new Error(`no words for ${leaf.path}`);
          given.set(leaf.name, Float64Array.from(own));
        }
      };
      put(model.state, words.state);
      put(model.params, words.params);
      for (const input of model.inputs) put(input.leaves, words.inputs);
      put(model.data, words.data);
      const results = fn.parameters.filter((each) => each.kind === "array" && each.access === "out");
      const buffers = results.map((each, i) => {
        const buffer = new Float64Array(outs[i]!).fill(Number.NaN);
        given.set(each.name, buffer);
        return buffer;
      });
      evaluate({ arrays: model.constants, functions: [fn, ...model.functions] }, fn.name, given);
      return buffers.flatMap((buffer) => Array.from(buffer));
    };
    const compare = (
      fn: Fn | undefined,
      plainFn: ((...args: readonly unknown[]) => unknown) | undefined,
      outs: readonly number[],
    ) => {
      if (fn === undefined || plainFn === undefined) {
        if (fn !== undefined || plainFn !== undefined) throw new Error("a function is missing on one side");
        return;
      }
      const k = Math.floor(next() * (model.times?.length ?? 1));
      const expected = flattened(plainFn(state, params, { t, constants, inputs, data, k }));
      const computed = call(fn, outs, k);
      const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0) * 4;
      const same =
        expected.length === computed.length &&
        expected.every((x, i) => close(x, computed[i]!, scale, tolerance));
      if (!same) found.push({ fn: fn.name, found: computed, expected });
    };
    // The field of an energy is derived, and has no plain function to be compared with.
    if (model.hamiltonian !== undefined) compare(model.hamiltonian, declaration.hamiltonian, [1]);
    else
      compare(
        model.rhs,
        declaration.rhs,
        model.state.map(({ shape }) => sizeOf(shape)),
      );
    for (const part of ["terminal", "running", "at"] as const)
      compare(model.loss[part], declaration.loss?.[part], [1]);
    for (const { name, shape, fn } of model.outputs)
      compare(fn, declaration.outputs?.[name], [sizeOf(shape)]);
  }
  return found;
}
