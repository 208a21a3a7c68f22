/**
 * Statements of function bodies. In: a list of statements and a scope. Out: statements of the IR in the open block. A
 * refused statement is noted and the next one is read; the names it would have declared are marked, so that one mistake
 * is one error. An early `return` makes what follows it the other side of its branch.
 */

import { ts } from "ts-morph";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as build from "../ir/build.ts";
import { lowerEffect } from "./assignments.ts";
import { changesIn } from "./calls.ts";
import { lowerCondition } from "./conditions.ts";
import { lowerExpression } from "./expressions.ts";
import { alwaysLeaves, alwaysReturns, isLoop, mayLeave, returnsIn } from "./jumps.ts";
import { type Exit, withRest } from "./leaving.ts";
import { refuse, spanOf } from "./load.ts";
import { lowerFor, lowerForOf } from "./loops.ts";
import type { Lowering } from "./lowering.ts";
import type { Outcome } from "./outcome.ts";
import { bindPattern, declareVariable, keep } from "./patterns.ts";
import { Scope } from "./scope.ts";
import type { FunctionNode } from "./static-values.ts";
import { examine } from "./subset.ts";
import { bare, namesIn } from "./syntax.ts";
import type { Fact, Value } from "./values.ts";

/** The body of a helper. A single `return` at its end hands its value on as it is. */
export function lowerBody(
  lowering: Lowering,
  body: ts.Block,
  scope: Scope,
  outcome: Outcome,
  name: string,
  wish: string,
): Value {
  const returns = returnsIn(body);
  const last = body.statements[body.statements.length - 1];
  if (last === undefined || !alwaysReturns(body)) {
    return refuse(syntax.missingReturn(spanOf(last ?? body), name));
  }
  const [only] = returns;
  if (returns.length === 1 && only === last && only.expression !== undefined) {
    const { expression } = only;
    lowerList(lowering, body.statements.slice(0, -1), scope, refusingExit);
    let value: Value | undefined;
    lowering.statement(
      only,
      () => {
        value = lowerExpression(lowering, expression, scope, wish);
      },
      () => undefined,
    );
    return value ?? lowering.give();
  }
  const exit: Exit = {
    put: (node, inner) =>
      outcome.put(keep(lowering, wish, lowerExpression(lowering, node, inner, wish)), node),
  };
  lowerList(lowering, body.statements, scope, exit);
  return outcome.value(body);
}

const refusingExit: Exit = {
  put: (node) => refuse(syntax.notInLanguage(spanOf(node), "this `return`")),
};

/** The statements of a block, in a scope of their own. */
export function lowerList(lowering: Lowering, statements: readonly ts.Statement[], scope: Scope, exit: Exit) {
  hoist(lowering, statements, scope);
  lowerRest(lowering, statements, 0, scope, exit);
}

/** `then`: what follows the list where it comes to its end; done in each branch that does. */
function lowerRest(
  lowering: Lowering,
  statements: readonly ts.Statement[],
  from: number,
  scope: Scope,
  exit: Exit,
  then: () => void = () => undefined,
) {
  for (let position = from; position < statements.length; position++) {
    const statement = statements[position]!;
    const { region } = lowering;
    const rest = () =>
      lowering.inRegion(() => lowerRest(lowering, statements, position + 1, scope, exit, then), region);
    if (alwaysLeaves(statement)) noteUnreachable(lowering, statements.slice(position + 1));
    if (mayLeave(statement)) {
      if (ts.isBlock(statement)) {
        const inner = new Scope(scope);
        hoist(lowering, statement.statements, inner);
        return lowerRest(lowering, statement.statements, 0, inner, exit, rest);
      }
      if (ts.isIfStatement(statement)) {
        return lowering.statement(
          statement,
          () => lowerLeaving(lowering, statement, rest, scope, exit),
          () => undefined,
        );
      }
      if (isLoop(statement)) {
        const inside = (leave: Exit) =>
          lowering.statement(
            statement,
            () => lowerStatement(lowering, statement, scope, leave),
            () => undefined,
          );
        return withRest(lowering, exit, inside, rest);
      }
    }
    lowering.statement(
      statement,
      () => lowerStatement(lowering, statement, scope, exit),
      () => markBroken(statement, scope),
    );
    if (alwaysLeaves(statement)) return;
  }
  then();
}

function noteUnreachable(lowering: Lowering, rest: readonly ts.Statement[]): void {
  const first = rest.find((each) => !ts.isFunctionDeclaration(each) && !ts.isEmptyStatement(each));
  if (first !== undefined) lowering.reporter.add(syntax.unreachable(spanOf(first)));
}

/**
 * An `if` of which a branch returns: what follows is done in the branch that does not. Where both may come to their end
 * it is written once, behind both, under the condition that neither has returned.
 */
function lowerLeaving(
  lowering: Lowering,
  node: ts.IfStatement,
  rest: () => void,
  scope: Scope,
  exit: Exit,
): void {
  const { thenStatement, elseStatement } = node;
  const asked = lowerCondition(lowering, node.expression, scope);
  const side = (statement: ts.Statement | undefined, leave: Exit, after: () => void) => () => {
    if (statement === undefined) return after();
    const inner = new Scope(scope);
    const list = ts.isBlock(statement) ? statement.statements : [statement];
    hoist(lowering, list, inner);
    lowerRest(lowering, list, 0, inner, leave, after);
  };
  if (asked.test.kind === "constant") {
    side(asked.test.value ? thenStatement : elseStatement, exit, rest)();
    return;
  }
  const joins = !alwaysLeaves(thenStatement) && !(elseStatement !== undefined && alwaysLeaves(elseStatement));
  if (!joins) {
    branches(lowering, asked, side(thenStatement, exit, rest), side(elseStatement, exit, rest));
    return;
  }
  const nothing = () => undefined;
  const inside = (leave: Exit) =>
    branches(lowering, asked, side(thenStatement, leave, nothing), side(elseStatement, leave, nothing));
  withRest(lowering, exit, inside, rest);
}

/** Both sides of a condition; a variable has a value afterwards if both give it one. */
function branches(
  lowering: Lowering,
  asked: ReturnType<typeof lowerCondition>,
  then: () => void,
  otherwise: () => void,
) {
  const before = new Set(lowering.unassigned);
  const side = (facts: readonly Fact[], act: () => void) =>
    lowering.inBlock(() => lowering.inRegion(() => lowering.knowing(facts, act)));
  const thenBlock = side(asked.whenTrue, then);
  const afterThen = lowering.unassigned;
  lowering.unassigned = new Set(before);
  const elseBlock = side(asked.whenFalse, otherwise);
  lowering.unassigned = new Set([...afterThen, ...lowering.unassigned]);
  if (thenBlock.length === 0 && elseBlock.length === 0) return;
  lowering.emit(build.branch(asked.test, thenBlock, elseBlock, lowering.span));
}

function markBroken(statement: ts.Statement, scope: Scope) {
  if (!ts.isVariableStatement(statement)) return;
  for (const { name } of statement.declarationList.declarations) {
    for (const each of namesIn(name)) scope.set(each.text, { kind: "broken", diagnostic: undefined });
  }
}

/** Announces what a list of statements declares. */
function hoist(lowering: Lowering, statements: readonly ts.Statement[], scope: Scope) {
  for (const statement of statements) {
    lowering.statement(
      statement,
      () => lowering.interpreter.hoist([statement], scope),
      () => undefined,
    );
  }
}

export function lowerStatement(lowering: Lowering, statement: ts.Statement, scope: Scope, exit: Exit) {
  if (ts.isVariableStatement(statement)) return lowerDeclarations(lowering, statement.declarationList, scope);
  if (ts.isExpressionStatement(statement)) return lowerEffect(lowering, bare(statement.expression), scope);
  if (ts.isIfStatement(statement)) return lowerIf(lowering, statement, scope, exit);
  if (ts.isForStatement(statement)) return lowerFor(lowering, statement, scope, exit);
  if (ts.isForOfStatement(statement)) return lowerForOf(lowering, statement, scope, exit);
  if (ts.isBlock(statement)) return lowerList(lowering, statement.statements, new Scope(scope), exit);
  if (ts.isReturnStatement(statement)) {
    if (statement.expression === undefined) {
      return exit.end === undefined
        ? refuse(syntax.missingReturn(spanOf(statement), "the function"))
        : exit.end();
    }
    return exit.put(statement.expression, scope);
  }
  if (ts.isBreakStatement(statement) || ts.isContinueStatement(statement)) {
    if (statement.label !== undefined || exit.loop === undefined) {
      refuse(examine(statement) ?? syntax.notInLanguage(spanOf(statement), "this jump"));
    }
    return ts.isBreakStatement(statement) ? exit.loop.stop() : exit.loop.skip();
  }
  if (ts.isFunctionDeclaration(statement) || ts.isEmptyStatement(statement)) return undefined;
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return undefined;
  refuse(examine(statement) ?? syntax.notInLanguage(spanOf(statement), "this statement"));
}

function lowerDeclarations(lowering: Lowering, list: ts.VariableDeclarationList, scope: Scope) {
  const constant = (list.flags & ts.NodeFlags.Const) !== 0;
  for (const declaration of list.declarations) {
    const refused = examine(declaration);
    if (refused !== undefined) refuse(refused);
    const { name, initializer } = declaration;
    const changes = constant ? new Set<string>() : changesIn(scope.owner as FunctionNode);
    if (initializer === undefined) {
      if (!ts.isIdentifier(name)) refuse(syntax.usedBefore(spanOf(name), name.getText()));
      declareVariable(lowering, name.text, scope, undefined);
      continue;
    }
    const wish = ts.isIdentifier(name) ? name.text : undefined;
    bindPattern(lowering, name, lowerExpression(lowering, initializer, scope, wish), scope, changes);
  }
}

function lowerIf(lowering: Lowering, node: ts.IfStatement, scope: Scope, exit: Exit) {
  const asked = lowerCondition(lowering, node.expression, scope);
  const side = (statement: ts.Statement | undefined) => () => {
    if (statement === undefined) return;
    const list = ts.isBlock(statement) ? statement.statements : [statement];
    lowerList(lowering, list, new Scope(scope), exit);
  };
  if (asked.test.kind === "constant") {
    // The other side is never reached, but what is wrong in it is wrong.
    side(asked.test.value ? node.thenStatement : node.elseStatement)();
    return;
  }
  branches(lowering, asked, side(node.thenStatement), side(node.elseStatement));
}
