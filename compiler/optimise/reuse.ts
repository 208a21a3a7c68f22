/**
 * Computes equal expressions once (common subexpressions, by value numbering). In: a function body in normal form, one
 * operation on atoms per `let`. Out: the same without a `let` whose value an earlier one in scope already has. Sums
 * and products are equal with their operands exchanged, which is exact; nothing is reassociated.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Expr, Statement, Test } from "../ir/nodes.ts";
import { forEachStatement, rewriteStatement } from "../ir/walk.ts";

/** Value key -> the expression that already has it, in the blocks around. One map, from which a block takes back what it put in. */
class Values {
  readonly #known = new Map<string, Expr>();
  readonly #undo: { readonly key: string; readonly before: Expr | undefined }[] = [];

  get(key: string): Expr | undefined {
    return this.#known.get(key);
  }

  set(key: string, value: Expr): void {
    this.#undo.push({ key, before: this.#known.get(key) });
    this.#known.set(key, value);
  }

  /** Does something in a block of its own. */
  inBlock<T>(act: () => T): T {
    const start = this.#undo.length;
    const result = act();
    while (this.#undo.length > start) {
      const { key, before } = this.#undo.pop()!;
      if (before === undefined) this.#known.delete(key);
      else this.#known.set(key, before);
    }
    return result;
  }
}

export function reuse(block: Block): Statement[] {
  const versions = new Map<string, number>();
  const touch = (array: string): void => {
    versions.set(array, (versions.get(array) ?? 0) + 1);
  };
  const touchAll = (statements: Block): void =>
    forEachStatement(statements, (statement) => {
      for (const array of writes(statement)) touch(array);
    });
  const keyOf = (expr: Expr): string => key(expr, (array) => versions.get(array) ?? 0);

  const values = new Values();
  /** Replaced names. */
  const names = new Map<string, Expr>();
  const replace = (statement: Statement): Statement =>
    names.size === 0 ? statement : rewriteStatement(statement, { name: (name) => names.get(name) });

  const walk = (statements: Block): Statement[] => values.inBlock(() => list(statements));
  const list = (statements: Block): Statement[] => {
    const out: Statement[] = [];
    for (const statement of statements) {
      switch (statement.kind) {
        case "let": {
          const next = replace(statement) as typeof statement;
          // A negated scalar goes where it is used: sums and products take the sign in.
          if (build.isLeaf(next.value) || isNegatedLeaf(next.value)) {
            names.set(next.name, next.value);
            break;
          }
          const text = keyOf(next.value);
          const before = values.get(text);
          if (before !== undefined) {
            names.set(next.name, before);
            break;
          }
          values.set(text, build.name(next.name));
          out.push(next);
          break;
        }
        case "store": {
          const next = replace(statement) as typeof statement;
          touch(next.array);
          // What was just stored can be had without reading it again.
          const stored = key(
            { kind: "read", array: next.array, at: next.at },
            (array) => versions.get(array) ?? 0,
          );
          if (build.isLeaf(next.value)) values.set(stored, next.value);
          out.push(next);
          break;
        }
        case "accumulate":
        case "call":
        case "alloc":
        case "contract":
          out.push(replace(statement));
          for (const array of writes(statement)) touch(array);
          break;
        case "for": {
          touchAll(statement.body);
          out.push({ ...statement, body: walk(statement.body) });
          touchAll(statement.body);
          break;
        }
        case "while": {
          touchAll(statement.body);
          const header = replace({ ...statement, body: [] }) as typeof statement;
          out.push({ ...header, body: walk(statement.body) });
          touchAll(statement.body);
          break;
        }
        case "if": {
          const header = replace({ ...statement, then: [], else: [] }) as typeof statement;
          const then = walk(statement.then);
          touchAll(statement.then);
          const otherwise = walk(statement.else);
          touchAll(statement.else);
          out.push({ ...header, then, else: otherwise });
          break;
        }
        case "return":
        case "comment":
          out.push(statement);
          break;
        default:
          statement satisfies never;
      }
    }
    return out;
  };
  return walk(block);
}

const isNegatedLeaf = (expr: Expr): boolean =>
  expr.kind === "primitive" && expr.op === "neg" && build.isLeaf(expr.args[0]!);

/** Arrays a statement itself changes. */
export function writes(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "store":
    case "accumulate":
    case "alloc":
      return [statement.array];
    case "call":
      return statement.args.flatMap((arg) => (arg.kind === "array" ? [arg.view.array] : []));
    case "contract":
      return [statement.to.array];
    default:
      return [];
  }
}

function key(expr: Expr, version: (array: string) => number): string {
  switch (expr.kind) {
    case "number":
      return Object.is(expr.value, -0) ? "-0" : String(expr.value);
    case "name":
      return `'${expr.name}`;
    case "integer":
      return `int(${affine.key(expr.value)})${versionsIn(expr.value, version)}`;
    case "read": {
      const gathers = expr.at.map((form) => versionsIn(form, version)).join("");
      return `${expr.array}@${version(expr.array)}[${expr.at.map(affine.key).join(",")}]${gathers}`;
    }
    case "primitive": {
      const args = expr.args.map((arg) => key(arg, version));
      if (expr.op === "add" || expr.op === "mul") args.sort();
      return `${expr.op}(${args.join(",")})`;
    }
    case "select": {
      const parts = [expr.then, expr.else].map((side) => key(side, version));
      return `select(${testKey(expr.test, version)},${parts.join(",")})`;
    }
    default:
      return expr satisfies never;
  }
}

function versionsIn(form: affine.Affine, version: (array: string) => number): string {
  let text = "";
  affine.forEachAtom(form, (atom) => {
    if (atom.kind === "gather") text += `@${version(atom.array)}`;
  });
  return text;
}

function testKey(test: Test, version: (array: string) => number): string {
  switch (test.kind) {
    case "compare":
      return `${test.relation}(${key(test.left, version)},${key(test.right, version)})`;
    case "and":
    case "or":
      return `${test.kind}(${testKey(test.left, version)},${testKey(test.right, version)})`;
    case "not":
      return `not(${testKey(test.of, version)})`;
    case "constant":
      return String(test.value);
    default:
      return test satisfies never;
  }
}
