/**
 * x / (1 + |x|), found before a model is differentiated and written out again behind it: the slope of the whole follows
 * from its value, (1 - |v|)², where that of a quotient asks for two divisions and for what was divided. In: functions in
 * normal form, one operation on atoms per `let`. Out: the same values to the bit.
 */

import * as build from "../ir/build.ts";
import type { Block, Expr, Fn, Let, Statement } from "../ir/nodes.ts";
import { forEachStatement, withBlocks } from "../ir/walk.ts";
import { isSame } from "./alike.ts";

/** The function with each such quotient as one primitive; itself where it has none. */
export function softsigns(fn: Fn): Fn {
  const values = new Map<string, Expr>();
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "let") values.set(statement.name, statement.value);
  });
  const meaningOf = (expr: Expr | undefined): Expr | undefined =>
    expr?.kind === "name" ? (values.get(expr.name) ?? expr) : expr;
  const argumentOf = (expr: Expr): Expr | undefined => {
    if (expr.kind !== "primitive" || expr.op !== "div") return undefined;
    const [x, under] = expr.args;
    const sum = meaningOf(under);
    if (x?.kind !== "name" || sum?.kind !== "primitive" || sum.op !== "add") return undefined;
    const isOneMore = sum.args.some(
      (one, i) => build.isOne(one) && isSame(meaningOf(sum.args[1 - i]), build.primitive("abs", [x])),
    );
    return isOneMore ? x : undefined;
  };
  if (![...values.values()].some((value) => argumentOf(value) !== undefined)) return fn;
  return replaced(fn, (statement) => {
    const x = argumentOf(statement.value);
    return x === undefined ? [statement] : [{ ...statement, value: build.primitive("softsign", [x]) }];
  });
}

/** The function with each of them written out. */
export function withoutSoftsigns(fn: Fn, fresh: (wish: string) => string): Fn {
  return replaced(fn, (statement) => {
    const { value } = statement;
    if (value.kind !== "primitive" || value.op !== "softsign") return [statement];
    const [x] = value.args as [Expr];
    const [size, under] = [fresh("size"), fresh("under")];
    return [
      build.bind(size, build.primitive("abs", [x]), statement.span),
      build.bind(under, build.add(build.one, build.name(size)), statement.span),
      { ...statement, value: build.div(x, build.name(under)) },
    ];
  });
}

function replaced(fn: Fn, make: (statement: Let) => readonly Statement[]): Fn {
  const walk = (block: Block): Statement[] =>
    block.flatMap((statement): readonly Statement[] => {
      switch (statement.kind) {
        case "let":
          return make(statement);
        default:
          return [withBlocks(statement, walk)];
      }
    });
  return { ...fn, body: walk(fn.body) };
}
