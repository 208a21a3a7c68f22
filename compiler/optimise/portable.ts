/**
 * `--math portable`: functions of mathematics become plain arithmetic, so that all targets agree to the bit. In: a
 * program in its last form. Out: the same program without a call of the host's functions; the operations that the
 * standard of floating-point numbers fixes stay as they are.
 */

import type { Span } from "../diagnostics/span.ts";
import * as build from "../ir/build.ts";
import { Names } from "../ir/names.ts";
import type { Block, Expr, Fn, GlobalArray, Program, Statement } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { rewriteExpr, rewriteTest } from "../ir/rewrite.ts";
import { bindersOf, expressionsOf, forEachExpr, forEachExprIn, forEachStatement } from "../ir/walk.ts";
import { doubleForms } from "./portable-double.ts";
import { bound, type Draft, type Forms } from "./portable-draft.ts";
import { singleForms } from "./portable-single.ts";

/** The precision in which the target's real numbers are computed with. */
type Real = "double" | "float";

const forms: Readonly<Record<Real, Forms>> = { double: doubleForms, float: singleForms };

/** Functions that have a form: the same ones in both precisions. */
export const portableFunctions: readonly Opcode[] = Object.keys(doubleForms.functions) as Opcode[];

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

const isPortable = (op: Opcode): boolean => exact.has(op) || portableFunctions.includes(op);

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

/**
 * The program with its functions of mathematics written out, for the precision that the target computes in. One that
 * stands in several places is written once, and called, where it is long, and where the program is to be small.
 */
export function portable(program: Program, real: Real, isSmall = false): Program {
  const { functions: known, tables } = forms[real];
  const taken = program.arrays.map((array) => array.name);
  const free = new Names([...taken, ...program.functions.flatMap(bindersOf)]);
  const tableNames = new Map(Object.keys(tables).map((name) => [name, free.fresh(name)]));
  const arrays = new Map<string, GlobalArray>();
  const table: Draft["table"] = (name) => {
    const before = arrays.get(name) ?? tableArray(tableNames.get(name)!, tables[name]!());
    arrays.set(name, before);
    return before.name;
  };
  const shared = new Set([...repeated(program)].filter((op) => isSmall || long.has(op)));
  const called = new Map<string, { readonly fn: Fn; readonly results: readonly GlobalArray[] }>();
  const globals = [...taken, ...tableNames.values()];
  const rooms: GlobalArray[] = [];
  const room: Draft["room"] = (wish, words) => {
    const array: GlobalArray = { ...scalar(free.fresh(wish)), shape: [words] };
    rooms.push(array);
    return array.name;
  };
  const routine: Draft["routine"] = (wish, x, results, make, { out, names }) => {
    let callee = called.get(wish);
    if (callee === undefined) {
      const own = new Names(globals);
      const parameter = own.fresh("x");
      const inner: Draft = { out: [], names: own, table, room, routine };
      const values = make(build.name(parameter), inner);
      const kept = results.map((each) => scalar(free.fresh(each)));
      inner.out.push(...kept.map(({ name }, i) => build.store(name, [], values[i]!)));
      const name = free.fresh(wish);
      callee = {
        fn: { name, parameters: [{ kind: "real", name: parameter }], body: inner.out },
        results: kept,
      };
      called.set(wish, callee);
    }
    out.push({ kind: "call", callee: callee.fn.name, args: [{ kind: "real", value: x }] });
    return callee.results.map((each) => {
      const name = names.fresh("found");
      out.push(build.bind(name, build.read(each.name)));
      return build.name(name);
    });
  };
  const functions = program.functions.map((fn) => {
    // No local has the name of a table, whichever function asks for the table first.
    const names = new Names([...bindersOf(fn), ...globals]);
    return { ...fn, body: written(fn.body, { names, table, room, routine, known, shared }) };
  });
  const made = [...called.values()];
  return {
    arrays: [...program.arrays, ...arrays.values(), ...rooms, ...made.flatMap(({ results }) => results)],
    functions: [...made.map(({ fn }) => fn), ...functions],
  };
}

const scalar = (name: string): GlobalArray => ({ name, element: "real", shape: [], role: "workspace" });

const tableArray = (name: string, data: readonly number[]): GlobalArray => ({
  name,
  element: "real",
  shape: [data.length],
  role: "constant",
  data,
});

interface Setting extends Omit<Draft, "out"> {
  readonly known: Forms["functions"];
  /** Functions that are called. */
  readonly shared: ReadonlySet<Opcode>;
}

/** Functions with branches of their own, next to which a call is nothing. */
const long: ReadonlySet<Opcode> = new Set<Opcode>(["sin", "cos"]);

/** Functions that stand in more than one place. */
function repeated({ functions }: Program): Set<Opcode> {
  const once = new Set<Opcode>();
  const more = new Set<Opcode>();
  for (const { body } of functions)
    forEachExprIn(body, (expr) => {
      if (expr.kind === "primitive") (once.has(expr.op) ? more : once).add(expr.op);
    });
  return more;
}

function written(block: Block, setting: Setting): Statement[] {
  return block.flatMap((statement): Statement[] => {
    const out: Statement[] = [];
    const draft: Draft = { ...setting, out };
    const own = (expr: Expr): Expr =>
      rewriteExpr(expr, {}, (inner) => {
        if (inner.kind !== "primitive") return inner;
        const make = setting.known[inner.op];
        if (make === undefined) return inner;
        const [argument] = inner.args as [Expr];
        const x = bound(draft, "x", argument);
        if (setting.shared.has(inner.op)) {
          const alone = (given: Expr, own: Draft): Expr[] => [make(given, own)];
          return draft.routine(`${inner.op}_of`, x, [`${inner.op}_found`], alone, draft)[0]!;
        }
        return bound(draft, inner.op, make(x, draft));
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
            then: written(statement.then, setting),
            else: written(statement.else, setting),
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
        return [{ ...statement, body: written(statement.body, setting) }];
      default:
        return [statement];
    }
  });
}
