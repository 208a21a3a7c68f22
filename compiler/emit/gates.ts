/**
 * Writes gated products out for JavaScript (C has a function for them, `c-helpers`): the product as it is, and 0 where it is
 * no number because a factor is 0. What is almost always so, that it is a number, takes one comparison. In: statements with one
 * operation on atoms each.
 */

import * as build from "../ir/build.ts";
import { stemOf } from "../ir/names.ts";
import type { Block, Expr, Statement } from "../ir/nodes.ts";
import { withBlocks } from "../ir/walk.ts";

/** A function's body without gates; itself where it has none. */
export function withoutGates(block: Block): Block {
  let count = 0;
  const walk = (block: Block): Block => {
    let hasGate = false;
    const out = block.flatMap((statement): readonly Statement[] => {
      const inner = withBlocks(statement, walk);
      hasGate ||= inner !== statement;
      if (inner.kind !== "let" && inner.kind !== "store" && inner.kind !== "accumulate") return [inner];
      const { value, span } = inner;
      if (value.kind !== "primitive" || value.op !== "gate") return [inner];
      hasGate = true;
      // No other pass ends a name like this.
      const name = `${stemOf(inner.kind === "let" ? inner.name : inner.array)}#product${count++}`;
      return [
        build.bind(name, build.mul(value.args[0]!, value.args[1]!), span),
        { ...inner, value: gated(build.name(name), value.args) },
      ];
    });
    return hasGate ? out : block;
  };
  return walk(block);
}

function gated(product: Expr, factors: readonly Expr[]): Expr {
  const isNumber = build.compare("eq", product, product);
  const [left, right] = factors.map((factor) => build.compare("ne", unsigned(factor), build.zero));
  return build.select(build.or(isNumber, build.and(left!, right!)), product, build.zero);
}

/** A value without the sign in front of it, which is 0 where the value is. */
const unsigned = (expr: Expr): Expr =>
  expr.kind === "primitive" && expr.op === "neg" ? expr.args[0]! : expr;
