/**
 * Splits local arrays that are only ever subscripted by constants into mutable scalars, one per entry. In: a function
 * body. Out: the same with rank-0 arrays; `promote` then makes plain scalars of them. Stage slopes of a scalar system
 * become k1, k2, … this way.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Access, Alloc, Block, Expr, Shape, Statement } from "../ir/nodes.ts";
import { rewriteExpr, rewriteTest } from "../ir/rewrite.ts";
import { forEachExprOf, forEachGathered, forEachStatement } from "../ir/walk.ts";

/** Entries up to which an array is split; more scalars than this fit no register file. */
const most = 64;

export function split(block: Block, names: Names): Statement[] {
  const candidates = new Map<string, Alloc>();
  const refused = new Set<string>();
  const entryHanded = new Map<string, readonly affine.Affine[]>();
  const check = (place: Access): void => {
    if (place.at.some((form) => affine.constantOf(form) === undefined)) refused.add(place.array);
  };
  const checkRead = (expr: Expr): void => {
    if (expr.kind === "read") check(expr);
  };
  const refuse = (array: string): void => {
    refused.add(array);
  };
  forEachStatement(block, (statement) => {
    forEachExprOf(statement, checkRead);
    forEachGathered(statement, refuse);
    switch (statement.kind) {
      case "alloc":
        if (statement.shape.length > 0 && entries(statement.shape) <= most) {
          candidates.set(statement.array, statement);
        }
        break;
      case "store":
      case "accumulate":
        check(statement);
        break;
      case "call":
        for (const arg of statement.args) {
          if (arg.kind !== "array") continue;
          const { array, prefix } = arg.view;
          const alloc = candidates.get(array);
          // A row may not be handed over, its callee subscripts it; a scalar entry may.
          if (alloc === undefined || prefix.length < alloc.shape.length) refuse(array);
          else check({ array, at: prefix });
          // Several entries for one function, as the stages of a step: it takes an index, or there would be as many of it.
          const handed = `${statement.callee} ${array}`;
          const before = entryHanded.get(handed);
          if (before === undefined) entryHanded.set(handed, prefix);
          else if (!prefix.every((form, axis) => affine.equal(form, before[axis]!))) refuse(array);
        }
        break;
      case "contract":
        for (const place of [statement.to, ...statement.factors]) refused.add(place.array);
        break;
      default:
        break;
    }
  });
  for (const array of refused) candidates.delete(array);
  if (candidates.size === 0) return [...block];

  const scalars = new Map<string, string>();
  const scalarOf = (array: string, at: readonly number[]): string => {
    const key = `${array}[${at.join(",")}]`;
    const before = scalars.get(key);
    if (before !== undefined) return before;
    const name = names.fresh(`${array}_${at.map((i) => i + 1).join("_")}`);
    scalars.set(key, name);
    return name;
  };
  const replace = (place: Access): Access => {
    if (!candidates.has(place.array)) return place;
    return {
      array: scalarOf(
        place.array,
        place.at.map((form) => affine.constantOf(form)!),
      ),
      at: [],
    };
  };
  const visit = (expr: Expr): Expr => {
    if (expr.kind !== "read" || !candidates.has(expr.array)) return expr;
    const { array, at } = replace(expr);
    return build.read(array, at);
  };
  const withScalars = (expr: Expr): Expr => rewriteExpr(expr, {}, visit);
  const spread = (statement: Statement, out: Statement[]): void => {
    switch (statement.kind) {
      case "let": {
        const value = withScalars(statement.value);
        out.push(value === statement.value ? statement : { ...statement, value });
        break;
      }
      case "alloc":
        if (candidates.has(statement.array)) {
          for (const at of positions(statement.shape))
            out.push({ ...statement, array: scalarOf(statement.array, at), shape: [] });
        } else out.push(statement);
        break;
      case "store":
      case "accumulate":
        {
          const value = withScalars(statement.value);
          const own = value === statement.value ? statement : { ...statement, value };
          out.push(candidates.has(own.array) ? { ...own, ...replace(own) } : own);
        }
        break;
      case "for":
        out.push({ ...statement, body: all(statement.body) });
        break;
      case "while": {
        const test = rewriteTest(statement.test, {}, visit);
        out.push({ ...statement, test, body: all(statement.body) });
        break;
      }
      case "if": {
        const test = rewriteTest(statement.test, {}, visit);
        out.push({ ...statement, test, then: all(statement.then), else: all(statement.else) });
        break;
      }
      case "call":
        out.push({
          ...statement,
          args: statement.args.map((arg) => {
            if (arg.kind === "real") return { kind: "real", value: withScalars(arg.value) };
            if (arg.kind === "integer") return arg;
            const place = replace({ array: arg.view.array, at: arg.view.prefix });
            return { kind: "array", view: { array: place.array, prefix: place.at } };
          }),
        });
        break;
      default:
        out.push(statement);
    }
  };
  const all = (statements: Block): Statement[] => {
    const out: Statement[] = [];
    for (const statement of statements) spread(statement, out);
    return out;
  };
  return all(block);
}

const entries = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** All index tuples of a shape, the last index fastest. */
function positions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (tuples, extent) => tuples.flatMap((tuple) => Array.from({ length: extent }, (_, i) => [...tuple, i])),
    [[]],
  );
}
