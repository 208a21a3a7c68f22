/**
 * `--math portable`: functions of mathematics become plain arithmetic, so that all targets agree to the bit. In: a
 * program in its last form. Out: the same program without a call of the host's functions; the operations that the
 * standard of floating-point numbers fixes stay as they are.
 */

import type { Span } from "../diagnostics/span.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import {
  bindersOf,
  expressionsOf,
  forEachExpr,
  forEachStatement,
  rewriteExpr,
  rewriteTest,
} from "../ir/walk.ts";
import { type Draft, portableFunctions, tableArray, type tables } from "./portable-functions.ts";

/** Operations whose result is fixed to the bit already. */
const exact: ReadonlySet<Opcode> = new Set([
  ...([
    "neg",
    "abs",
    "sign",
    "sqrt",
    "floor",
    "ceil",
    "round",
    "trunc",
    "fround",
    "softsign",
    "stop",
  ] as const),
  ...(["add", "sub", "mul", "div", "mod", "min", "max", "gate"] as const),
]);

export const isPortable = (op: Opcode): boolean => exact.has(op) || portableFunctions[op] !== undefined;

/** Functions in use that have no portable form, each with a place where it is used. */
export function withoutPortableForm(program: Program): Map<Opcode, Span | undefined> {
  const found = new Map<Opcode, Span | undefined>();
  for (const fn of program.functions) {
    forEachStatement(fn.body, (statement) => {
      const span = "span" in statement ? statement.span : undefined;
      for (const top of expressionsOf(statement)) {
        forEachExpr(top, (expr) => {
          if (expr.kind === "primitive" && !isPortable(expr.op))
            found.set(expr.op, found.get(expr.op) ?? span);
        });
      }
    });
  }
  return found;
}

/** The program with its functions of mathematics written out. */
export function portable(program: Program): Program {
  const taken = program.arrays.map((array) => array.name);
  const free = new Names([...taken, ...program.functions.flatMap(bindersOf)]);
  const tableNames: Record<keyof typeof tables, string> = {
    tanh_of_eighths: free.fresh("tanh_of_eighths"),
    powers_of_two: free.fresh("powers_of_two"),
    coarse_powers_of_two: free.fresh("coarse_powers_of_two"),
  };
  const arrays = new Map<keyof typeof tables, GlobalArray>();
  const table: Draft["table"] = (name) => {
    const known = arrays.get(name) ?? tableArray(tableNames[name], name);
    arrays.set(name, known);
    return known.name;
  };
  const functions = program.functions.map((fn) => {
    // No local has the name of a table, whichever function asks for the table first.
    const names = new Names([...bindersOf(fn), ...taken, ...Object.values(tableNames)]);
    return { ...fn, body: written(fn.body, names, table) };
  });
  return { arrays: [...program.arrays, ...arrays.values()], functions };
}

function written(block: Block, names: Names, table: Draft["table"]): Statement[] {
  return block.flatMap((statement): Statement[] => {
    const out: Statement[] = [];
    const draft: Draft = { out, names, table };
    const own = (expr: Expr): Expr =>
      rewriteExpr(expr, {}, (inner) => {
        if (inner.kind !== "primitive") return inner;
        const make = portableFunctions[inner.op];
        if (make === undefined) return inner;
        const [argument] = inner.args as [Expr];
        return named(make(named(argument, "x", draft), draft), inner.op, draft);
      });
    switch (statement.kind) {
      case "let":
      case "store":
      case "accumulate": {
        const value = own(statement.value);
        return [...out, { ...statement, value }];
      }
      case "if": {
        const test = rewriteTest(statement.test, {}, own);
        return [
          ...out,
          {
            ...statement,
            test,
            then: written(statement.then, names, table),
            else: written(statement.else, names, table),
          },
        ];
      }
      case "call": {
        const args = statement.args.map((arg) =>
          arg.kind === "real" ? { ...arg, value: own(arg.value) } : arg,
        );
        return [...out, { ...statement, args }];
      }
      case "for":
      case "while":
        return [{ ...statement, body: written(statement.body, names, table) }];
      default:
        return [statement];
    }
  });
}

/** A name for a value that is used more than once. */
function named(value: Expr, wish: string, { out, names }: Draft): Expr {
  if (value.kind === "name" || value.kind === "number") return value;
  const name = names.fresh(wish);
  out.push({ kind: "let", name, value });
  return { kind: "name", name };
}
