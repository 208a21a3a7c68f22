/**
 * What an expression of a function body stands for while the body is lowered. Only scalars become IR expressions;
 * arrays are views of arrays of the IR, and records, functions and compile-time values exist during lowering alone.
 */

import type { ts } from "ts-morph";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Element, Expr, Shape, Test, View } from "../ir/nodes.ts";
import {
  describeShape,
  describe as describeStatic,
  type FunctionValue,
  type Static,
} from "./static-values.ts";

export type Value = Scalar | Condition | ArrayValue | RecordOfValues | Constant | FunctionValue;

/** A number. One that may serve as a subscript or a bound has an integer form beside its real expression. */
export interface Scalar {
  readonly kind: "scalar";
  /** Called when the number is needed as a number; may note a constant array, never emits a statement. */
  readonly real: () => Expr;
  /** The same number as an integer form, where it is one. */
  readonly form?: (() => Affine) | undefined;
  /** It is an integer by its making (a loop index, a length), so that its form may stand for the number everywhere. */
  readonly pure: boolean;
  /** It is an integer by its making, too, but may be -0, which no form is: the number is computed as it is written. */
  readonly signed?: boolean | undefined;
  /** What it is the least or the greatest of: it is not above, or not below, any of these. */
  readonly extreme?: { readonly op: "min" | "max"; readonly of: readonly Affine[] } | undefined;
}

/** A condition, with what it says of integer forms where it holds and where it does not. */
export interface Condition {
  readonly kind: "condition";
  readonly test: Test;
  readonly whenTrue: readonly Fact[];
  readonly whenFalse: readonly Fact[];
}

/** This form is not negative. */
export type Fact = Affine;

/** An array, or a row of one: what is left of its shape after the indices of the view. */
export interface ArrayValue {
  readonly kind: "array";
  readonly view: View;
  readonly shape: Shape;
  readonly element: Element;
  /** May be written to: it was made in the body. Otherwise what it is, in words. */
  readonly readOnly?: string | undefined;
  /** Its numbers stand in arrays of JavaScript, whose `map` may give anything; else in `Float64Array`s. */
  readonly list?: boolean | undefined;
}

export interface RecordOfValues {
  readonly kind: "record";
  readonly entries: ReadonlyMap<string, Value>;
  /** A tuple: members are numbered, and it has a length. */
  readonly tuple: boolean;
  /** Where members were written, for diagnostics. */
  readonly nodes?: ReadonlyMap<string, ts.Node> | undefined;
}

/** A list, tensor or record that is known when the model is compiled; becomes an array of the program when it must. */
export interface Constant {
  readonly kind: "constant";
  readonly value: Static;
  /** The constant this is a part of, and the subscripts that lead here. */
  readonly root: { readonly value: Static; readonly name: string };
  readonly prefix: readonly Affine[];
}

export const real = (expr: Expr): Scalar => {
  const whole = expr.kind === "number" && Number.isSafeInteger(expr.value) && !Object.is(expr.value, -0);
  return {
    kind: "scalar",
    real: () => expr,
    form: whole ? () => affine.integer(expr.value) : undefined,
    pure: whole,
  };
};

export const number = (value: number): Scalar => real(build.number(value));

export const integer = (form: Affine): Scalar => ({
  kind: "scalar",
  real: () => build.integerValue(form),
  form: () => form,
  pure: true,
});

export const condition = (
  test: Test,
  whenTrue: readonly Fact[] = [],
  whenFalse: readonly Fact[] = [],
): Condition => ({ kind: "condition", test, whenTrue, whenFalse });

/** What was chosen between two sides: a copy of one of them. */
export const chosen = "the result of a branch";

/** What `map` or `stopGradient` hands on of an array that can change: a copy here, the same numbers in JavaScript. */
export const borrowed = "a part of another array";

export const constant = (value: Static, name: string): Constant => ({
  kind: "constant",
  value,
  root: { value, name },
  prefix: [],
});

/** A compile-time value as a value of a function body. `name` is what it is called in the generated code. */
export function fromStatic(value: Static, name: string): Value {
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return condition(value ? build.always : build.never);
  if (typeof value === "object" && value.kind === "function") return value;
  return constant(value, name);
}

/** A value in the words of the user. */
export function describe(value: Value): string {
  switch (value.kind) {
    case "scalar":
      return "a number";
    case "condition":
      return "a condition";
    case "array":
      return describeShape(value.shape);
    case "record":
      return value.tuple ? `an array of ${value.entries.size} items` : "a record";
    case "constant":
      return describeStatic(value.value);
    case "function":
      return "a function";
    default:
      return value satisfies never;
  }
}
