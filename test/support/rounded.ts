/**
 * A program as single precision computes it, for targets that have doubles alone: every constant, every entry that is read
 * and every result is rounded to float. + - * / and square roots of floats, made in double and rounded, are those of floats.
 */

import { withoutGates } from "../../compiler/emit/gates.ts";
import * as build from "../../compiler/ir/build.ts";
import type { Block, Expr, Program, Statement } from "../../compiler/ir/nodes.ts";
import { rewriteExpr, rewriteTest } from "../../compiler/ir/rewrite.ts";

const fround = (of: Expr): Expr => ({ kind: "primitive", op: "fround", args: [of] });

const rounded = (expr: Expr): Expr =>
  rewriteExpr(expr, {}, (inner) => {
    if (inner.kind === "number") return { kind: "number", value: Math.fround(inner.value) };
    if (inner.kind === "primitive" && inner.op === "softsign") {
      const [x] = inner.args as [Expr];
      const below = fround(build.add(build.one, build.primitive("abs", [x])));
      return fround(build.div(x, below));
    }
    return inner.kind === "name" || inner.kind === "select" ? inner : fround(inner);
  });

export function inSingle({ arrays, functions }: Program): Program {
  return {
    arrays: arrays.map((array) =>
      array.data === undefined || array.element === "integer"
        ? array
        : { ...array, data: array.data.map(Math.fround) },
    ),
    // What chooses between a product and 0 rounds nothing but the product.
    functions: functions.map((fn) => ({ ...fn, body: block(withoutGates(fn.body)) })),
  };
}

const block = (statements: Block): Statement[] =>
  statements.map((statement): Statement => {
    switch (statement.kind) {
      case "let":
      case "store":
        return { ...statement, value: rounded(statement.value) };
      case "accumulate": {
        const { array, at, value, span } = statement;
        const sum: Expr = { kind: "primitive", op: "add", args: [build.read(array, at), value] };
        return build.store(array, at, rounded(sum), span);
      }
      case "if":
        return {
          ...statement,
          test: rewriteTest(statement.test, {}, rounded),
          then: block(statement.then),
          else: block(statement.else),
        };
      case "for":
        return { ...statement, body: block(statement.body) };
      case "while":
        return {
          ...statement,
          test: rewriteTest(statement.test, {}, rounded),
          body: block(statement.body),
        };
      case "call": {
        const args = statement.args.map((arg) =>
          arg.kind === "real" ? { ...arg, value: rounded(arg.value) } : arg,
        );
        return { ...statement, args };
      }
      default:
        return statement;
    }
  });
