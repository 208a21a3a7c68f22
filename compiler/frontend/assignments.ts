/**
 * Assignments: to a variable, to an entry of an array, with every operator; and the other expressions that stand as a
 * statement. In: the tree of the expression. Out: stores of the IR, or a sum where the old value enters nowhere else.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import { entry, lowerTarget, member } from "./access.ts";
import { arithmetic } from "./arithmetic.ts";
import { isPattern, partsOf } from "./assignment-pattern.ts";
import { lowerExpression, scalarOf } from "./expressions.ts";
import { refuse, spanOf } from "./load.ts";
import { type Lowering, readsAny } from "./lowering.ts";
import { keep } from "./patterns.ts";
import { resolveName } from "./resolve-name.ts";
import type { Scope } from "./scope.ts";
import { examine } from "./subset.ts";
import { assignmentOperator, bare, isIncrement } from "./syntax.ts";
import { describe, integer, number, real, type Scalar, type Value } from "./values.ts";

const K = ts.SyntaxKind;

/** An expression that stands as a statement: an assignment, `x++`, or a call for its effect on an array. */
export function lowerEffect(lowering: Lowering, node: ts.Expression, scope: Scope) {
  if (ts.isBinaryExpression(node)) {
    const operator = assignmentOperator(node.operatorToken.kind);
    const refused = examine(node);
    if (refused !== undefined) refuse(refused);
    if (operator !== undefined) {
      const right: Right = {
        node: node.right,
        value: (wish) => lowerExpression(lowering, node.right, scope, wish),
      };
      return lowerAssignment(lowering, node.left, operator, right, scope);
    }
  }
  if (isIncrement(node)) {
    const operator = node.operator === K.PlusPlusToken ? K.PlusToken : K.MinusToken;
    return lowerAssignment(lowering, node.operand, operator, one, scope);
  }
  if (ts.isCallExpression(node)) {
    // What is called for its arguments, or by it, has statements of its own.
    const outer = lowering.unused;
    lowering.unused = node;
    lowerExpression(lowering, node, scope);
    lowering.unused = outer;
    return;
  }
  if (ts.isStringLiteral(node)) return;
  refuse(examine(node) ?? messages.unsupported(spanOf(node), "an expression without effect", "delete it"));
}

/** What stands on the right: evaluated when asked for. No node is 1, as in `left++`. */
interface Right {
  readonly node: ts.Node | undefined;
  value(wish?: string): Value;
}

const one: Right = { node: undefined, value: () => number(1) };

/** `left operator= right`. */
function lowerAssignment(
  lowering: Lowering,
  left: ts.Expression,
  operator: ts.SyntaxKind,
  right: Right,
  scope: Scope,
) {
  const place = bare(left);
  if (isPattern(place)) {
    return assignPattern(lowering, place, right.value(), scope);
  }
  if (ts.isIdentifier(place)) return assignName(lowering, place, operator, right, scope);
  if (ts.isElementAccessExpression(place)) {
    const target = lowerTarget(lowering, place, scope);
    const old = real(build.read(target.array, target.at));
    const { scalar, result } = lowering.keeping(operator === K.EqualsToken ? number(0) : old, () =>
      scalarOf(right.value(), right.node ?? place),
    );
    return write(lowering, target.array, target.at, operator, scalar, result);
  }
  if (ts.isPropertyAccessExpression(place)) {
    if (ts.isIdentifier(place.expression) && place.expression.text === "Math") {
      refuse(syntax.mathChanged(spanOf(place)));
    }
    if (place.name.text === "length") refuse(syntax.arrayGrowth(spanOf(place), "length"));
    const instead = "make a new record with all its members: `{ a, b }`";
    refuse(messages.unsupported(spanOf(place), "assigning to a member of a record", instead));
  }
  refuse(
    messages.unsupported(
      spanOf(place),
      "assigning to this",
      "assign to a variable or to an entry of an array",
    ),
  );
}

/** `[a, b] = …`, `({ a, b } = …)`: the right side as it is now, then part by part. */
function assignPattern(
  lowering: Lowering,
  pattern: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression,
  value: Value,
  scope: Scope,
): void {
  const parts = partsOf(pattern).map((part) => {
    const { target } = part;
    const inner =
      part.kind === "item"
        ? entry(lowering, value, () => integer(affine.integer(part.position)), target)
        : member(value, part.name, part.at);
    return { target, value: keep(lowering, ts.isIdentifier(target) ? target.text : "part", inner) };
  });
  for (const each of parts) {
    const right: Right = { node: each.target, value: () => each.value };
    lowerAssignment(lowering, each.target, K.EqualsToken, right, scope);
  }
}

function assignName(
  lowering: Lowering,
  node: ts.Identifier,
  operator: ts.SyntaxKind,
  right: Right,
  scope: Scope,
) {
  if (node.text === "Math" && scope.find("Math") === undefined) refuse(syntax.mathChanged(spanOf(node)));
  const { binding, scope: home } = resolveName(node, scope);
  switch (binding.kind) {
    case "index":
      return refuse(syntax.indexAssigned(spanOf(node), node.text));
    case "static":
      return refuse(messages.capturedAssignment(spanOf(node), node.text));
    case "value": {
      const { value, rebound } = binding;
      if (rebound !== undefined && operator === K.EqualsToken && value.kind !== "function") {
        if (rebound.owner.owner !== scope.owner) refuse(messages.capturedAssignment(spanOf(node), node.text));
        if (rebound.region !== lowering.region) refuse(syntax.wholeArray(spanOf(node), node.text));
        const next = right.value(node.text);
        if (next.kind === "scalar" || next.kind === "condition" || next.kind === "function") {
          refuse(messages.wrongKind(spanOf(right.node ?? node), describe(value), describe(next)));
        }
        home.set(node.text, { kind: "value", value: next, rebound });
        return;
      }
      if (value.kind === "array" || value.kind === "constant")
        refuse(syntax.wholeArray(spanOf(node), node.text));
      if (value.kind === "function") refuse(syntax.functionValue(spanOf(node)));
      return refuse(syntax.constantAssigned(spanOf(node), node.text));
    }
    case "variable": {
      if (binding.owner.owner !== scope.owner) refuse(messages.capturedAssignment(spanOf(node), node.text));
      const { array } = binding;
      if (operator === K.EqualsToken) {
        const value = right.value(node.text);
        lowering.unassigned.delete(array);
        if (binding.boolean !== (value.kind === "condition")) {
          const expected = binding.boolean ? "a condition" : "a number";
          refuse(messages.wrongKind(spanOf(right.node ?? node), expected, describe(value)));
        }
        const expr =
          value.kind === "condition"
            ? build.select(value.test, build.one, build.zero)
            : value.kind === "scalar"
              ? value.real()
              : refuse(messages.wrongKind(spanOf(right.node ?? node), "a number", describe(value)));
        lowering.emit(build.store(array, [], expr, lowering.span));
        return;
      }
      if (lowering.unassigned.has(array)) refuse(syntax.usedBefore(spanOf(node), node.text));
      if (binding.boolean) refuse(messages.wrongKind(spanOf(node), "a number", "a condition"));
      const old = real(build.read(array));
      const { scalar, result } = lowering.keeping(old, () =>
        scalarOf(right.value(node.text), right.node ?? node),
      );
      return write(lowering, array, [], operator, scalar, result);
    }
    default:
      return binding satisfies never;
  }
}

/** Sums become `accumulate`, the shape of an adjoint, where the old value enters nowhere else. */
function write(
  lowering: Lowering,
  array: string,
  at: Parameters<typeof build.store>[1],
  operator: ts.SyntaxKind,
  old: Scalar,
  value: Scalar,
): void {
  const { span } = lowering;
  if (operator === K.EqualsToken) {
    lowering.emit(build.store(array, at, value.real(), span));
    return;
  }
  const expr = value.real();
  const before = old.real();
  const untouched = before.kind === "read" && before.array === array && !readsAny(expr, new Set([array]));
  if (untouched && (operator === K.PlusToken || operator === K.MinusToken)) {
    const amount: Expr = operator === K.PlusToken ? expr : build.neg(expr);
    lowering.emit(build.accumulate(array, at, amount, span));
    return;
  }
  lowering.emit(build.store(array, at, arithmetic(lowering, operator, old, value).real(), span));
}
