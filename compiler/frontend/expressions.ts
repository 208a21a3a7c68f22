/**
 * Expressions of function bodies. In: a syntax tree and its scope. Out: a value; statements that it needs first are
 * emitted on the way. One case for each kind of expression that the fence lets through.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as build from "../ir/build.ts";
import { lowerEntry, lowerMember } from "./access.ts";
import { arithmetic, negate } from "./arithmetic.ts";
import { lowerArrayLiteral, lowerNew } from "./arrays.ts";
import { lowerCall } from "./calls.ts";
import { compareScalars, lowerCondition, lowerLogical, not } from "./conditions.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { keep } from "./patterns.ts";
import { resolveName } from "./resolve-name.ts";
import type { Binding, Scope } from "./scope.ts";
import { examine } from "./subset.ts";
import { bare, isArithmetic, isFunctionNode, leftChain, propertyName, relations } from "./syntax.ts";
import { lowerTernary } from "./ternary.ts";
import {
  type Condition,
  condition,
  describe,
  fromStatic,
  number,
  type RecordOfValues,
  real,
  type Scalar,
  type Value,
} from "./values.ts";

const K = ts.SyntaxKind;

/** A chain of operators is bound to a name after this many, so that no expression grows deep. */
const longest = 40;

/** `wish`: what a new array or variable is called, where the text says. */
export function lowerExpression(lowering: Lowering, node: ts.Expression, scope: Scope, wish?: string): Value {
  const inner = bare(node);
  if (ts.isNumericLiteral(inner)) {
    const refused = examine(inner);
    return refused === undefined ? number(Number(inner.text)) : refuse(refused);
  }
  if (ts.isIdentifier(inner)) return lowerName(lowering, inner, scope);
  if (ts.isBinaryExpression(inner)) return lowerBinary(lowering, inner, scope);
  if (ts.isPrefixUnaryExpression(inner)) return lowerPrefix(lowering, inner, scope);
  if (ts.isPropertyAccessExpression(inner)) return lowerMember(lowering, inner, scope);
  if (ts.isElementAccessExpression(inner)) return lowerEntry(lowering, inner, scope);
  if (ts.isCallExpression(inner)) return lowerCall(lowering, inner, scope, wish);
  if (ts.isConditionalExpression(inner)) return lowerTernary(lowering, inner, scope, wish ?? "chosen");
  if (ts.isObjectLiteralExpression(inner)) return lowerRecord(lowering, inner, scope);
  if (ts.isArrayLiteralExpression(inner)) return lowerArrayLiteral(lowering, inner, scope, wish ?? "items");
  if (ts.isNewExpression(inner)) return lowerNew(lowering, inner, scope, wish ?? "made");
  if (isFunctionNode(inner)) {
    return { kind: "function", node: inner, scope, name: inner.name?.getText() ?? wish ?? "the function" };
  }
  if (inner.kind === K.TrueKeyword) return condition(build.always);
  if (inner.kind === K.FalseKeyword) return condition(build.never);
  return refuse(examine(inner) ?? syntax.notInLanguage(spanOf(inner), "this expression"));
}

/** An expression that has to be a number. */
export function lowerScalar(lowering: Lowering, node: ts.Expression, scope: Scope, wish?: string): Scalar {
  return scalarOf(lowerExpression(lowering, node, scope, wish), node);
}

export function scalarOf(value: Value, at: ts.Node): Scalar {
  if (value.kind === "scalar") return value;
  if (value.kind === "constant" && typeof value.value === "string")
    return refuse(syntax.textValue(spanOf(at)));
  return refuse(messages.wrongKind(spanOf(at), "a number", describe(value)));
}

function lowerName(lowering: Lowering, node: ts.Identifier, scope: Scope): Value {
  const { binding } = resolveName(node, scope);
  return boundValue(lowering, binding, node, scope);
}

function boundValue(
  lowering: Lowering,
  binding: ReturnType<typeof resolveName>["binding"] & Binding,
  node: ts.Identifier,
  scope: Scope,
): Value {
  switch (binding.kind) {
    case "static":
      return fromStatic(binding.value, node.text);
    case "value":
    case "index":
      return binding.value;
    case "variable": {
      if (binding.owner.owner !== scope.owner)
        refuse(syntax.mutableCapture(spanOf(node), node.text, undefined));
      if (lowering.unassigned.has(binding.array)) refuse(syntax.usedBefore(spanOf(node), node.text));
      const read = build.read(binding.array);
      return binding.boolean ? condition(build.compare("ne", read, build.zero)) : real(read);
    }
    default:
      return binding satisfies never;
  }
}

function lowerBinary(lowering: Lowering, node: ts.BinaryExpression, scope: Scope): Value {
  const token = node.operatorToken.kind;
  if (token === K.AmpersandAmpersandToken || token === K.BarBarToken)
    return lowerLogical(lowering, node, scope);
  if (relations.has(token)) return lowerComparison(lowering, node, scope);
  if (!isArithmetic(token)) return refuse(examine(node) ?? syntax.assignmentInside(spanOf(node)));
  const { first, links } = leftChain(node);
  let value = lowerScalar(lowering, first, scope);
  links.forEach((link, position) => {
    if (position > 0 && position % longest === 0) value = keep(lowering, "part", value) as Scalar;
    const { scalar, result } = lowering.keeping(value, () => lowerScalar(lowering, link.right, scope));
    value = lowering.placed(arithmetic(lowering, link.operatorToken.kind, scalar, result), link);
  });
  return value;
}

function lowerComparison(lowering: Lowering, node: ts.BinaryExpression, scope: Scope): Condition {
  const left = lowerExpression(lowering, node.left, scope);
  if (left.kind === "condition") {
    const instead = "combine conditions with `&&`, `||` and `!`";
    return refuse(messages.unsupported(spanOf(node), "a comparison of conditions", instead));
  }
  const { scalar, result } = lowering.keeping(scalarOf(left, node.left), () =>
    lowerScalar(lowering, node.right, scope),
  );
  return compareScalars(lowering, node, scalar, result);
}

function lowerPrefix(lowering: Lowering, node: ts.PrefixUnaryExpression, scope: Scope): Value {
  switch (node.operator) {
    case K.ExclamationToken:
      return not(lowerCondition(lowering, node.operand, scope));
    case K.MinusToken:
      return negate(lowering, lowerScalar(lowering, node.operand, scope));
    case K.PlusToken:
      return lowerScalar(lowering, node.operand, scope);
    default:
      return refuse(examine(node) ?? syntax.incrementInside(spanOf(node)));
  }
}

function lowerRecord(lowering: Lowering, node: ts.ObjectLiteralExpression, scope: Scope): RecordOfValues {
  const entries = new Map<string, Value>();
  const nodes = new Map<string, ts.Node>();
  for (const property of node.properties) {
    const { name, value } = lowerProperty(lowering, property, scope);
    if (entries.has(name)) refuse(syntax.duplicate(spanOf(property), name));
    entries.set(name, keep(lowering, name, value));
    nodes.set(name, property);
  }
  return { kind: "record", entries, tuple: false, nodes };
}

function lowerProperty(
  lowering: Lowering,
  property: ts.ObjectLiteralElementLike,
  scope: Scope,
): { name: string; value: Value } {
  if (ts.isShorthandPropertyAssignment(property)) {
    return { name: property.name.text, value: lowerName(lowering, property.name, scope) };
  }
  if (!ts.isPropertyAssignment(property)) {
    return refuse(examine(property) ?? syntax.functionValue(spanOf(property)));
  }
  const name = keyOf(property.name);
  return { name, value: lowerExpression(lowering, property.initializer, scope, name) };
}

/** The name of a member of a record literal. */
export function keyOf(name: ts.PropertyName): string {
  const key = propertyName(name) ?? refuse(syntax.computedName(spanOf(name)));
  return key === "__proto__" ? refuse(syntax.notInLanguage(spanOf(name), "`__proto__`")) : key;
}
