/**
 * Walks over the IR: visitors, lists of what is bound, read, written and called. Nothing here knows what a node means.
 *
 * What is run most goes through lists by index: an iterator costs several times as much until the engine has translated its loop.
 */

import type { Affine } from "./affine.ts";
import * as affine from "./affine.ts";
import type { Block, Expr, Fn, Program, Statement, Test } from "./nodes.ts";
import type { Opcode } from "./opcode.ts";

export function forEachStatement(block: Block, visit: (statement: Statement) => void): void {
  for (let i = 0; i < block.length; i++) {
    const statement = block[i]!;
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

/**
 * The block with what becomes of each statement: another one, or several in its place; the block itself where all stay what
 * they are.
 */
export function withEach(
  block: Block,
  map: (statement: Statement) => Statement | readonly Statement[],
): Block {
  let changed: Statement[] | undefined;
  for (let i = 0; i < block.length; i++) {
    const made = map(block[i]!);
    if (changed === undefined && made !== block[i]) changed = block.slice(0, i);
    if (changed === undefined) continue;
    if (isList(made)) changed.push(...made);
    else changed.push(made);
  }
  return changed ?? block;
}

const isList = (made: Statement | readonly Statement[]): made is readonly Statement[] => Array.isArray(made);

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
  if (expr.kind === "primitive") {
    for (let i = 0; i < expr.args.length; i++) forEachExpr(expr.args[i]!, visit);
  } else if (expr.kind === "select") {
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
export function forEachForm(statement: Statement, visit: (form: Affine) => void): void {
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
export function mayGather(statement: Statement): boolean {
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

/** Whether a block ends by leaving the function: nothing behind it is done after it. */
export function leaves(block: Block): boolean {
  const last = block.at(-1);
  return last?.kind === "return" || (last?.kind === "if" && leaves(last.then) && leaves(last.else));
}

/** Whether a block has a way out of the function. */
export const mayLeave = (block: Block): boolean =>
  block.some((statement) => statement.kind === "return" || blocksOf(statement).some(mayLeave));

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

/** Arrays of statements with blocks inside, which are asked for again and again. */
const inside = new WeakMap<Statement, ReadonlySet<string>>();

/** Whether a statement refers to an array, inner blocks included. */
export function usesArray(statement: Statement, array: string): boolean {
  switch (statement.kind) {
    case "for":
    case "while":
    case "if": {
      const known = inside.get(statement) ?? arraysIn([statement]);
      inside.set(statement, known);
      return known.has(array);
    }
    case "alloc":
    case "store":
    case "accumulate":
      if (statement.array === array) return true;
      break;
    case "call":
      if (statement.args.some((arg) => arg.kind === "array" && arg.view.array === array)) return true;
      break;
    case "contract":
      if ([statement.to, ...statement.factors].some((place) => place.array === array)) return true;
      break;
    default:
      break;
  }
  let found = false;
  forEachExprOf(statement, (expr) => {
    found ||= expr.kind === "read" && expr.array === array;
  });
  if (found || !mayGather(statement)) return found;
  forEachGathered(statement, (gathered) => {
    found ||= gathered === array;
  });
  return found;
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
