/**
 * Brings a function into the form both modes of differentiation work on: calls expanded, but for those of functions
 * with rules of their own, contractions written as
 * loops, and every operation in a `let` of its own whose operands are atoms (numbers, names, integer forms). Stores,
 * accumulations and tests then have atoms only. Values do not change.
 */

import type { Span } from "../diagnostics/span.ts";
import * as build from "../ir/build.ts";
import { expandCalls } from "../ir/expand.ts";
import { Names, stemOf } from "../ir/names.ts";
import type { Block, Contract, Expr, Fn, GlobalArray, Rule, Statement, Test } from "../ir/nodes.ts";
import { bindersOf } from "../ir/walk.ts";

/** What stands around a function that is differentiated. */
export interface Context {
  readonly arrays: readonly GlobalArray[];
  readonly functions: readonly Fn[];
}

export interface Normal {
  readonly body: readonly Statement[];
  readonly names: Names;
  /** Rules of the functions that are still called. */
  readonly rules: ReadonlyMap<string, Rule>;
}

export const isAtom = build.isLeaf;

export function normalise(fn: Fn, context: Context): Normal {
  const names = new Names([...bindersOf(fn), ...context.arrays.map((array) => array.name)]);
  const byName = new Map(context.functions.map((callee) => [callee.name, callee]));
  const expanded = expandCalls(
    fn.body,
    (call) => {
      const callee = byName.get(call.callee);
      if (callee === undefined)
        throw new Error(`${fn.name} calls ${call.callee}, which is not in the program`);
      return callee.rule === undefined ? callee : undefined;
    },
    names.fresh,
  );
  const rules = new Map(
    context.functions.flatMap(({ name, rule }) => (rule === undefined ? [] : [[name, rule] as const])),
  );
  return { body: flatten(expanded, names), names, rules };
}

/** Calls stay; everything else comes into normal form. */
export function flatten(block: Block, names: Names): Statement[] {
  const out: Statement[] = [];
  for (const statement of block) flattenStatement(statement, names, out);
  return out;
}

const withValue = <T extends { readonly value: Expr }>(statement: T, value: Expr): T =>
  value === statement.value ? statement : { ...statement, value };

/** A primitive as its constructor leaves it: of names and integer forms, which nothing folds. */
const isFlat = ({ op, args }: Expr & { readonly kind: "primitive" }): boolean =>
  op !== "pow" && args.every((arg) => arg.kind === "name" || arg.kind === "integer");

/** Whether an expression is the same operation on the same operands, place and all. */
const isSamePrimitive = (expr: Expr, { op, args }: Expr & { readonly kind: "primitive" }): boolean =>
  expr.kind === "primitive" && expr.op === op && expr.args.every((arg, i) => arg === args[i]);

function flattenStatement(statement: Statement, names: Names, out: Statement[]): void {
  switch (statement.kind) {
    case "let":
      out.push(withValue(statement, operation(statement.value, names, out, statement.name, statement.span)));
      return;
    case "store":
      out.push(withValue(statement, atom(statement.value, names, out, statement.array, statement.span)));
      return;
    case "accumulate":
      if (!build.isZero(statement.value))
        out.push(withValue(statement, atom(statement.value, names, out, statement.array, statement.span)));
      return;
    case "for":
    case "while":
      // The test is taken anew on every trip, so its operands cannot be bound before the loop.
      if (statement.kind === "while" && !isFlatTest(statement.test)) {
        throw new Error("the test of a while loop must compare scalars that the loop stores");
      }
      out.push({ ...statement, body: flatten(statement.body, names) });
      return;
    case "if":
      out.push({
        ...statement,
        test: flattenTest(statement.test, names, out, statement.span),
        then: flatten(statement.then, names),
        else: flatten(statement.else, names),
      });
      return;
    case "contract":
      out.push(...flatten([contractAsLoops(statement)], names));
      return;
    case "call":
      out.push({
        ...statement,
        args: statement.args.map((arg) =>
          arg.kind === "real"
            ? { kind: "real", value: atom(arg.value, names, out, "v", statement.span) }
            : arg,
        ),
      });
      return;
    case "return":
    case "alloc":
    case "comment":
      out.push(statement);
      return;
    default:
      statement satisfies never;
  }
}

/** to += f1·f2·… as nested loops, factors multiplied from the left. */
export function contractAsLoops(contract: Contract): Statement {
  const product = contract.factors
    .map((factor) => build.read(factor.array, factor.at))
    .reduce((left, right) => build.mul(left, right));
  return contract.over.reduceRight<Statement>(
    (inner, axis) => build.loop(axis.index, axis.from, axis.to, [inner], { span: contract.span }),
    build.accumulate(contract.to.array, contract.to.at, product, contract.span),
  );
}

/** An atom with the value of the expression; what is not an atom gets a `let` in `out`. */
function atom(expr: Expr, names: Names, out: Statement[], wish: string, span: Span | undefined): Expr {
  if (isAtom(expr)) return expr;
  // What is read goes by the name of the array it comes from.
  const name = names.fresh(expr.kind === "read" ? expr.array : wish);
  const value = operation(expr, names, out, wish, span);
  if (isAtom(value)) return value;
  out.push(build.bind(name, value, span));
  return build.name(name);
}

/** One operation on atoms with the value of the expression. */
function operation(expr: Expr, names: Names, out: Statement[], wish: string, span: Span | undefined): Expr {
  switch (expr.kind) {
    case "number":
    case "name":
    case "integer":
    case "read":
      return expr;
    case "primitive": {
      if (isFlat(expr)) return expr;
      const args = expr.args.every(isAtom)
        ? expr.args
        : expr.args.map((arg) => (isAtom(arg) ? arg : atom(arg, names, out, stemOf(wish), span)));
      const flat = build.primitive(expr.op, args);
      if (isSamePrimitive(flat, expr)) return expr;
      return expr.span === undefined ? flat : build.placed(flat, expr.span);
    }
    case "select": {
      const test = flattenTest(expr.test, names, out, span);
      // A side that does work is a real branch: what is not taken is not computed, here nor in the derivative.
      if (isAtom(expr.then) && isAtom(expr.else)) return build.select(test, expr.then, expr.else);
      const chosen = names.fresh(stemOf(wish));
      out.push(build.alloc(chosen, [], { zero: false, span }));
      const side = (value: Expr): Statement[] => {
        const inner: Statement[] = [];
        const result = atom(value, names, inner, stemOf(wish), span);
        inner.push(build.store(chosen, [], result, span));
        return inner;
      };
      out.push(build.branch(test, side(expr.then), side(expr.else), span));
      return build.read(chosen);
    }
    default:
      return expr satisfies never;
  }
}

function flattenTest(test: Test, names: Names, out: Statement[], span: Span | undefined): Test {
  switch (test.kind) {
    case "compare":
      return build.compare(
        test.relation,
        atom(test.left, names, out, "v", span),
        atom(test.right, names, out, "v", span),
      );
    case "and":
    case "or": {
      const left = flattenTest(test.left, names, out, span);
      const inner: Statement[] = [];
      const right = flattenTest(test.right, names, inner, span);
      if (inner.length === 0) return test.kind === "and" ? build.and(left, right) : build.or(left, right);
      return guarded(test.kind, left, right, inner, names, out, span);
    }
    case "not":
      return build.not(flattenTest(test.of, names, out, span));
    case "constant":
      return test;
    default:
      return test satisfies never;
  }
}

/**
 * A test whose right side does work (reads an array, say) that the left side may guard: the work stays behind the
 * guard, and its outcome goes into a scalar that is 1 where the whole test holds.
 */
function guarded(
  kind: "and" | "or",
  left: Test,
  right: Test,
  work: readonly Statement[],
  names: Names,
  out: Statement[],
  span: Span | undefined,
): Test {
  const flag = names.fresh("holds");
  const set = (test: Test): Statement =>
    build.branch(test, [build.store(flag, [], build.one)], [build.store(flag, [], build.zero)], span);
  const decided = build.store(flag, [], kind === "and" ? build.zero : build.one, span);
  const undecided = [...work, set(right)];
  out.push(build.alloc(flag, [], { zero: false, span }));
  out.push(
    kind === "and"
      ? build.branch(left, undecided, [decided], span)
      : build.branch(left, [decided], undecided, span),
  );
  const outcome = names.fresh("holds");
  out.push(build.bind(outcome, build.read(flag), span));
  return build.compare("eq", build.name(outcome), build.one);
}

function isFlatTest(test: Test): boolean {
  switch (test.kind) {
    case "compare":
      return [test.left, test.right].every(
        (side) => isAtom(side) || (side.kind === "read" && side.at.length === 0),
      );
    case "and":
    case "or":
      return isFlatTest(test.left) && isFlatTest(test.right);
    case "not":
      return isFlatTest(test.of);
    case "constant":
      return true;
    default:
      return test satisfies never;
  }
}
