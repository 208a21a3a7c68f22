/**
 * Walks over the IR: visitors, rebuilders, binder lists and renaming. Nothing here knows what a node means.
 */

import type { Affine } from "./affine.ts";
import * as affine from "./affine.ts";
import * as build from "./build.ts";
import type { Access, Argument, Block, Expr, Fn, Program, Statement, Test, View } from "./nodes.ts";
import type { Opcode } from "./opcode.ts";

// Visiting.

export function forEachStatement(block: Block, visit: (statement: Statement) => void): void {
  for (const statement of block) {
    visit(statement);
    switch (statement.kind) {
      case "for":
      case "while":
        forEachStatement(statement.body, visit);
        break;
      case "if":
        forEachStatement(statement.then, visit);
        forEachStatement(statement.else, visit);
        break;
      default:
        break;
    }
  }
}

const none: readonly never[] = [];

/** The blocks directly inside a statement. */
export function blocksOf(statement: Statement): readonly Block[] {
  switch (statement.kind) {
    case "for":
    case "while":
      return [statement.body];
    case "if":
      return [statement.then, statement.else];
    default:
      return none;
  }
}

/** The statement with what becomes of the blocks directly inside it; the statement itself where they stay what they are. */
export function withBlocks(statement: Statement, map: (block: Block) => Block): Statement {
  switch (statement.kind) {
    case "for":
    case "while": {
      const body = map(statement.body);
      return body === statement.body ? statement : { ...statement, body };
    }
    case "if": {
      const [then, other] = [map(statement.then), map(statement.else)];
      const isSame = then === statement.then && other === statement.else;
      return isSame ? statement : { ...statement, then, else: other };
    }
    default:
      return statement;
  }
}

/** The expressions a statement itself evaluates, those of inner blocks left out. */
export function expressionsOf(statement: Statement): readonly Expr[] {
  switch (statement.kind) {
    case "let":
    case "store":
    case "accumulate":
      return [statement.value];
    case "if":
    case "while":
      return expressionsOfTest(statement.test);
    case "call":
      return statement.args.flatMap((arg) => (arg.kind === "real" ? [arg.value] : []));
    default:
      return none;
  }
}

export function expressionsOfTest(test: Test): readonly Expr[] {
  switch (test.kind) {
    case "compare":
      return [test.left, test.right];
    case "and":
    case "or":
      return [...expressionsOfTest(test.left), ...expressionsOfTest(test.right)];
    case "not":
      return expressionsOfTest(test.of);
    case "constant":
      return [];
    default:
      return test satisfies never;
  }
}

/** Visits an expression and everything inside it, parents first. */
export function forEachExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  if (expr.kind === "primitive") for (const arg of expr.args) forEachExpr(arg, visit);
  else if (expr.kind === "select") {
    forEachExprOfTest(expr.test, visit);
    forEachExpr(expr.then, visit);
    forEachExpr(expr.else, visit);
  }
}

function forEachExprOfTest(test: Test, visit: (expr: Expr) => void): void {
  switch (test.kind) {
    case "compare":
      forEachExpr(test.left, visit);
      forEachExpr(test.right, visit);
      break;
    case "and":
    case "or":
      forEachExprOfTest(test.left, visit);
      forEachExprOfTest(test.right, visit);
      break;
    case "not":
      forEachExprOfTest(test.of, visit);
      break;
    case "constant":
      break;
    default:
      test satisfies never;
  }
}

/** Every expression that a statement itself evaluates, with everything inside it; those of inner blocks left out. */
export function forEachExprOf(statement: Statement, visit: (expr: Expr) => void): void {
  switch (statement.kind) {
    case "let":
    case "store":
    case "accumulate":
      forEachExpr(statement.value, visit);
      break;
    case "if":
    case "while":
      forEachExprOfTest(statement.test, visit);
      break;
    case "call":
      for (const arg of statement.args) if (arg.kind === "real") forEachExpr(arg.value, visit);
      break;
    default:
      break;
  }
}

/** Every expression of a block, inner blocks included. */
export function forEachExprIn(block: Block, visit: (expr: Expr) => void): void {
  forEachStatement(block, (statement) => forEachExprOf(statement, visit));
}

/** Visits the index forms a statement itself contains: subscripts, bounds, integer arguments, those inside expressions too. */
function forEachForm(statement: Statement, visit: (form: Affine) => void): void {
  forEachExprOf(statement, (expr) => {
    if (expr.kind === "read") for (const form of expr.at) visit(form);
    else if (expr.kind === "integer") visit(expr.value);
  });
  switch (statement.kind) {
    case "store":
    case "accumulate":
      for (const form of statement.at) visit(form);
      break;
    case "for":
      visit(statement.from);
      visit(statement.to);
      break;
    case "call":
      for (const arg of statement.args) {
        if (arg.kind === "integer") visit(arg.value);
        else if (arg.kind === "array") for (const form of arg.view.prefix) visit(form);
      }
      break;
    case "contract":
      for (const form of statement.to.at) visit(form);
      for (const factor of statement.factors) for (const form of factor.at) visit(form);
      for (const { from, to } of statement.over) {
        visit(from);
        visit(to);
      }
      break;
    default:
      break;
  }
}

/** The forms that `forEachForm` visits, in its order. */
export function formsOf(statement: Statement): readonly Affine[] {
  const forms: Affine[] = [];
  forEachForm(statement, (form) => forms.push(form));
  return forms;
}

/** Visits the integer arrays that the forms of a statement itself read. */
export function forEachGathered(statement: Statement, visit: (array: string) => void): void {
  if (!mayGather(statement)) return;
  forEachForm(statement, (form) => {
    affine.forEachAtom(form, (atom) => {
      if (atom.kind === "gather") visit(atom.array);
    });
  });
}

/** Whether a statement has forms that are more than indices and constants; tests and arguments of calls count as such. */
function mayGather(statement: Statement): boolean {
  switch (statement.kind) {
    case "let":
      return mayGatherIn(statement.value);
    case "store":
    case "accumulate":
      return statement.at.some(isDeep) || mayGatherIn(statement.value);
    case "for":
      return isDeep(statement.from) || isDeep(statement.to);
    case "alloc":
    case "return":
    case "comment":
      return false;
    default:
      return true;
  }
}

function mayGatherIn(expr: Expr): boolean {
  switch (expr.kind) {
    case "read":
      return expr.at.some(isDeep);
    case "integer":
      return isDeep(expr.value);
    case "primitive":
      return expr.args.some(mayGatherIn);
    case "select":
      return true;
    default:
      return false;
  }
}

const isDeep = ({ terms }: Affine): boolean => terms.some(({ atom }) => atom.kind !== "index");

/** Names bound anywhere in a block. */
export function bindersIn(block: Block, names: string[] = []): string[] {
  forEachStatement(block, (statement) => {
    switch (statement.kind) {
      case "let":
        names.push(statement.name);
        break;
      case "alloc":
        names.push(statement.array);
        break;
      case "for":
        names.push(statement.index);
        break;
      case "while":
        names.push(statement.counter);
        break;
      case "contract":
        names.push(...statement.over.map((axis) => axis.index));
        break;
      default:
        break;
    }
  });
  return names;
}

export const bindersOf = (fn: Fn): string[] =>
  bindersIn(
    fn.body,
    fn.parameters.map((parameter) => parameter.name),
  );

/** What is asked of functions again and again, which never change. */
function once<T>(of: (fn: Fn) => T): (fn: Fn) => T {
  const known = new WeakMap<Fn, T>();
  return (fn) => {
    const before = known.get(fn);
    if (before !== undefined) return before;
    const found = of(fn);
    known.set(fn, found);
    return found;
  };
}

/** Functions called anywhere in a function. */
export const calleesOf: (fn: Fn) => ReadonlySet<string> = once((fn) => {
  const callees = new Set<string>();
  forEachStatement(fn.body, (statement) => {
    if (statement.kind === "call") callees.add(statement.callee);
  });
  return callees;
});

/** The function of that name and what it calls, callees first; functions that the program does not have are left out. */
export function reachable(functions: readonly Fn[], root: string): Fn[] {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const found = new Map<string, Fn>();
  const visit = (name: string): void => {
    const fn = byName.get(name);
    if (fn === undefined || found.has(name)) return;
    for (const callee of calleesOf(fn)) visit(callee);
    found.set(name, fn);
  };
  visit(root);
  return [...found.values()];
}

export function hasLoops(block: Block): boolean {
  let found = false;
  forEachStatement(block, (statement) => {
    found ||= statement.kind === "for" || statement.kind === "while";
  });
  return found;
}

/** Arrays a function refers to, its parameters and locals included. */
export const arraysOf: (fn: Fn) => ReadonlySet<string> = once((fn) => arraysIn(fn.body));

/** Arrays a block refers to, its own included. */
export function arraysIn(block: Block): Set<string> {
  const arrays = new Set<string>();
  const add = (array: string): void => {
    arrays.add(array);
  };
  const addRead = (expr: Expr): void => {
    if (expr.kind === "read") arrays.add(expr.array);
  };
  forEachStatement(block, (statement) => {
    forEachGathered(statement, add);
    forEachExprOf(statement, addRead);
    switch (statement.kind) {
      case "alloc":
      case "store":
      case "accumulate":
        arrays.add(statement.array);
        break;
      case "call":
        for (const arg of statement.args) if (arg.kind === "array") arrays.add(arg.view.array);
        break;
      case "contract":
        for (const place of [statement.to, ...statement.factors]) arrays.add(place.array);
        break;
      default:
        break;
    }
  });
  return arrays;
}

/** Whether a statement refers to an array, inner blocks included. */
export function usesArray(statement: Statement, array: string): boolean {
  let found = false;
  switch (statement.kind) {
    case "alloc":
    case "store":
    case "accumulate":
      found = statement.array === array;
      break;
    case "call":
      found = statement.args.some((arg) => arg.kind === "array" && arg.view.array === array);
      break;
    case "contract":
      found = [statement.to, ...statement.factors].some((place) => place.array === array);
      break;
    default:
      break;
  }
  if (found) return true;
  forEachExprOf(statement, (expr) => {
    found ||= expr.kind === "read" && expr.array === array;
  });
  if (found) return true;
  forEachGathered(statement, (gathered) => {
    found ||= gathered === array;
  });
  return found || blocksOf(statement).some((block) => block.some((inner) => usesArray(inner, array)));
}

// Rebuilding.

/** What a name stands for after a rewrite; undefined keeps it. Binders are renamed by `binder`. */
export interface Rewriter {
  /** Replaces a scalar name. */
  readonly name?: (name: string) => Expr | undefined;
  /** Replaces an index name. */
  readonly index?: (name: string) => Affine | undefined;
  /** Replaces an array by a view: accesses get the view's prefix in front of their own indices. */
  readonly array?: (array: string) => View | undefined;
  /** Renames what statements bind. */
  readonly binder?: (name: string) => string;
}

export function rewriteForm(form: Affine, rewriter: Rewriter): Affine {
  if (rewriter.index === undefined && rewriter.array === undefined) return form;
  return affine.substitute(
    form,
    (name) => rewriter.index?.(name),
    (array, at) => {
      const view = rewriter.array?.(array);
      return view ? affine.gather(view.array, [...view.prefix, ...at]) : affine.gather(array, at);
    },
  );
}

export function rewriteAccess(place: Access, rewriter: Rewriter): Access {
  if (rewriter.index === undefined && rewriter.array === undefined) return place;
  const at = place.at.length === 0 ? place.at : mapped(place.at, (form) => rewriteForm(form, rewriter));
  const view = rewriter.array?.(place.array);
  if (view !== undefined)
    return { array: view.array, at: view.prefix.length === 0 ? at : [...view.prefix, ...at] };
  return at === place.at ? place : { array: place.array, at };
}

/** The list of what becomes of the items; the list itself where nothing changes, so that nothing is built again. */
function mapped<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = map(list[i]!);
    if (changed !== undefined) changed.push(item);
    else if (item !== list[i]) changed = [...list.slice(0, i), item];
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
    else if (arg !== args[i]) changed = [...args.slice(0, i), arg];
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
 * A copy of a block in which every binder has a fresh name, and free names are replaced as `free` says. The way to
 * put a block into another function.
 */
export function instantiate(block: Block, fresh: (wish: string) => string, free: Rewriter = {}): Statement[] {
  const renamed = new Map<string, Expr & { readonly kind: "name" }>();
  for (const binder of bindersIn(block)) renamed.set(binder, { kind: "name", name: fresh(binder) });
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

/** Every primitive that a program uses. */
export function opcodesOf(program: Program): Set<Opcode> {
  const found = new Set<Opcode>();
  for (const fn of program.functions) {
    forEachExprIn(fn.body, (expr) => {
      if (expr.kind === "primitive") found.add(expr.op);
    });
  }
  return found;
}
