/** Small questions about syntax trees, asked by the interpreter and the lowering alike. */

import { ts } from "ts-morph";
import type { FunctionNode } from "./static-values.ts";

const K = ts.SyntaxKind;

/** The expression without what is erased: parentheses, `as`, `satisfies`, `!`, `<T>x`. */
export function bare(node: ts.Expression): ts.Expression {
  let inner = node;
  for (;;) {
    switch (inner.kind) {
      case K.ParenthesizedExpression:
      case K.AsExpression:
      case K.SatisfiesExpression:
      case K.NonNullExpression:
      case K.TypeAssertionExpression:
        inner = (inner as ts.ParenthesizedExpression).expression;
        break;
      default:
        return inner;
    }
  }
}

export const isFunctionNode = (node: ts.Node): node is FunctionNode =>
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isMethodDeclaration(node);

/** The text of a property's name, where it is written out. */
export function propertyName(name: ts.PropertyName | ts.BindingName): string | undefined {
  if (ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name)) return name.text;
  return undefined;
}

/** What to point at for the key of a member: its name alone, not its value. */
export const keyNode = (member: ts.Node): ts.Node =>
  ts.isPropertyAssignment(member) || ts.isMethodDeclaration(member) ? member.name : member;

/** The operator of a compound assignment (`+` of `+=`), `=` for a plain one; undefined for other tokens. */
export function assignmentOperator(token: ts.SyntaxKind): ts.SyntaxKind | undefined {
  return assignments.get(token);
}

const assignments: ReadonlyMap<ts.SyntaxKind, ts.SyntaxKind> = new Map([
  [K.EqualsToken, K.EqualsToken],
  [K.PlusEqualsToken, K.PlusToken],
  [K.MinusEqualsToken, K.MinusToken],
  [K.AsteriskEqualsToken, K.AsteriskToken],
  [K.SlashEqualsToken, K.SlashToken],
  [K.PercentEqualsToken, K.PercentToken],
  [K.AsteriskAsteriskEqualsToken, K.AsteriskAsteriskToken],
]);

export const isIncrement = (node: ts.Node): node is ts.PrefixUnaryExpression | ts.PostfixUnaryExpression => {
  if (node.kind !== K.PrefixUnaryExpression && node.kind !== K.PostfixUnaryExpression) return false;
  const { operator } = node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression;
  return operator === K.PlusPlusToken || operator === K.MinusMinusToken;
};

/** Names that are assigned to anywhere inside a node: `x = …`, `x += …`, `x++`; entries of arrays do not count. */
export function assignedNames(node: ts.Node): Set<string> {
  const names = new Set<string>();
  const stack: ts.Node[] = [node];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    for (const name of namesWrittenBy(top)) names.add(name);
    ts.forEachChild(top, (child) => {
      stack.push(child);
    });
  }
  return names;
}

/** Names that a node itself assigns to. */
function namesWrittenBy(node: ts.Node): readonly string[] {
  const targets =
    ts.isBinaryExpression(node) && assignmentOperator(node.operatorToken.kind) !== undefined
      ? targetsIn(node.left)
      : isIncrement(node)
        ? [bare(node.operand)]
        : [];
  return targets.flatMap((target) => (ts.isIdentifier(target) ? [target.text] : []));
}

/** Names assigned to in a function, but for variables of that name which blocks and functions inside it have of their own. */
export function namesChangedIn(fn: FunctionNode): ReadonlySet<string> {
  const known = changed.get(fn);
  if (known !== undefined) return known;
  const names = new Set<string>();
  const stack: { readonly node: ts.Node; readonly hidden: ReadonlySet<string> }[] = [];
  ts.forEachChild(fn, (node) => {
    stack.push({ node, hidden: none });
  });
  // Sums of thousands of terms are as deep.
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const own = ownNames(top.node);
    const hidden = own.length === 0 ? top.hidden : new Set([...top.hidden, ...own]);
    for (const name of namesWrittenBy(top.node)) if (!hidden.has(name)) names.add(name);
    ts.forEachChild(top.node, (node) => {
      stack.push({ node, hidden });
    });
  }
  changed.set(fn, names);
  return names;
}

const changed = new WeakMap<FunctionNode, ReadonlySet<string>>();
const none: ReadonlySet<string> = new Set();

/** Names that are a node's own, and mean nothing outside it. */
function ownNames(node: ts.Node): string[] {
  const ofList = (list: ts.VariableDeclarationList): string[] =>
    (list.flags & ts.NodeFlags.BlockScoped) === 0 ? [] : namesOfList(list);
  if (ts.isBlock(node))
    return node.statements.flatMap((each) =>
      ts.isVariableStatement(each) ? ofList(each.declarationList) : [],
    );
  if (ts.isForStatement(node) || ts.isForOfStatement(node))
    return node.initializer && ts.isVariableDeclarationList(node.initializer) ? ofList(node.initializer) : [];
  if (isFunctionNode(node))
    return node.parameters.flatMap(({ name }) => namesIn(name).map(({ text }) => text));
  return [];
}

/** What an assignment writes to: its left side, or the parts of a pattern. */
export function targetsIn(left: ts.Expression): ts.Expression[] {
  const target = bare(left);
  if (ts.isArrayLiteralExpression(target)) {
    return target.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : targetsIn(element)));
  }
  if (!ts.isObjectLiteralExpression(target)) return [target];
  return target.properties.flatMap((property) => {
    if (ts.isShorthandPropertyAssignment(property)) return [property.name];
    return ts.isPropertyAssignment(property) ? targetsIn(property.initializer) : [];
  });
}

// What `ts.isBinaryExpression` and `ts.isIdentifier` say, where it is asked at every step: the namespace is slow to look into.
export const isBinary = (node: ts.Node): node is ts.BinaryExpression => node.kind === K.BinaryExpression;
export const isIdentifier = (node: ts.Node): node is ts.Identifier => node.kind === K.Identifier;

/** A chain of binary operators to the left, from its first operand on, so that long sums need no recursion. */
export function leftChain(node: ts.BinaryExpression): { first: ts.Expression; links: ts.BinaryExpression[] } {
  const links: ts.BinaryExpression[] = [];
  let first: ts.Expression = node;
  while (isBinary(first) && isArithmetic(first.operatorToken.kind)) {
    links.push(first);
    first = first.left;
  }
  return { first, links: links.reverse() };
}

export const isArithmetic = (token: ts.SyntaxKind): boolean => arithmetic.has(token);

const arithmetic: ReadonlySet<ts.SyntaxKind> = new Set([
  K.PlusToken,
  K.MinusToken,
  K.AsteriskToken,
  K.SlashToken,
  K.PercentToken,
  K.AsteriskAsteriskToken,
]);

/** The relation of a comparison, by its operator. */
export const relations: ReadonlyMap<ts.SyntaxKind, "lt" | "le" | "gt" | "ge" | "eq" | "ne"> = new Map([
  [K.LessThanToken, "lt"],
  [K.LessThanEqualsToken, "le"],
  [K.GreaterThanToken, "gt"],
  [K.GreaterThanEqualsToken, "ge"],
  [K.EqualsEqualsEqualsToken, "eq"],
  [K.ExclamationEqualsEqualsToken, "ne"],
]);

/** Every name in a pattern. */
export function namesIn(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}

/** Names that an import declares. */
export function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const names = importClause?.name === undefined ? [] : [importClause.name.text];
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text];
  return [...names, ...bindings.elements.map(({ name }) => name.text)];
}

/** Names that `const` and `let` declare. */
export function declaredNames(statement: ts.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return [];
  return namesOfList(statement.declarationList);
}

const namesOfList = ({ declarations }: ts.VariableDeclarationList): string[] =>
  declarations.flatMap(({ name }) => namesIn(name).map(({ text }) => text));

/** Whether a variable at module level is changed by a function, which would make models depend on who ran before. */
export function changedByFunctions(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const stack: ts.Node[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isFunctionNode(node)) {
      for (const name of assignedNames(node)) names.add(name);
      continue;
    }
    ts.forEachChild(node, (child) => {
      stack.push(child);
    });
  }
  return names;
}
