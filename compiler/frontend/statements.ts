/**
 * Statements of function bodies. In: a list of statements and a scope. Out: statements of the IR in the open block. A
 * refused statement is noted and the next one is read; the names it would have declared are marked, so that one mistake
 * is one error. An early `return` makes what follows it the other side of its branch.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import * as build from "../ir/build.ts";
import type { Expr } from "../ir/nodes.ts";
import { lowerTarget } from "./access.ts";
import { arithmetic } from "./arithmetic.ts";
import { changesIn } from "./calls.ts";
import { lowerCondition } from "./conditions.ts";
import { lowerExpression, lowerScalar } from "./expressions.ts";
import { refuse, spanOf } from "./load.ts";
import { lowerFor, lowerForOf } from "./loops.ts";
import { type Lowering, readsAny } from "./lowering.ts";
import type { Outcome } from "./outcome.ts";
import { bindPattern, declareVariable, keep } from "./patterns.ts";
import { resolveName } from "./resolve-name.ts";
import { Scope } from "./scope.ts";
import type { FunctionNode } from "./static-values.ts";
import { examine } from "./subset.ts";
import { assignmentOperator, bare, isFunctionNode, isIncrement, namesIn } from "./syntax.ts";
import { describe, number, real, type Scalar, type Value } from "./values.ts";

const K = ts.SyntaxKind;

/** Where `return` takes its value. */
export interface Exit {
  put(node: ts.Expression, scope: Scope): void;
}

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

/** Every `return` of a function, those of functions inside it left out. */
export function returnsIn(body: ts.Node): ts.ReturnStatement[] {
  const found: ts.ReturnStatement[] = [];
  const stack: ts.Node[] = [body];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (ts.isReturnStatement(node)) found.push(node);
    // Only statements hold `return`: expressions are not looked into, however long they are.
    if (node !== body && (isFunctionNode(node) || ts.isExpression(node))) continue;
    const inner: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      inner.push(child);
    });
    stack.push(...inner.reverse());
  }
  return found;
}

/** Whether a statement never comes to its end. */
export function alwaysReturns(statement: ts.Statement): boolean {
  if (ts.isReturnStatement(statement)) return true;
  if (ts.isBlock(statement)) return statement.statements.some(alwaysReturns);
  if (!ts.isIfStatement(statement)) return false;
  const { thenStatement, elseStatement } = statement;
  return elseStatement !== undefined && alwaysReturns(thenStatement) && alwaysReturns(elseStatement);
}

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
    const rest = () => lowerRest(lowering, statements, position + 1, scope, exit, then);
    if (alwaysReturns(statement)) noteUnreachable(lowering, statements.slice(position + 1));
    if (returnsIn(statement).length > 0 && lowering.loops === 0) {
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
    }
    lowering.statement(
      statement,
      () => lowerStatement(lowering, statement, scope, exit),
      () => markBroken(statement, scope),
    );
    if (ts.isReturnStatement(statement)) return;
  }
  then();
}

function noteUnreachable(lowering: Lowering, rest: readonly ts.Statement[]): void {
  const first = rest.find((each) => !ts.isFunctionDeclaration(each) && !ts.isEmptyStatement(each));
  if (first !== undefined) lowering.reporter.add(syntax.unreachable(spanOf(first)));
}

/** An `if` of which a branch returns: what follows is done in the branches that do not. */
function lowerLeaving(
  lowering: Lowering,
  node: ts.IfStatement,
  rest: () => void,
  scope: Scope,
  exit: Exit,
): void {
  const asked = lowerCondition(lowering, node.expression, scope);
  const side = (statement: ts.Statement | undefined) => () => {
    if (statement === undefined) return rest();
    const inner = new Scope(scope);
    const list = ts.isBlock(statement) ? statement.statements : [statement];
    hoist(lowering, list, inner);
    lowerRest(lowering, list, 0, inner, exit, rest);
  };
  const [then, otherwise] = [side(node.thenStatement), side(node.elseStatement)];
  if (asked.test.kind !== "constant") branches(lowering, asked, then, otherwise);
  else if (asked.test.value) then();
  else otherwise();
}

const refuseEarly = (node: ts.Node): never =>
  refuse(
    messages.notYet(
      spanOf(node),
      "`return` inside a loop",
      "keep the value in a variable, and return it after the loop",
    ),
  );

/** Both sides of a condition; a variable has a value afterwards if both give it one. */
function branches(
  lowering: Lowering,
  asked: ReturnType<typeof lowerCondition>,
  then: () => void,
  otherwise: () => void,
) {
  const before = new Set(lowering.unassigned);
  const thenBlock = lowering.inBlock(() => lowering.knowing(asked.whenTrue, then));
  const afterThen = lowering.unassigned;
  lowering.unassigned = new Set(before);
  const elseBlock = lowering.inBlock(() => lowering.knowing(asked.whenFalse, otherwise));
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
    if (lowering.loops > 0) refuseEarly(statement);
    if (statement.expression === undefined) refuse(syntax.missingReturn(spanOf(statement), "the function"));
    return exit.put(statement.expression, scope);
  }
  if (ts.isBreakStatement(statement) || ts.isContinueStatement(statement)) {
    const word = ts.isBreakStatement(statement) ? "`break`" : "`continue`";
    const instead = "put what follows into an `if` with the opposite condition";
    refuse(messages.notYet(spanOf(statement), word, instead));
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

/** An expression that stands as a statement: an assignment, `x++`, or a call for its effect on an array. */
export function lowerEffect(lowering: Lowering, node: ts.Expression, scope: Scope) {
  if (ts.isBinaryExpression(node)) {
    const operator = assignmentOperator(node.operatorToken.kind);
    const refused = examine(node);
    if (refused !== undefined) refuse(refused);
    if (operator !== undefined) return lowerAssignment(lowering, node.left, operator, node.right, scope);
  }
  if (isIncrement(node)) {
    const operator = node.operator === K.PlusPlusToken ? K.PlusToken : K.MinusToken;
    return lowerAssignment(lowering, node.operand, operator, undefined, scope);
  }
  if (ts.isCallExpression(node)) {
    lowerExpression(lowering, node, scope);
    return;
  }
  if (ts.isStringLiteral(node)) return;
  refuse(examine(node) ?? messages.unsupported(spanOf(node), "an expression without effect", "delete it"));
}

/** `left operator= right`; no `right` is 1, as in `left++`. */
function lowerAssignment(
  lowering: Lowering,
  left: ts.Expression,
  operator: ts.SyntaxKind,
  right: ts.Expression | undefined,
  scope: Scope,
) {
  const place = bare(left);
  if (ts.isIdentifier(place)) return assignName(lowering, place, operator, right, scope);
  if (ts.isElementAccessExpression(place)) {
    const target = lowerTarget(lowering, place, scope);
    const old = real(build.read(target.array, target.at));
    const { scalar, result } = lowering.keeping(operator === K.EqualsToken ? number(0) : old, () =>
      operand(lowering, right, scope, place),
    );
    return write(lowering, target.array, target.at, operator, scalar, result);
  }
  if (ts.isPropertyAccessExpression(place)) {
    if (ts.isIdentifier(place.expression) && place.expression.text === "Math") {
      refuse(syntax.mathChanged(spanOf(place)));
    }
    if (place.name.text === "length") refuse(syntax.arrayGrowth(spanOf(place), "length"));
    const instead = "make a new record with all its members: `{ a, b }`";
    refuse(messages.unsupported(spanOf(place), "assigning to a member of a record", instead));
  }
  refuse(
    messages.unsupported(
      spanOf(place),
      "assigning to this",
      "assign to a variable or to an entry of an array",
    ),
  );
}

const operand = (
  lowering: Lowering,
  node: ts.Expression | undefined,
  scope: Scope,
  left: ts.Expression,
): Scalar => (node === undefined ? number(1) : lowerScalar(lowering, node, scope, wishFor(left)));

const wishFor = (left: ts.Expression): string | undefined => (ts.isIdentifier(left) ? left.text : undefined);

function assignName(
  lowering: Lowering,
  node: ts.Identifier,
  operator: ts.SyntaxKind,
  right: ts.Expression | undefined,
  scope: Scope,
) {
  if (node.text === "Math" && scope.find("Math") === undefined) refuse(syntax.mathChanged(spanOf(node)));
  const { binding } = resolveName(node, scope);
  switch (binding.kind) {
    case "index":
      return refuse(syntax.indexAssigned(spanOf(node), node.text));
    case "static":
      return refuse(messages.capturedAssignment(spanOf(node), node.text));
    case "value": {
      const { value } = binding;
      if (value.kind === "array" || value.kind === "constant")
        refuse(syntax.wholeArray(spanOf(node), node.text));
      if (value.kind === "function") refuse(syntax.functionValue(spanOf(node)));
      return refuse(syntax.constantAssigned(spanOf(node), node.text));
    }
    case "variable": {
      if (binding.owner.owner !== scope.owner) refuse(messages.capturedAssignment(spanOf(node), node.text));
      const { array } = binding;
      if (operator === K.EqualsToken) {
        const value = right === undefined ? number(1) : lowerExpression(lowering, right, scope, node.text);
        lowering.unassigned.delete(array);
        if (binding.boolean !== (value.kind === "condition")) {
          const expected = binding.boolean ? "a condition" : "a number";
          refuse(messages.wrongKind(spanOf(right ?? node), expected, describe(value)));
        }
        const expr =
          value.kind === "condition"
            ? build.select(value.test, build.one, build.zero)
            : value.kind === "scalar"
              ? value.real()
              : refuse(messages.wrongKind(spanOf(right ?? node), "a number", describe(value)));
        lowering.emit(build.store(array, [], expr, lowering.span));
        return;
      }
      if (lowering.unassigned.has(array)) refuse(syntax.usedBefore(spanOf(node), node.text));
      if (binding.boolean) refuse(messages.wrongKind(spanOf(node), "a number", "a condition"));
      const old = real(build.read(array));
      const { scalar, result } = lowering.keeping(old, () => operand(lowering, right, scope, node));
      return write(lowering, array, [], operator, scalar, result);
    }
    default:
      return binding satisfies never;
  }
}

/** Sums become `accumulate`, the shape of an adjoint, where the old value enters nowhere else. */
function write(
  lowering: Lowering,
  array: string,
  at: Parameters<typeof build.store>[1],
  operator: ts.SyntaxKind,
  old: Scalar,
  value: Scalar,
): void {
  const { span } = lowering;
  if (operator === K.EqualsToken) {
    lowering.emit(build.store(array, at, value.real(), span));
    return;
  }
  const expr = value.real();
  const before = old.real();
  const untouched = before.kind === "read" && before.array === array && !readsAny(expr, new Set([array]));
  if (untouched && (operator === K.PlusToken || operator === K.MinusToken)) {
    const amount: Expr = operator === K.PlusToken ? expr : build.neg(expr);
    lowering.emit(build.accumulate(array, at, amount, span));
    return;
  }
  lowering.emit(build.store(array, at, arithmetic(lowering, operator, old, value).real(), span));
}
