/**
 * Values that are known when the model is compiled: what module-level code computes, and what declarations hold.
 * Numbers, booleans, strings and `undefined` are themselves; everything else is tagged.
 */

import type { ts } from "ts-morph";
import type { Initialiser } from "../../runtime/random.ts";
import type { Shape } from "../ir/nodes.ts";
import { hasSameNumbers } from "../ir/numbers.ts";
import type { OperatorKind } from "../model.ts";
import type { Scope } from "./scope.ts";

export type Static =
  | number
  | boolean
  | string
  | undefined
  | Tensor
  | List
  | RecordValue
  | FunctionValue
  | Special;

/** `vec`, `mat`, `tensor` and typed arrays: entries in one buffer, row-major; a row is a view of the same buffer. */
export interface Tensor {
  readonly kind: "tensor";
  readonly element: "real" | "integer";
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** A JavaScript array. */
export interface List {
  readonly kind: "list";
  readonly items: Static[];
  /** Where each item was written, as far as it was written out. */
  readonly nodes: readonly (ts.Node | undefined)[];
}

export interface RecordValue {
  readonly kind: "record";
  readonly entries: ReadonlyMap<string, Static>;
  /** Where each entry was written. */
  readonly nodes: ReadonlyMap<string, ts.Node>;
}

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.MethodDeclaration;

export interface FunctionValue {
  readonly kind: "function";
  readonly node: FunctionNode;
  readonly scope: Scope;
  readonly name: string;
}

export type Special =
  | { readonly kind: "initialiser"; readonly value: Initialiser }
  | {
      readonly kind: "signal";
      readonly signal: "hold" | "linear" | "cubic";
      readonly leaf: Static;
      readonly knots: readonly Static[];
    }
  /** `custom(f, { jvp, vjp })`. */
  | {
      readonly kind: "custom";
      readonly name: string;
      readonly f: FunctionValue;
      readonly jvp: FunctionValue | undefined;
      readonly vjp: FunctionValue | undefined;
      readonly node: ts.Node;
    }
  | Operator
  | Applied
  /** A function of the library, by its name there. */
  | { readonly kind: "library"; readonly name: string }
  /** `import * as`: everything a module exports. */
  | { readonly kind: "namespace"; readonly lookup: (name: string, at: ts.Node) => Static }
  /** `ode({...})` or `kernel({...})`: its argument as it was when the call was evaluated. */
  | {
      readonly kind: "model";
      readonly form: "ode" | "kernel" | "field";
      readonly declaration: Static;
      readonly node: ts.CallExpression;
    };

/** A differential operator with its coefficients, not yet of a function: `weightedLaplacian(sigma)`. */
export interface Operator {
  readonly kind: "operator";
  readonly name: OperatorName;
  readonly operands: readonly Static[];
}

export type OperatorName = OperatorKind["name"];

/** A differential operator of a function: `laplacian(u)`. */
export interface Applied {
  readonly kind: "applied";
  readonly operator: Operator;
  readonly of: FunctionValue | Extract<Special, { kind: "custom" }> | Applied;
}

export const list = (items: Static[], nodes: readonly (ts.Node | undefined)[] = []): List => ({
  kind: "list",
  items,
  nodes,
});

export const record = (
  entries: ReadonlyMap<string, Static>,
  nodes: ReadonlyMap<string, ts.Node> = new Map(),
): RecordValue => ({ kind: "record", entries, nodes });

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

export const tensorOf = (
  shape: Shape,
  data: ArrayLike<number>,
  element: Tensor["element"] = "real",
): Tensor => ({
  kind: "tensor",
  element,
  shape,
  data: Float64Array.from(data),
});

/** The numbers as a plain array. `Array.from` asks an iterator for each of them, which takes several times as long. */
export function plain(data: Float64Array): number[] {
  const numbers = new Array<number>(data.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = data[i]!;
  return numbers;
}

/** The same for who does not change it: that of a long tensor stays one object as long as its entries do. */
export function listed(data: Float64Array): readonly number[] {
  if (data.length < long) return plain(data);
  const before = lists.get(data);
  if (before !== undefined && hasSameNumbers(data, before)) return before;
  const made = plain(data);
  lists.set(data, made);
  return made;
}

/** Of the data that a build has as the one before had it: whoever compares it has the same object, not thousands of numbers. */
const lists = new WeakMap<Float64Array, readonly number[]>();
const long = 512;

export const isTagged = (value: Static): value is Tensor | List | RecordValue | FunctionValue | Special =>
  typeof value === "object";

/** A value in the words of the user. */
export function describe(value: Static): string {
  if (value === undefined) return "`undefined`";
  if (typeof value === "string") return "text";
  if (typeof value !== "object") return typeof value === "number" ? "a number" : "true or false";
  switch (value.kind) {
    case "tensor":
      return describeShape(value.shape);
    case "list": {
      const numbers = numbersOf(value);
      return numbers === undefined ? `an array of ${value.items.length} items` : describeShape(numbers.shape);
    }
    case "record":
      return "a record";
    case "function":
    case "library":
    case "custom":
    case "operator":
    case "applied":
      return "a function";
    case "initialiser":
      return "an initialiser";
    case "signal":
      return "a signal of time";
    case "namespace":
      return "a module";
    case "model":
      return "a model";
    default:
      return value satisfies never;
  }
}

export function describeShape(shape: Shape): string {
  if (shape.length === 0) return "a number";
  if (shape.length === 1) return `a vector of ${shape[0]} entries`;
  if (shape.length === 2) return `a matrix of ${shape[0]} rows and ${shape[1]} columns`;
  return `a tensor of ${shape.join(" × ")} entries`;
}

/** Entry or row `at` of a tensor: a number, or a view. */
export function part(tensor: Tensor, at: number): number | Tensor {
  const [, ...rest] = tensor.shape;
  if (rest.length === 0) return tensor.data[at]!;
  const stride = sizeOf(rest);
  return { ...tensor, shape: rest, data: tensor.data.subarray(at * stride, (at + 1) * stride) };
}

/**
 * The entries of a number, tensor or regular nested list, row-major; undefined where it is something else or its rows
 * differ in length.
 */
export function numbersOf(value: Static): { shape: Shape; data: readonly number[] } | undefined {
  if (typeof value === "number") return { shape: [], data: [value] };
  if (!isTagged(value)) return undefined;
  if (value.kind === "tensor") return { shape: value.shape, data: listed(value.data) };
  if (value.kind !== "list") return undefined;
  const { items } = value;
  if (items.length > 0 && items.every((item) => typeof item === "number"))
    return { shape: [items.length], data: [...items] };
  const data: number[] = [];
  let inner: Shape | undefined;
  for (const item of items) {
    const own = numbersOf(item);
    if (own === undefined) return undefined;
    if (
      inner !== undefined &&
      (inner.length !== own.shape.length || inner.some((n, axis) => n !== own.shape[axis]))
    ) {
      return undefined;
    }
    inner = own.shape;
    for (const entry of own.data) data.push(entry);
  }
  return { shape: [items.length, ...(inner ?? [])], data };
}
