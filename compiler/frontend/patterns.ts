/**
 * Names get their values: declarations, parameters and destructuring. A number is bound to a `let` of the IR, a number
 * that is assigned to later becomes an array of rank 0, and everything else is named during lowering alone.
 */

import { ts } from "ts-morph";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import { entry, member } from "./access.ts";
import { isSteady } from "./arithmetic.ts";
import { keepCondition } from "./conditions.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import type { Scope } from "./scope.ts";
import { propertyName } from "./syntax.ts";
import { integer, real, type Scalar, type Value } from "./values.ts";

/** The value as it is now, whatever is assigned later: numbers and conditions are bound, arrays stay what they are. */
export function keep(lowering: Lowering, wish: string, value: Value): Value {
  switch (value.kind) {
    case "scalar":
      return keepScalar(lowering, wish, value);
    case "condition":
      return keepCondition(lowering, wish, value);
    default:
      return value;
  }
}

function keepScalar(lowering: Lowering, wish: string, value: Scalar): Scalar {
  if (value.pure) return value;
  const expr = value.real();
  if (isSteady(lowering, expr)) return value;
  return { ...real(lowering.leaf(wish, expr)), form: value.form, signed: value.signed };
}

/** Binds the names of a pattern. `changes`: the names that are assigned to somewhere in the function. */
export function bindPattern(
  lowering: Lowering,
  name: ts.BindingName,
  value: Value,
  scope: Scope,
  changes: ReadonlySet<string>,
): void {
  if (ts.isIdentifier(name)) {
    bindName(lowering, name, value, scope, changes.has(name.text));
    return;
  }
  name.elements.forEach((element, position) => {
    if (ts.isOmittedExpression(element)) return;
    if (element.dotDotDotToken !== undefined) refuse(syntax.spreadOrRest(spanOf(element.dotDotDotToken)));
    if (element.initializer !== undefined) refuse(syntax.defaultValue(spanOf(element.initializer)));
    let inner: Value;
    if (ts.isArrayBindingPattern(name)) {
      inner = entry(lowering, value, () => integer(affine.integer(position)), element);
    } else {
      const at = element.propertyName ?? element.name;
      inner = member(value, propertyName(at) ?? refuse(syntax.computedName(spanOf(at))), at);
    }
    bindPattern(lowering, element.name, inner, scope, changes);
  });
}

function bindName(
  lowering: Lowering,
  node: ts.Identifier,
  value: Value,
  scope: Scope,
  changes: boolean,
): void {
  const name = node.text;
  if (name === "Math") refuse(syntax.mathChanged(spanOf(node)));
  if (changes && (value.kind === "scalar" || value.kind === "condition")) {
    declareVariable(lowering, name, scope, value);
    return;
  }
  if (changes && value.kind === "function") refuse(syntax.functionValue(spanOf(node)));
  const rebound = changes ? { region: lowering.region, owner: scope } : undefined;
  scope.set(name, { kind: "value", value: keep(lowering, name, value), rebound });
}

/** A variable that is assigned to; without a value it has none yet. */
export function declareVariable(
  lowering: Lowering,
  name: string,
  scope: Scope,
  value: Value | undefined,
): void {
  const expr =
    value?.kind === "scalar"
      ? value.real()
      : value?.kind === "condition"
        ? build.select(value.test, build.one, build.zero)
        : undefined;
  const array = lowering.alloc(name, [], expr === undefined);
  if (expr === undefined) lowering.unassigned.add(array);
  else lowering.emit(build.store(array, [], expr, lowering.span));
  scope.set(name, { kind: "variable", array, boolean: value?.kind === "condition", owner: scope });
}

/** Every parameter of a function, from the values of a call. */
export function bindParameters(
  lowering: Lowering,
  parameters: readonly ts.ParameterDeclaration[],
  args: readonly Value[],
  scope: Scope,
  changes: ReadonlySet<string>,
  arity: (found: number) => never,
): void {
  parameters.forEach((parameter, position) => {
    if (parameter.dotDotDotToken !== undefined) refuse(syntax.spreadOrRest(spanOf(parameter.dotDotDotToken)));
    if (parameter.initializer !== undefined) refuse(syntax.defaultValue(spanOf(parameter.initializer)));
    if (position >= args.length) arity(args.length);
    bindPattern(lowering, parameter.name, args[position]!, scope, changes);
  });
}
