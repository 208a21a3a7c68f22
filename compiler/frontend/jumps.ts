/** How control leaves a statement: `return`, and `break` and `continue` of the loop around it. Questions about syntax alone. */

import { ts } from "ts-morph";
import { isFunctionNode } from "./syntax.ts";

/** Every `return` of a function, those of functions inside it left out. */
export function returnsIn(body: ts.Node): ts.ReturnStatement[] {
  return statementsIn(body).filter(ts.isReturnStatement);
}

export const isLoop = (node: ts.Node): node is ts.ForStatement | ts.ForOfStatement =>
  ts.isForStatement(node) || ts.isForOfStatement(node);

/** `break` and `continue` inside a node that belong to a loop around it. */
export function jumpsIn(node: ts.Node): (ts.BreakStatement | ts.ContinueStatement)[] {
  return statementsIn(node, (inner) => isLoop(inner) && inner !== node).filter(isJump);
}

/** Whether what follows a statement may be passed over. */
export const mayLeave = (statement: ts.Statement): boolean =>
  returnsIn(statement).length > 0 || (!isLoop(statement) && jumpsIn(statement).length > 0);

/** Whether a statement always ends the function. */
export const alwaysReturns = (statement: ts.Statement): boolean => always(statement, ts.isReturnStatement);

/** Whether a statement never comes to its end. */
export const alwaysLeaves = (statement: ts.Statement): boolean =>
  always(statement, (each) => ts.isReturnStatement(each) || isJump(each));

const isJump = (node: ts.Node): node is ts.BreakStatement | ts.ContinueStatement =>
  ts.isBreakStatement(node) || ts.isContinueStatement(node);

function always(statement: ts.Statement, ends: (statement: ts.Statement) => boolean): boolean {
  if (ends(statement)) return true;
  if (ts.isBlock(statement)) return statement.statements.some((each) => always(each, ends));
  if (!ts.isIfStatement(statement)) return false;
  const { thenStatement, elseStatement } = statement;
  return elseStatement !== undefined && always(thenStatement, ends) && always(elseStatement, ends);
}

/** The statements inside a node in the order of the text, without those of functions in it and of what is `closed`. */
function statementsIn(body: ts.Node, closed: (node: ts.Node) => boolean = () => false): ts.Node[] {
  const found: ts.Node[] = [];
  const stack: ts.Node[] = [body];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    found.push(node);
    // Only statements hold statements: expressions are not looked into, however long they are.
    if (node !== body && (isFunctionNode(node) || ts.isExpression(node) || closed(node))) continue;
    const inner: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      inner.push(child);
    });
    stack.push(...inner.reverse());
  }
  return found;
}
