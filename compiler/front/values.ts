/**
 * Values during lowering: what an expression of a function body stands for. Numbers are IR expressions, whole numbers
 * also index forms; arrays are views of IR arrays; records, functions and compile-time data never reach the IR.
 */

import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Element, Expr, Shape, Test, View } from "../ir/nodes.ts";
import type { ConstantArray } from "./constants.ts";
import type { ts } from "./load.ts";
import type { Scope } from "./lower.ts";
import { describeShape, describeStatic, type Static } from "./static-values.ts";

export type Value =
  | { readonly kind: "real"; readonly expr: Expr }
  | { readonly kind: "integer"; readonly form: Affine }
  | { readonly kind: "test"; readonly test: Test }
  | {
      readonly kind: "array";
      readonly view: View;
      readonly shape: Shape;
      readonly element: Element;
      readonly isWritable: boolean;
    }
  | {
      readonly kind: "record";
      readonly entries: ReadonlyMap<string, Value>;
      readonly declared?: ReadonlyMap<string, ts.Node>;
    }
  /** A mutable scalar: an IR array of rank 0. */
  | { readonly kind: "variable"; readonly array: string }
  /** Part of a constant array: the entry, or the sub-array, behind the subscripts so far. */
  | { readonly kind: "constant"; readonly source: ConstantArray; readonly at: readonly Affine[] }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "closure"; readonly node: FunctionLike; readonly scope: Scope }
  | { readonly kind: "static"; readonly value: Static }
  | { readonly kind: "poison" };

export type FunctionLike = ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration;

export const real = (expr: Expr): Value => ({ kind: "real", expr });

export const integer = (form: Affine): Value => ({ kind: "integer", form });

export function describe(value: Value): string {
  switch (value.kind) {
    case "real":
    case "variable":
    case "integer":
      return "a number";
    case "test":
      return "a truth value";
    case "array":
      return describeShape(value.shape);
    case "record":
      return "a record";
    case "constant":
      return describeShape(value.source.shape.slice(value.at.length));
    case "list":
      return `a list of ${value.items.length}`;
    case "closure":
      return "a function";
    case "static":
      return describeStatic(value.value);
    case "poison":
      return "a value with an error";
    default:
      return value satisfies never;
  }
}

/** The value as a real expression, if it is a number. */
export function asReal(value: Value): Expr | undefined {
  switch (value.kind) {
    case "real":
      return value.expr;
    case "variable":
      return build.read(value.array);
    case "integer":
      return build.integerValue(value.form);
    case "array":
      return value.shape.length === 0 && value.element === "real"
        ? build.read(value.view.array, value.view.prefix)
        : undefined;
    case "constant":
      return value.at.length === value.source.shape.length
        ? build.read(value.source.real(), value.at)
        : undefined;
    case "static":
      return typeof value.value === "number" ? build.number(value.value) : undefined;
    default:
      return undefined;
  }
}

/** The value as an index form, if it is a whole number known in loop indices. */
export function asInteger(value: Value): Affine | undefined {
  if (value.kind === "integer") return value.form;
  if (value.kind === "constant" && value.source.isInteger && value.at.length === value.source.shape.length) {
    return affine.gather(value.source.integer(), value.at);
  }
  if (value.kind === "static" && Number.isInteger(value.value)) return affine.integer(value.value as number);
  if (value.kind === "real" && value.expr.kind === "number" && Number.isInteger(value.expr.value)) {
    return affine.integer(value.expr.value);
  }
  return undefined;
}
