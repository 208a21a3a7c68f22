/**
 * Values that are known when a model is compiled: what module-level constants, initial values and declarations are made
 * of. Numbers, texts and records as in JavaScript; typed arrays as tensors over one buffer, rows as views of it.
 */

import type { Initialiser } from "../../runtime/random.ts";
import type { Module, ts } from "./load.ts";

export class Tensor {
  readonly shape: readonly number[];
  readonly data: number[];
  readonly offset: number;

  constructor(shape: readonly number[], data?: number[], offset = 0) {
    this.shape = shape;
    this.offset = offset;
    this.data = data ?? new Array<number>(sizeOfShape(shape)).fill(0);
  }

  /** Row `i`: a number for a vector, a view for higher ranks; undefined past the end. */
  row(i: number): number | Tensor | undefined {
    const [extent = 0, ...rest] = this.shape;
    if (!Number.isInteger(i) || i < 0 || i >= extent) return undefined;
    const at = this.offset + i * sizeOfShape(rest);
    return rest.length === 0 ? this.data[at] : new Tensor(rest, this.data, at);
  }

  values(): number[] {
    return this.data.slice(this.offset, this.offset + sizeOfShape(this.shape));
  }
}

export const sizeOfShape = (shape: readonly number[]): number =>
  shape.reduce((product, one) => product * one, 1);

export class Closure {
  readonly node: ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration;
  readonly scope: StaticScope;

  constructor(node: ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration, scope: StaticScope) {
    this.node = node;
    this.scope = scope;
  }
}

/** A function of the authoring package. */
export class LibraryFunction {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Signal {
  readonly kind: "hold" | "linear" | "cubic";
  readonly count: number;
  /** Value of each piece or knot. */
  readonly pieces: readonly Static[];
  constructor(kind: "hold" | "linear" | "cubic", count: number, pieces: readonly Static[]) {
    this.kind = kind;
    this.count = count;
    this.pieces = pieces;
  }
}

/** `uniform(…)` or `normal(…)`, not drawn from yet. */
export class Draw {
  readonly initialiser: Initialiser;
  constructor(initialiser: Initialiser) {
    this.initialiser = initialiser;
  }
}

/** A declaration of a model; its parts are read where they are needed. */
export class Declared {
  readonly form: string;
  readonly node: ts.CallExpression;
  readonly scope: StaticScope;
  constructor(form: string, node: ts.CallExpression, scope: StaticScope) {
    this.form = form;
    this.node = node;
    this.scope = scope;
  }
}

export type Static =
  | number
  | boolean
  | string
  | undefined
  | null
  | Static[]
  | Map<string, Static>
  | Tensor
  | Closure
  | LibraryFunction
  | Signal
  | Draw
  | Declared;

/** Names in sight; the module's own come last. */
export interface StaticScope {
  readonly module: Module;
  readonly values: Map<string, { value: Static; readonly isConst: boolean }>;
  readonly outer?: StaticScope | undefined;
}

export function describeStatic(value: Static): string {
  if (typeof value === "number") return "a number";
  if (typeof value === "boolean") return "a truth value";
  if (typeof value === "string") return "a text";
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Map) return "a record";
  if (value instanceof Tensor) return describeShape(value.shape);
  if (value instanceof Signal) return "a signal of time";
  if (value instanceof Draw) return "an initialiser";
  if (value instanceof Declared) return "a model";
  return "a function";
}

export function describeShape(shape: readonly number[]): string {
  if (shape.length === 0) return "a number";
  if (shape.length === 1) return `a vector of ${shape[0]}`;
  if (shape.length === 2) return `a matrix of ${shape[0]} rows and ${shape[1]} columns`;
  return `a tensor of ${shape.join(" × ")}`;
}
