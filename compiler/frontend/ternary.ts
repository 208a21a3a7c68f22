/**
 * `test ? a : b` as a real branch: only the side that is taken is evaluated, in the value and in every derivative. Two
 * sides that are leaves or exact arithmetic of leaves stay an expression.
 */

import type { ts } from "ts-morph";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import { isSteady } from "./arithmetic.ts";
import { lowerCondition } from "./conditions.ts";
import { lowerExpression } from "./expressions.ts";
import type { Lowering } from "./lowering.ts";
import { Outcome } from "./outcome.ts";
import type { Scope } from "./scope.ts";
import { type Condition, condition, real, type Value } from "./values.ts";

export function lowerTernary(
  lowering: Lowering,
  node: ts.ConditionalExpression,
  scope: Scope,
  wish: string,
): Value {
  const asked = lowerCondition(lowering, node.condition, scope);
  if (asked.test.kind === "constant") {
    return lowerExpression(lowering, asked.test.value ? node.whenTrue : node.whenFalse, scope, wish);
  }
  const outcome = new Outcome(lowering, wish, "sides");
  const then = lowerSide(lowering, node.whenTrue, scope, asked.whenTrue, wish);
  const otherwise = lowerSide(lowering, node.whenFalse, scope, asked.whenFalse, wish);
  // A side that is never reached leaves the other one.
  if (then === undefined || otherwise === undefined) {
    const only = then ?? otherwise;
    if (only === undefined) return lowering.give();
    lowering.emit(...only.block);
    return only.value;
  }
  const plain = plainChoice(lowering, asked, then, otherwise);
  if (plain !== undefined) return plain.kind === "scalar" ? lowering.placed(plain, node) : plain;
  const blocks = [then, otherwise].map(({ block, value }, side) => [
    ...block,
    ...lowering.inBlock(() => outcome.put(value, side === 0 ? node.whenTrue : node.whenFalse)),
  ]) as [Side["block"], Side["block"]];
  lowering.emit(build.branch(asked.test, blocks[0], blocks[1], lowering.span));
  return outcome.value(node);
}

interface Side {
  readonly block: ReturnType<Lowering["inBlock"]>;
  readonly value: Value;
}

function lowerSide(
  lowering: Lowering,
  node: ts.Expression,
  scope: Scope,
  facts: Condition["whenTrue"],
  wish: string,
): Side | undefined {
  let value: Value | undefined;
  const block = lowering.inBlock(() => {
    lowering.knowing(facts, () => {
      value = lowerExpression(lowering, node, scope, wish);
    });
  });
  return value === undefined ? undefined : { block, value };
}

function plainChoice(lowering: Lowering, asked: Condition, then: Side, otherwise: Side): Value | undefined {
  if (then.block.length > 0 || otherwise.block.length > 0) return undefined;
  const [a, b] = [then.value, otherwise.value];
  if (a.kind === "condition" && b.kind === "condition") {
    const either = build.or(build.and(asked.test, a.test), build.and(build.not(asked.test), b.test));
    return a.test.kind === "constant" || b.test.kind === "constant" ? condition(either) : undefined;
  }
  if (a.kind !== "scalar" || b.kind !== "scalar") return undefined;
  const [x, y] = [a.real(), b.real()];
  return isPlain(lowering, x) && isPlain(lowering, y) ? real(build.select(asked.test, x, y)) : undefined;
}

/** A leaf, or one or two exact operations on leaves. */
function isPlain(lowering: Lowering, expr: Expr, depth = 0): boolean {
  if (isSteady(lowering, expr)) return true;
  const exact = expr.kind === "primitive" && ["add", "sub", "mul", "neg"].includes(expr.op);
  return exact && depth < 2 && expr.args.every((inner) => isPlain(lowering, inner, depth + 1));
}
