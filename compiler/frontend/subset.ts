/**
 * The fence: every kind of syntax is accepted or refused here, in one place, before anything is read for its meaning.
 * In: a tree. Out: one diagnostic for each construct that is refused. Types are erased and pass, but for those that
 * say nothing of the value. What needs the meaning of a name (is it a loop index, an array, a function) is not decided
 * here.
 */

import { ts } from "ts-morph";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import * as messages from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { spanOf } from "./load.ts";
import { assignmentOperator, bare, isArithmetic, isIncrement, relations } from "./syntax.ts";

type Rule = (node: ts.Node) => Diagnostic | undefined;

const K = ts.SyntaxKind;

/** Kinds that always pass; what is inside them is looked at by itself. */
const accepted: ReadonlySet<ts.SyntaxKind> = new Set([
  ...[K.SourceFile, K.EndOfFileToken, K.EmptyStatement, K.Block, K.VariableStatement],
  ...[K.VariableDeclarationList, K.ObjectBindingPattern, K.ArrayBindingPattern],
  ...[K.ExpressionStatement, K.IfStatement, K.ForStatement, K.ForOfStatement, K.ReturnStatement],
  ...[K.BreakStatement, K.ContinueStatement],
  ...[K.Identifier, K.NumericLiteral, K.TrueKeyword, K.FalseKeyword],
  ...[K.ParenthesizedExpression, K.AsExpression, K.SatisfiesExpression, K.NonNullExpression],
  ...[K.TypeAssertionExpression, K.ArrayLiteralExpression, K.ObjectLiteralExpression],
  ...[K.PropertyAssignment, K.ShorthandPropertyAssignment, K.PropertyAccessExpression],
  ...[K.ElementAccessExpression, K.ConditionalExpression, K.CallExpression, K.Parameter, K.BindingElement],
  ...[K.ImportDeclaration, K.ImportClause, K.NamedImports, K.ImportSpecifier, K.NamespaceImport],
  ...[K.ImportAttributes, K.ImportAttribute, K.ExportDeclaration, K.NamedExports, K.ExportSpecifier],
  ...[K.ExportAssignment, K.InterfaceDeclaration, K.TypeAliasDeclaration, K.ExportKeyword, K.DefaultKeyword],
  ...[K.EqualsGreaterThanToken, K.QuestionToken, K.ColonToken, K.ReadonlyKeyword, K.ConstKeyword],
]);

const say =
  (message: (span: Span) => Diagnostic): Rule =>
  (node) =>
    message(spanOf(node));

const refused: ReadonlyMap<ts.SyntaxKind, Rule> = new Map<ts.SyntaxKind, Rule>([
  [K.WhileStatement, say(messages.whileLoop)],
  [K.DoStatement, say(messages.whileLoop)],
  [K.AwaitExpression, say(syntax.asyncCode)],
  [K.AsyncKeyword, say(syntax.asyncCode)],
  [K.AwaitKeyword, say(syntax.asyncCode)],
  [K.YieldExpression, say(syntax.generator)],
  [K.AsteriskToken, say(syntax.generator)],
  [K.ClassDeclaration, say(syntax.classCode)],
  [K.ClassExpression, say(syntax.classCode)],
  [K.Decorator, say(syntax.classCode)],
  [K.ThisKeyword, say(syntax.thisValue)],
  [K.SuperKeyword, say(syntax.thisValue)],
  [K.MetaProperty, say(syntax.thisValue)],
  [K.TryStatement, say(syntax.exceptions)],
  [K.ThrowStatement, say(syntax.exceptions)],
  [K.ForInStatement, say(syntax.forIn)],
  [K.LabeledStatement, say(syntax.label)],
  [K.SwitchStatement, say(syntax.switchStatement)],
  [K.SpreadElement, say(syntax.spreadOrRest)],
  [K.SpreadAssignment, say(syntax.spreadOrRest)],
  [K.DotDotDotToken, say(syntax.spreadOrRest)],
  [K.ComputedPropertyName, say(syntax.computedName)],
  [K.TemplateExpression, say(syntax.textValue)],
  [K.NoSubstitutionTemplateLiteral, say(syntax.textValue)],
  [K.TaggedTemplateExpression, say(syntax.textValue)],
  [K.RegularExpressionLiteral, say(syntax.textValue)],
  [K.BigIntLiteral, say(syntax.bigInteger)],
  [K.DeleteExpression, (node) => syntax.objectOperator(spanOf(node), "delete")],
  [K.TypeOfExpression, (node) => syntax.objectOperator(spanOf(node), "typeof")],
  [K.VoidExpression, (node) => syntax.objectOperator(spanOf(node), "void")],
  [
    K.OmittedExpression,
    (node) =>
      ts.isArrayLiteralExpression(node.parent) && !isAssigned(node.parent)
        ? syntax.hole(spanOf(node))
        : undefined,
  ],
  [K.EnumDeclaration, say(syntax.enumeration)],
  [K.ModuleDeclaration, say(syntax.declarationSpace)],
  [K.DeclareKeyword, say(syntax.declarationSpace)],
  [K.ImportEqualsDeclaration, say(syntax.declarationSpace)],
  [K.NamespaceExportDeclaration, say(syntax.declarationSpace)],
  [K.GetAccessor, say(syntax.accessor)],
  [K.SetAccessor, say(syntax.accessor)],
  [K.NullKeyword, (node) => syntax.notInLanguage(spanOf(node), "`null`")],
  [K.WithStatement, (node) => syntax.notInLanguage(spanOf(node), "`with`")],
  [K.DebuggerStatement, (node) => syntax.notInLanguage(spanOf(node), "`debugger`")],
  [K.ImportKeyword, say(syntax.dynamicImport)],
]);

/** Kinds that pass or not by what is in them. */
const examined: ReadonlyMap<ts.SyntaxKind, Rule> = new Map<ts.SyntaxKind, Rule>([
  [K.StringLiteral, examineText],
  [K.BinaryExpression, examineBinary],
  [K.PrefixUnaryExpression, examineUnary],
  [K.PostfixUnaryExpression, examineUnary],
  [K.NewExpression, examineNew],
  [K.VariableDeclaration, (node) => examineDeclaration(node as ts.VariableDeclaration)],
  [K.FunctionDeclaration, (node) => examineFunction(node as ts.FunctionDeclaration)],
  [K.FunctionExpression, (node) => examineFunction(node as ts.FunctionExpression)],
  [K.ArrowFunction, (node) => examineFunction(node as ts.ArrowFunction)],
  [K.MethodDeclaration, (node) => examineFunction(node as ts.MethodDeclaration)],
]);

/** What the fence says of one node, that of its children left out. */
export function examine(node: ts.Node): Diagnostic | undefined {
  if (accepted.has(node.kind)) {
    if (ts.isParameter(node) || ts.isBindingElement(node)) {
      if (node.initializer !== undefined) return syntax.defaultValue(spanOf(node.initializer));
      if (ts.isParameter(node) && ts.isIdentifier(node.name) && node.name.text === "this")
        return syntax.thisValue(spanOf(node));
      if (ts.isParameter(node)) return examineType(node.type);
    }
    if (ts.isIdentifier(node) && isReserved(node)) {
      return messages.syntaxError(spanOf(node), `\`${node.text}\` is a reserved word in modules`);
    }
    if (ts.isNumericLiteral(node) && !Number.isFinite(Number(node.text)))
      return syntax.numberTooLarge(spanOf(node));
    if ((ts.isBreakStatement(node) || ts.isContinueStatement(node)) && node.label !== undefined) {
      return syntax.label(spanOf(node));
    }
    if ("questionDotToken" in node && node.questionDotToken !== undefined)
      return syntax.optionalValue(spanOf(node));
    if (ts.isVariableStatement(node) && !ts.isSourceFile(node.parent)) {
      const [modifier] = ts.getModifiers(node) ?? [];
      if (modifier !== undefined)
        return messages.syntaxError(
          spanOf(modifier),
          `\`${modifier.getText()}\` stands at module level alone`,
        );
    }
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return syntax.asyncCode(spanOf(node));
    return undefined;
  }
  const rule = refused.get(node.kind) ?? examined.get(node.kind);
  return rule === undefined ? syntax.notInLanguage(spanOf(node), `\`${K[node.kind]}\``) : rule(node);
}

/** Words that are no names in modules, which are strict; the parser alone lets them pass. */
const reserved: ReadonlySet<string> = new Set([
  ...[
    "implements",
    "interface",
    "let",
    "package",
    "private",
    "protected",
    "public",
    "static",
    "yield",
    "await",
  ],
]);

function isReserved(node: ts.Identifier): boolean {
  const { parent, text } = node;
  if (text === "eval" || text === "arguments") {
    return (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) && parent.name === node;
  }
  if (!reserved.has(text)) return false;
  // Members may have any name.
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) return parent.propertyName !== node;
  return !ts.isExportSpecifier(parent);
}

/** Every refusal inside a node. A refused node is not looked into: one mistake, one diagnostic. */
export function fence(root: ts.Node): Diagnostic[] {
  const found: Diagnostic[] = [];
  const stack: ts.Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isErased(node)) continue;
    const diagnostic = examine(node);
    if (diagnostic !== undefined) {
      found.push(diagnostic);
      // A function that is refused for its keyword still has a body worth reading.
      if (!ts.isFunctionLike(node) && !ts.isVariableDeclaration(node)) continue;
    }
    ts.forEachChild(node, (child) => {
      // The sign of an operation is looked at with the operation.
      if (!ts.isBinaryExpression(node) || child !== node.operatorToken) stack.push(child);
    });
  }
  return found;
}

const checked = new WeakSet<ts.Node>();

/** Refuses a function with something in it that is refused; for those of imported files, which matter only if called. */
export function refusalIn(node: ts.Node): Diagnostic | undefined {
  if (checked.has(node)) return undefined;
  const [first] = fence(node).filter(({ severity }) => severity === "error");
  if (first === undefined) checked.add(node);
  return first;
}

/** Types, and what holds nothing but types. */
const isErased = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isTypeParameterDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  (ts.isImportDeclaration(node) && node.importClause?.phaseModifier === K.TypeKeyword) ||
  (ts.isExportDeclaration(node) && node.isTypeOnly);

/** Text stands in imports, as keys of records and in what declarations list; nowhere else. */
function examineText(node: ts.Node): Diagnostic | undefined {
  const { parent } = node;
  const fits =
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isImportAttribute(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isElementAccessExpression(parent) ||
    // `wrt: ["params.a"]`, and prologues, which the reading of statements knows.
    ts.isArrayLiteralExpression(parent) ||
    ts.isExpressionStatement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isCallExpression(parent) ||
    isErasedAround(parent);
  return fits ? undefined : syntax.textValue(spanOf(node));
}

const isErasedAround = (node: ts.Node): boolean => ts.isAsExpression(node) || ts.isSatisfiesExpression(node);

function examineBinary(node: ts.Node): Diagnostic | undefined {
  const { operatorToken, left, parent } = node as ts.BinaryExpression;
  const token = operatorToken.kind;
  if (assignmentOperator(token) !== undefined) {
    const target = bare(left);
    if (
      token !== K.EqualsToken &&
      (ts.isArrayLiteralExpression(target) || ts.isObjectLiteralExpression(target))
    ) {
      const what = `\`${operatorToken.getText()}\` on a pattern`;
      return messages.unsupported(
        spanOf(operatorToken),
        what,
        "change the parts one by one: `a += 1; b += 1`",
      );
    }
    return isStatement(node, parent) || isAssigned(node) ? undefined : syntax.assignmentInside(spanOf(node));
  }
  if (isArithmetic(token) || relations.has(token)) return undefined;
  const place = spanOf(operatorToken);
  const text = operatorToken.getText();
  switch (token) {
    case K.AmpersandAmpersandToken:
    case K.BarBarToken:
    case K.FirstAssignment:
      return undefined;
    case K.EqualsEqualsToken:
    case K.ExclamationEqualsToken:
      return syntax.looseEquality(place, text);
    case K.CommaToken:
      return syntax.commaOperator(place);
    case K.QuestionQuestionToken:
    case K.QuestionQuestionEqualsToken:
    case K.BarBarEqualsToken:
    case K.AmpersandAmpersandEqualsToken:
      return token === K.QuestionQuestionToken || token === K.QuestionQuestionEqualsToken
        ? syntax.optionalValue(place)
        : syntax.notInLanguage(place, `\`${text}\``);
    case K.InKeyword:
    case K.InstanceOfKeyword:
      return syntax.objectOperator(place, text);
    default:
      return syntax.bitwise(place, text);
  }
}

/** A pattern on the left side of an assignment, or a part of one. */
function isAssigned(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    return parent.left === node && assignmentOperator(parent.operatorToken.kind) !== undefined;
  }
  const inPattern =
    ts.isArrayLiteralExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isObjectLiteralExpression(parent);
  return inPattern && isAssigned(parent);
}

/** An expression that stands as a statement, or in the head of a `for`. */
const isStatement = (node: ts.Node, parent: ts.Node): boolean =>
  ts.isExpressionStatement(parent) ||
  (ts.isParenthesizedExpression(parent) && isStatement(parent, parent.parent)) ||
  (ts.isForStatement(parent) && (parent.incrementor === node || parent.initializer === node));

function examineUnary(node: ts.Node): Diagnostic | undefined {
  if (isIncrement(node))
    return isStatement(node, node.parent) ? undefined : syntax.incrementInside(spanOf(node));
  switch ((node as ts.PrefixUnaryExpression).operator) {
    case K.MinusToken:
    case K.PlusToken:
    case K.ExclamationToken:
      return undefined;
    default:
      return syntax.bitwise(spanOf(node), "~");
  }
}

const otherArrays: ReadonlySet<string> = new Set([
  ...["Float32Array", "Float16Array", "BigInt64Array", "BigUint64Array", "ArrayBuffer", "SharedArrayBuffer"],
  ...["DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Uint32Array"],
]);
const collections: ReadonlySet<string> = new Set([
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Proxy", "Reflect", "Symbol", "Atomics", "Intl"],
  ...["Promise", "RegExp", "Object"],
]);
const surroundings: ReadonlySet<string> = new Set([
  ...["console", "process", "globalThis", "window", "document", "fetch", "setTimeout", "setInterval"],
  ...[
    "setImmediate",
    "queueMicrotask",
    "require",
    "navigator",
    "localStorage",
    "alert",
    "Buffer",
    "Deno",
    "Bun",
  ],
]);

/** What a name says that is declared nowhere in the model but known to everyone; undefined for an unknown one. */
export function refusedGlobal(name: string, span: Span): Diagnostic | undefined {
  if (name === "Date" || name === "performance" || name === "crypto") return messages.impure(span, name);
  if (surroundings.has(name)) return syntax.environment(span, name);
  if (name === "eval" || name === "Function") return syntax.dynamicCode(span, name);
  if (otherArrays.has(name)) return syntax.otherArray(span, name);
  if (collections.has(name)) return syntax.collection(span, name);
  if (name === "BigInt") return syntax.bigInteger(span);
  if (name === "Math") return syntax.functionValue(span, "write out the name at every call: `Math.sin(x)`");
  if (name === "arguments") return syntax.argumentsObject(span);
  if (name === "String" || name === "JSON") return syntax.textValue(span);
  if (["Boolean", "Number", "parseFloat", "parseInt", "isNaN", "isFinite"].includes(name)) {
    return syntax.numberFromText(span, name);
  }
  if (/^(?:Eval|Range|Reference|Syntax|Type|URI)?Error$/.test(name)) return syntax.exceptions(span);
  return undefined;
}

function examineNew(node: ts.Node): Diagnostic | undefined {
  const { expression } = node as ts.NewExpression;
  const name = ts.isIdentifier(expression) ? expression.text : expression.getText();
  if (name === "Float64Array" || name === "Array" || name === "Int32Array") return undefined;
  return refusedGlobal(name, spanOf(node)) ?? syntax.newObject(spanOf(node), name);
}

function examineDeclaration(node: ts.VariableDeclaration): Diagnostic | undefined {
  const flags = node.parent.flags & ts.NodeFlags.BlockScoped;
  if (flags === 0)
    return messages.unsupported(spanOf(node), "`var`", "write `const`, or `let` if it is assigned to");
  if (flags !== ts.NodeFlags.Let && flags !== ts.NodeFlags.Const) {
    return messages.unsupported(spanOf(node), "`using`", "write `const`");
  }
  if (ts.isIdentifier(node.name) && node.name.text === "Math") return syntax.mathChanged(spanOf(node.name));
  return examineType(node.type);
}

function examineFunction(node: ts.FunctionLikeDeclaration): Diagnostic | undefined {
  if (node.body === undefined) return syntax.noBody(spanOf(node));
  if (node.name !== undefined && ts.isIdentifier(node.name) && node.name.text === "Math") {
    return syntax.mathChanged(spanOf(node.name));
  }
  return undefined;
}

/** `any`, `unknown` and text as the type of a parameter or variable. */
function examineType(type: ts.TypeNode | undefined): Diagnostic | undefined {
  if (type === undefined) return undefined;
  const loose = ts.isUnionTypeNode(type) ? type.types.find(isLoose) : isLoose(type) ? type : undefined;
  return loose === undefined ? undefined : syntax.looseType(spanOf(type), type.getText());
}

const isLoose = ({ kind }: ts.TypeNode): boolean =>
  kind === K.AnyKeyword || kind === K.UnknownKeyword || kind === K.StringKeyword || kind === K.BigIntKeyword;

/** Characters that turn the direction of the text, which makes code look like what it is not. */
export function fenceText(file: string, text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const marks = /[\u202a-\u202e\u2066-\u2069]/g;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    found.push(syntax.bidirectional({ file, start: match.index, end: match.index + 1 }));
  }
  return found;
}
