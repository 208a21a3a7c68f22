/**
 * Conditions: comparisons, `&&`, `||`, `!`, and what each says of integer forms on its two sides. Both operators leave
 * out their right side as JavaScript does.
 */

import { ts } from "ts-morph";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Relation } from "../ir/nodes.ts";
import { lowerExpression } from "./expressions.ts";
import { refuse, spanOf } from "./load.ts";
import type { Lowering } from "./lowering.ts";
import { rangeOf } from "./ranges.ts";
import type { Scope } from "./scope.ts";
import { relations } from "./syntax.ts";
import { type Condition, condition, type Fact, type Scalar } from "./values.ts";

const K = ts.SyntaxKind;

/** An expression that has to be a condition. */
export function lowerCondition(lowering: Lowering, node: ts.Expression, scope: Scope): Condition {
  const value = lowerExpression(lowering, node, scope);
  return value.kind === "condition" ? value : refuse(syntax.notBoolean(spanOf(node)));
}

export function not({ test, whenTrue, whenFalse }: Condition): Condition {
  return condition(build.not(test), whenFalse, whenTrue);
}

export function lowerLogical(lowering: Lowering, node: ts.BinaryExpression, scope: Scope): Condition {
  const isAnd = node.operatorToken.kind === K.AmpersandAmpersandToken;
  const left = lowerCondition(lowering, node.left, scope);
  if (left.test.kind === "constant") {
    if (left.test.value !== isAnd) return left;
    return lowerCondition(lowering, node.right, scope);
  }
  let right: Condition | undefined;
  const statements = lowering.inBlock(() => {
    lowering.knowing(isAnd ? left.whenTrue : left.whenFalse, () => {
      right = lowerCondition(lowering, node.right, scope);
    });
  });
  if (right === undefined) return left;
  const facts = isAnd
    ? { whenTrue: [...left.whenTrue, ...right.whenTrue], whenFalse: [] }
    : { whenTrue: [], whenFalse: [...left.whenFalse, ...right.whenFalse] };
  if (statements.length === 0) {
    const test = (isAnd ? build.and : build.or)(left.test, right.test);
    return condition(test, facts.whenTrue, facts.whenFalse);
  }
  // The right side needs statements of its own, which must not run where JavaScript does not run them.
  const flag = lowering.alloc("holds", [], false);
  const put = (value: Condition) =>
    build.store(flag, [], build.select(value.test, build.one, build.zero), lowering.span);
  const known = put(condition(isAnd ? build.never : build.always));
  const asked = [...statements, put(right)];
  lowering.emit(build.branch(left.test, isAnd ? asked : [known], isAnd ? [known] : asked, lowering.span));
  const test = build.compare("ne", build.read(flag), build.zero);
  return condition(test, facts.whenTrue, facts.whenFalse);
}

export function compareScalars(
  lowering: Lowering,
  node: ts.BinaryExpression,
  left: Scalar,
  right: Scalar,
): Condition {
  const relation = relations.get(node.operatorToken.kind)!;
  const facts = factsOf(lowering, relation, left, right);
  const [a, b] = [left.real(), right.real()];
  const computed = (scalar: Scalar) => scalar.form === undefined && scalar.real().kind !== "number";
  if ((relation === "eq" || relation === "ne") && (computed(left) || computed(right))) {
    lowering.reporter.add(syntax.equalityBranch(spanOf(node)));
  }
  return condition(build.compare(relation, a, b), facts.whenTrue, facts.whenFalse);
}

/** What a comparison of integer forms says, as forms that are not negative. */
function factsOf(
  lowering: Lowering,
  relation: Relation,
  left: Scalar,
  right: Scalar,
): { whenTrue: Fact[]; whenFalse: Fact[] } {
  const isInteger = ({ pure, signed }: Scalar) => pure || signed === true;
  if (!isInteger(left) || !isInteger(right) || left.form === undefined || right.form === undefined) {
    return { whenTrue: [], whenFalse: [] };
  }
  const difference = affine.subtract(left.form(), right.form());
  const positive = affine.offset(difference, -1);
  const negative = affine.offset(affine.scale(difference, -1), -1);
  const notPositive = affine.scale(difference, -1);
  switch (relation) {
    case "lt":
      return { whenTrue: [negative], whenFalse: [difference] };
    case "ge":
      return { whenTrue: [difference], whenFalse: [negative] };
    case "gt":
      return { whenTrue: [positive], whenFalse: [notPositive] };
    case "le":
      return { whenTrue: [notPositive], whenFalse: [positive] };
    case "eq":
    case "ne": {
      // Two integers that differ, and of which one is known not to be less, differ by one at least.
      const { low, high } = rangeOf(difference, lowering.knowledge);
      const apart = low >= 0 ? [positive] : high <= 0 ? [negative] : [];
      const equal = [difference, notPositive];
      return relation === "eq"
        ? { whenTrue: equal, whenFalse: apart }
        : { whenTrue: apart, whenFalse: equal };
    }
    default:
      return relation satisfies never;
  }
}

/** A condition that is kept in a name: evaluated where it is written, as 0 or 1. */
export function keepCondition(lowering: Lowering, name: string, value: Condition): Condition {
  if (value.test.kind === "constant") return value;
  const kept = lowering.leaf(name, build.select(value.test, build.one, build.zero));
  return condition(build.compare("ne", kept, build.zero), value.whenTrue, value.whenFalse);
}
