/**
 * Leaves out what C alone need not do: states at the observations that a gradient passes by and nobody asks for, and the
 * question whether a count of steps is whole where its type is. In: a bound program. Out: the same results.
 */

import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Block, Fn, Program, Statement, Test } from "../ir/nodes.ts";
import { rewriteStatement } from "../ir/rewrite.ts";
import { calleesOf, forEachExprIn, forEachStatement, formsOf, withBlocks } from "../ir/walk.ts";
import { uncountable } from "../module.ts";
import { isSame } from "./alike.ts";

/** The program without stores into arrays that `isPassing` names and that no function reached from `entry` reads. */
export function withoutUnreadResults(
  program: Program,
  entry: string,
  isPassing: (array: string) => boolean,
): Program {
  const byName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const fn = byName.get(name);
    if (fn === undefined || reached.has(name)) return;
    reached.add(name);
    for (const callee of calleesOf(fn)) visit(callee);
  };
  visit(entry);
  const read = new Set<string>();
  for (const name of reached) {
    const { body } = byName.get(name)!;
    forEachExprIn(body, (expr) => {
      if (expr.kind === "read") read.add(expr.array);
    });
    forEachStatement(body, (statement) => {
      for (const form of formsOf(statement))
        affine.forEachAtom(form, (atom) => {
          if (atom.kind === "gather") read.add(atom.array);
        });
    });
  }
  const isUnread = (array: string): boolean => isPassing(array) && !read.has(array);
  const functions = program.functions.map((fn) =>
    reached.has(fn.name) ? { ...fn, body: without(fn.body, isUnread) } : fn,
  );
  return { ...program, functions };
}

function without(block: Block, isUnread: (array: string) => boolean): Statement[] {
  return block.flatMap((statement): Statement[] => {
    switch (statement.kind) {
      case "store":
      case "accumulate":
        return isUnread(statement.array) ? [] : [statement];
      case "for": {
        const body = without(statement.body, isUnread);
        return body.length === 0 && statement.body.length > 0 ? [] : [{ ...statement, body }];
      }
      default:
        return [withBlocks(statement, (inner) => without(inner, isUnread))];
    }
  });
}

/** The function in which a scalar that holds a whole number of at least 0 is not asked whether it does. */
export function withWholeSteps(fn: Fn, steps: string): Fn {
  const isBounded = fn.name === "solve" || fn.name === "jvp";
  const whole = new Set<string>();
  forEachStatement(fn.body, (statement) => {
    if (statement.kind !== "let") return;
    const { name, value } = statement;
    if (value.kind === "read" && value.array === steps) whole.add(name);
    if (value.kind === "primitive" && value.op === "floor") {
      const [of] = value.args;
      if (of?.kind === "name" && whole.has(of.name)) whole.add(name);
    }
  });
  const aliases = new Map<string, string>();
  forEachStatement(fn.body, (statement) => {
    if (statement.kind !== "let" || !whole.has(statement.name)) return;
    const { value } = statement;
    const [of] = value.kind === "primitive" ? value.args : [];
    if (of?.kind === "name") aliases.set(statement.name, of.name);
  });
  if (whole.size === 0) return fn;
  /** Steps are whole, and the functions that keep nothing of them are asked for no more than C was generated for. */
  const isAnswered = ({ relation, left, right }: Test & { readonly kind: "compare" }): boolean =>
    relation === "ne"
      ? isSame(left, right)
      : relation === "ge" && isBounded && right.kind === "number" && right.value === uncountable;
  const asked = (test: Test): Test => {
    switch (test.kind) {
      case "compare":
        return test.left.kind === "name" && whole.has(test.left.name) && isAnswered(test)
          ? { kind: "constant", value: false }
          : test;
      case "and":
        return build.and(asked(test.left), asked(test.right));
      case "or":
        return build.or(asked(test.left), asked(test.right));
      default:
        return test;
    }
  };
  const inBlock = (block: Block): Statement[] =>
    block.flatMap((statement): Statement[] => {
      if (statement.kind === "let" && aliases.has(statement.name)) return [];
      const next = rewriteStatement(statement, {
        name: (name) => (aliases.has(name) ? build.name(aliases.get(name)!) : undefined),
      });
      if (next.kind !== "if") return [next];
      return [{ ...next, test: asked(next.test) }];
    });
  return { ...fn, body: inBlock(fn.body) };
}
