/**
 * Rebuilds the IR: names, indices and arrays replaced, expressions built again through the folding constructors, blocks put into
 * other functions. What does not change stays the same object. Nothing here knows what a node means.
 */

import type { Affine, Atom } from "./affine.ts";
import * as affine from "./affine.ts";
import * as build from "./build.ts";
import type { Access, Argument, Block, Expr, Statement, Test, View } from "./nodes.ts";
import { bindersIn } from "./walk.ts";

/** What a name stands for after a rewrite; undefined keeps it. Binders are renamed by `binder`. */
export interface Rewriter {
  /** Replaces a scalar name. */
  readonly name?: (name: string) => Expr | undefined;
  /** Replaces an index name. */
  readonly index?: (name: string) => Affine | undefined;
  /** Replaces an array by a view: accesses get the view's prefix in front of their own indices. */
  readonly array?: (array: string) => View | undefined;
  /** Replaces an atom of index forms as a whole, before anything inside it. */
  readonly atom?: (atom: Atom) => Affine | undefined;
  /** Renames what statements bind. */
  readonly binder?: (name: string) => string;
}

const keepsForms = ({ index, array, atom }: Rewriter): boolean =>
  index === undefined && array === undefined && atom === undefined;

export function rewriteForm(form: Affine, rewriter: Rewriter): Affine {
  if (keepsForms(rewriter)) return form;
  return affine.substitute(
    rewriter.atom === undefined ? form : affine.replace(form, rewriter.atom),
    (name) => rewriter.index?.(name),
    (array, at) => {
      const view = rewriter.array?.(array);
      return view ? affine.gather(view.array, [...view.prefix, ...at]) : affine.gather(array, at);
    },
  );
}

export function rewriteAccess(place: Access, rewriter: Rewriter): Access {
  if (keepsForms(rewriter)) return place;
  const at = place.at.every(isConstant) ? place.at : mapped(place.at, (form) => rewriteForm(form, rewriter));
  const view = rewriter.array?.(place.array);
  if (view !== undefined)
    return { array: view.array, at: view.prefix.length === 0 ? at : [...view.prefix, ...at] };
  return at === place.at ? place : { array: place.array, at };
}

const isConstant = ({ terms }: Affine): boolean => terms.length === 0;

/** The list of what becomes of the items; the list itself where nothing changes, so that nothing is built again. */
function mapped<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = map(list[i]!);
    if (changed !== undefined) changed.push(item);
    else if (item !== list[i]) {
      changed = list.slice(0, i);
      changed.push(item);
    }
  }
  return changed ?? list;
}

const same = <T>(item: T): T => item;

/**
 * Rebuilds an expression bottom-up through the folding constructors; `visit` may replace any rebuilt node. Parts that do
 * not change are the same objects.
 */
export function rewriteExpr(expr: Expr, rewriter: Rewriter, visit: (expr: Expr) => Expr = same): Expr {
  switch (expr.kind) {
    case "number":
      return visit(expr);
    case "name":
      return visit(rewriter.name?.(expr.name) ?? expr);
    case "read": {
      const { array, at } = rewriteAccess(expr, rewriter);
      return visit(array === expr.array && at === expr.at ? expr : { kind: "read", array, at });
    }
    case "integer": {
      const value = rewriteForm(expr.value, rewriter);
      return visit(value === expr.value ? expr : build.integerValue(value));
    }
    case "primitive": {
      const args = rewriteArgs(expr.args, rewriter, visit);
      return visit(args === expr.args ? expr : build.primitive(expr.op, args));
    }
    case "select":
      return visit(
        build.select(
          rewriteTest(expr.test, rewriter, visit),
          rewriteExpr(expr.then, rewriter, visit),
          rewriteExpr(expr.else, rewriter, visit),
        ),
      );
    default:
      return expr satisfies never;
  }
}

function rewriteArgs(
  args: readonly Expr[],
  rewriter: Rewriter,
  visit: (expr: Expr) => Expr,
): readonly Expr[] {
  let changed: Expr[] | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = rewriteExpr(args[i]!, rewriter, visit);
    if (changed !== undefined) changed.push(arg);
    else if (arg !== args[i]) {
      changed = args.slice(0, i);
      changed.push(arg);
    }
  }
  return changed ?? args;
}

export function rewriteTest(test: Test, rewriter: Rewriter, visit?: (expr: Expr) => Expr): Test {
  switch (test.kind) {
    case "compare":
      return build.compare(
        test.relation,
        rewriteExpr(test.left, rewriter, visit),
        rewriteExpr(test.right, rewriter, visit),
      );
    case "and":
      return build.and(rewriteTest(test.left, rewriter, visit), rewriteTest(test.right, rewriter, visit));
    case "or":
      return build.or(rewriteTest(test.left, rewriter, visit), rewriteTest(test.right, rewriter, visit));
    case "not":
      return build.not(rewriteTest(test.of, rewriter, visit));
    case "constant":
      return test;
    default:
      return test satisfies never;
  }
}

/** Rebuilds one statement with everything inside it, inner blocks included; loops and branches are new objects. */
export function rewriteStatement(
  statement: Statement,
  rewriter: Rewriter,
  visit?: (expr: Expr) => Expr,
): Statement {
  const binder = rewriter.binder ?? same;
  switch (statement.kind) {
    case "let": {
      const name = binder(statement.name);
      const value = rewriteExpr(statement.value, rewriter, visit);
      return name === statement.name && value === statement.value ? statement : { ...statement, name, value };
    }
    case "alloc":
      return rewriter.binder === undefined ? statement : { ...statement, array: binder(statement.array) };
    case "store":
    case "accumulate": {
      const { array, at } = rewriteAccess(statement, rewriter);
      const value = rewriteExpr(statement.value, rewriter, visit);
      const isSame = array === statement.array && at === statement.at && value === statement.value;
      return isSame ? statement : { ...statement, array, at, value };
    }
    case "for":
      return {
        ...statement,
        index: binder(statement.index),
        from: rewriteForm(statement.from, rewriter),
        to: rewriteForm(statement.to, rewriter),
        body: rewriteBlock(statement.body, rewriter, visit),
      };
    case "while":
      return {
        ...statement,
        counter: binder(statement.counter),
        test: rewriteTest(statement.test, rewriter, visit),
        body: rewriteBlock(statement.body, rewriter, visit),
      };
    case "if":
      return {
        ...statement,
        test: rewriteTest(statement.test, rewriter, visit),
        then: rewriteBlock(statement.then, rewriter, visit),
        else: rewriteBlock(statement.else, rewriter, visit),
      };
    case "call":
      return { ...statement, args: statement.args.map((arg) => rewriteArgument(arg, rewriter, visit)) };
    case "contract":
      return {
        ...statement,
        to: rewriteAccess(statement.to, rewriter),
        factors: statement.factors.map((factor) => rewriteAccess(factor, rewriter)),
        over: statement.over.map(({ index, from, to }) => ({
          index: binder(index),
          from: rewriteForm(from, rewriter),
          to: rewriteForm(to, rewriter),
        })),
      };
    case "return":
    case "comment":
      return statement;
    default:
      return statement satisfies never;
  }
}

function rewriteArgument(arg: Argument, rewriter: Rewriter, visit?: (expr: Expr) => Expr): Argument {
  switch (arg.kind) {
    case "real":
      return { kind: "real", value: rewriteExpr(arg.value, rewriter, visit) };
    case "integer":
      return { kind: "integer", value: rewriteForm(arg.value, rewriter) };
    case "array": {
      const place = rewriteAccess({ array: arg.view.array, at: arg.view.prefix }, rewriter);
      return { kind: "array", view: { array: place.array, prefix: place.at } };
    }
    default:
      return arg satisfies never;
  }
}

export const rewriteBlock = (block: Block, rewriter: Rewriter, visit?: (expr: Expr) => Expr): Statement[] =>
  block.map((statement) => rewriteStatement(statement, rewriter, visit));

/**
 * A copy of a block in which every binder has a fresh name, its own where `fresh` gives that back, and free names are replaced as
 * `free` says. The way to put a block into another function.
 */
export function instantiate(block: Block, fresh: (wish: string) => string, free: Rewriter = {}): Statement[] {
  const renamed = new Map<string, Expr & { readonly kind: "name" }>();
  for (const binder of bindersIn(block)) {
    const name = fresh(binder);
    if (name !== binder) renamed.set(binder, { kind: "name", name });
  }
  return rewriteBlock(block, {
    name: (text) => renamed.get(text) ?? free.name?.(text),
    index: (text) => {
      const own = renamed.get(text);
      return own === undefined ? free.index?.(text) : affine.index(own.name);
    },
    array: (text) => {
      const own = renamed.get(text);
      return own === undefined ? free.array?.(text) : { array: own.name, prefix: [] };
    },
    binder: (text) => renamed.get(text)?.name ?? text,
  });
}
