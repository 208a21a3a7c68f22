/**
 * Where a module's text is types alone, so that what is left is JavaScript, every line of it where it was. In: the tree of a
 * text that parses. Syntax only, as modules are told apart that are compiled one at a time.
 *
 * TypeScript's own emitter knows all of the language and asks its type checker; saves of a model want less than that takes.
 * So this knows what models are written in and takes nothing else: where it answers nothing (classes, enums, namespaces, a name
 * of an import that is also declared), the emitter does it.
 */

import { ts } from "ts-morph";

/** Text that goes, and what stands in its place. */
export interface Erased {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What of a module is types, by place, none within another; nothing where this cannot tell. */
export function typesIn(tree: ts.SourceFile): readonly Erased[] | undefined {
  const eraser = new Eraser(tree);
  try {
    eraser.module();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
  return eraser.erased.sort((a, b) => a.start - b.start);
}

class Unknown extends Error {}

const ofWords = /[\w$]/;

/** The `>` of a list of types or type parameters, behind the blanks and comments that follow the last of them. */
const closing = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*>/y;

class Eraser {
  readonly erased: Erased[] = [];
  readonly #tree: ts.SourceFile;
  readonly #text: string;
  /** Names that expressions read, and those that something other than an import declares. */
  readonly #read = new Set<string>();
  readonly #declared = new Set<string>();
  /** Names of the module's own types, and of those that it imports as types. */
  readonly #types = new Set<string>();
  /** Statements that may go, behind one that only a line break ends. */
  readonly #afterOpen = new Set<ts.Statement>();
  /** Names that stand behind `export default`. */
  readonly #exported: string[] = [];

  constructor(tree: ts.SourceFile) {
    this.#tree = tree;
    this.#text = tree.text;
  }

  module(): void {
    const { statements } = this.#tree;
    if (!statements.some(isOfModules)) throw new Unknown();
    this.#statements(statements);
    const imported = new Set<string>();
    for (const { name, isType } of statements.filter(ts.isImportDeclaration).flatMap(bindingsOf)) {
      if (this.#declared.has(name)) throw new Unknown();
      (isType ? this.#types : imported).add(name);
    }
    const isValue = (name: string): boolean => imported.has(name) || this.#declared.has(name);
    if (!this.#exported.every(isValue)) throw new Unknown();
    for (const each of statements) if (ts.isExportDeclaration(each)) this.#export(each, isValue);
    for (const each of statements) if (ts.isImportDeclaration(each)) this.#import(each);
  }

  /** Takes out what stands between two places; `keepsLines`: its line breaks stay. */
  #erase(start: number, end: number, keepsLines = true, put = ""): void {
    const lines = keepsLines ? this.#text.slice(start, end).replace(/[^\n]+/g, "") : "";
    const isJoint = ofWords.test(this.#text[start - 1] ?? "") && ofWords.test(this.#text[end] ?? "");
    this.erased.push({ start, end, text: put + lines || (isJoint ? " " : "") });
  }

  /** Takes out a statement; what follows it must not become part of what stands before it. */
  #all(statement: ts.Statement): void {
    const put = this.#afterOpen.has(statement) ? ";" : "";
    this.#erase(statement.getStart(this.#tree), statement.end, true, put);
  }

  #statements(statements: readonly ts.Statement[]): void {
    let isOpen = false;
    for (const statement of statements) {
      if (isTypes(statement)) {
        if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
          this.#types.add(statement.name.text);
        if (isOpen) this.#afterOpen.add(statement);
        this.#all(statement);
        isOpen = false;
        continue;
      }
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
        if (isOpen) this.#afterOpen.add(statement);
        continue;
      }
      const count = this.erased.length;
      this.#visit(statement);
      isOpen = endsOpen(statement) && this.#text[statement.end - 1] !== ";";
      if (isOpen) isOpen = !this.#closes(statement, count);
    }
  }

  /** Ends a statement with a semicolon where it ended with types, and those with their line. */
  #closes({ end }: ts.Statement, since: number): boolean {
    const i = this.erased.findIndex((each, k) => k >= since && each.end === end);
    if (i < 0) return false;
    this.erased[i] = { ...this.erased[i]!, text: `;${this.erased[i]!.text}` };
    return true;
  }

  #visit(node: ts.Node): void {
    if (ts.isBlock(node) || ts.isCaseOrDefaultClause(node)) {
      if (ts.isCaseClause(node)) this.#visit(node.expression);
      this.#statements(node.statements);
      return;
    }
    if (ts.isIdentifier(node)) {
      this.#read.add(node.text);
      return;
    }
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)) {
      // `1!.toFixed()` is no number followed by a name.
      const isNumber = ts.isNonNullExpression(node) && ts.isNumericLiteral(node.expression);
      if (isNumber || groups(node)) throw new Unknown();
      this.#visit(node.expression);
      this.#erase(node.expression.end, node.end);
      return;
    }
    if (ts.isFunctionLike(node)) this.#signature(node);
    else if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) {
      this.#list(node.typeArguments);
      this.#children(node, node.typeArguments);
    } else if (ts.isVariableDeclaration(node) || ts.isParameter(node)) this.#declaration(node);
    else if (ts.isBindingElement(node)) this.#bound(node);
    else if (ts.isPropertyAccessExpression(node)) this.#visit(node.expression);
    else if (ts.isPropertyAssignment(node)) {
      this.#name(node.name);
      this.#visit(node.initializer);
    } else if (ts.isLabeledStatement(node)) this.#visit(node.statement);
    else if (ts.isBreakOrContinueStatement(node) || ts.isMetaProperty(node)) return;
    else if (ts.isExportAssignment(node)) this.#default(node);
    else if (isBeyond(node)) throw new Unknown();
    else this.#children(node);
  }

  #children(node: ts.Node, without?: readonly ts.Node[]): void {
    ts.forEachChild(node, (child) => {
      if (without === undefined || !without.includes(child as ts.TypeNode)) this.#visit(child);
    });
  }

  /** A function, arrow, method or accessor. */
  #signature(node: ts.SignatureDeclaration): void {
    if (!("body" in node) || node.body === undefined) throw new Unknown();
    const isArrow = ts.isArrowFunction(node);
    for (const modifier of node.modifiers ?? []) if (!allowed.has(modifier.kind)) throw new Unknown();
    if (node.name !== undefined) {
      if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) this.#declare(node.name);
      else this.#name(node.name as ts.PropertyName);
    }
    // No line may end between an arrow's `async` or parameters and what follows them.
    this.#list(node.typeParameters, !isArrow);
    for (const parameter of node.parameters) this.#visit(parameter);
    if (node.type !== undefined) this.#erase(node.type.pos - 1, node.type.end, !isArrow);
    this.#visit(node.body as ts.Node);
  }

  #declaration(node: ts.VariableDeclaration | ts.ParameterDeclaration): void {
    if (ts.isParameter(node) && (node.modifiers !== undefined || isThis(node.name))) throw new Unknown();
    this.#declare(node.name);
    if (node.type !== undefined) this.#erase(node.name.end, node.type.end);
    else if (ts.isParameter(node) && node.questionToken !== undefined)
      this.#erase(node.name.end, node.questionToken.end);
    if (node.initializer !== undefined) this.#visit(node.initializer);
  }

  #bound(node: ts.BindingElement): void {
    if (node.propertyName !== undefined) this.#name(node.propertyName);
    this.#declare(node.name);
    if (node.initializer !== undefined) this.#visit(node.initializer);
  }

  /** What a declaration binds. */
  #declare(name: ts.Node): void {
    if (ts.isIdentifier(name)) this.#declared.add(name.text);
    else this.#children(name);
  }

  /** A key: read where it is computed. */
  #name(name: ts.PropertyName): void {
    if (ts.isComputedPropertyName(name)) this.#visit(name.expression);
  }

  /** Types between `<` and `>`. */
  #list(types: ts.NodeArray<ts.Node> | undefined, keepsLines = true): void {
    if (types === undefined) return;
    closing.lastIndex = types.end;
    if (this.#text[types.pos - 1] !== "<" || !closing.test(this.#text)) throw new Unknown();
    this.#erase(types.pos - 1, closing.lastIndex, keepsLines);
  }

  /** An import without the names that nothing but types are read by; without any, it goes. */
  #import(node: ts.ImportDeclaration): void {
    const clause = node.importClause;
    if (clause === undefined) return;
    const isRead = (name: ts.Identifier): boolean => this.#read.has(name.text);
    const { namedBindings: bindings } = clause;
    const isTypes = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
    if (clause.phaseModifier !== undefined && !isTypes) throw new Unknown();
    const own = clause.name !== undefined && isRead(clause.name);
    const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings : undefined;
    const kept = named?.elements.filter((each) => !each.isTypeOnly && isRead(each.name)) ?? [];
    const isBound =
      bindings !== undefined && (ts.isNamespaceImport(bindings) ? isRead(bindings.name) : kept.length > 0);
    if (isTypes || (!own && !isBound)) {
      this.#all(node);
      return;
    }
    if (clause.name !== undefined && !own)
      this.#erase(clause.name.getStart(this.#tree), bindings!.getStart(this.#tree));
    else if (bindings !== undefined && !isBound) this.#erase(clause.name!.end, bindings.end);
    if (named !== undefined && isBound) this.#elements(named.elements, kept);
  }

  /** `export default`: TypeScript leaves out a type. */
  #default({ expression, isExportEquals }: ts.ExportAssignment): void {
    if (isExportEquals) throw new Unknown();
    this.#visit(expression);
    if (ts.isIdentifier(expression)) this.#exported.push(expression.text);
  }

  #export(node: ts.ExportDeclaration, isValue: (name: string) => boolean): void {
    const clause = node.exportClause;
    if (node.isTypeOnly || clause === undefined || !ts.isNamedExports(clause)) return;
    const isOwn = node.moduleSpecifier === undefined;
    const kept = clause.elements.filter((each) => {
      if (each.isTypeOnly) return false;
      const { text } = each.propertyName ?? each.name;
      if (!isOwn) return true;
      this.#read.add(text);
      if (!isValue(text) && !this.#types.has(text)) throw new Unknown();
      return isValue(text);
    });
    if (kept.length > 0) this.#elements(clause.elements, kept);
    else if (clause.elements.length > 0) this.#all(node);
  }

  /** Takes the others out of a list, each with the comma behind it. */
  #elements(elements: ts.NodeArray<ts.Node>, kept: readonly ts.Node[]): void {
    elements.forEach((each, i) => {
      if (kept.includes(each)) return;
      this.#erase(each.getStart(this.#tree), elements[i + 1]?.getStart(this.#tree) ?? elements.end);
    });
  }
}

/** A statement of which nothing is left in JavaScript. */
function isTypes(statement: ts.Statement): boolean {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return true;
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  if (ts.isFunctionDeclaration(statement) && statement.body === undefined) return true;
  const isDeclared = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.DeclareKeyword;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some(isDeclared) ?? false);
}

/** Whether a statement makes its text a module. */
const isOfModules = (statement: ts.Statement): boolean =>
  ts.isImportDeclaration(statement) ||
  ts.isExportDeclaration(statement) ||
  ts.isExportAssignment(statement) ||
  (ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false));

/** Whether a statement without a semicolon may go on in the line behind it. */
const endsOpen = (statement: ts.Statement): boolean =>
  !(
    ts.isFunctionDeclaration(statement) ||
    ts.isBlock(statement) ||
    ts.isTryStatement(statement) ||
    ts.isSwitchStatement(statement)
  );

/** `a + b as number * c` is a product: the type holds its sum together. */
function groups(node: ts.AsExpression | ts.SatisfiesExpression | ts.NonNullExpression): boolean {
  let outer: ts.Node = node;
  while (ts.isAsExpression(outer.parent) || ts.isSatisfiesExpression(outer.parent)) outer = outer.parent;
  return (
    ts.isBinaryExpression(node.expression) &&
    ts.isBinaryExpression(outer.parent) &&
    outer.parent.left === outer
  );
}

/** What an import binds, and whether as a type alone. */
function bindingsOf({ importClause: clause }: ts.ImportDeclaration): { name: string; isType: boolean }[] {
  if (clause === undefined) return [];
  const isType = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const { name, namedBindings: bindings } = clause;
  const own = name === undefined ? [] : [{ name: name.text, isType }];
  if (bindings === undefined) return own;
  if (ts.isNamespaceImport(bindings)) return [...own, { name: bindings.name.text, isType }];
  const named = bindings.elements.map((each) => ({
    name: each.name.text,
    isType: isType || each.isTypeOnly,
  }));
  return [...own, ...named];
}

const isThis = (name: ts.BindingName): boolean => ts.isIdentifier(name) && name.text === "this";

const allowed: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ExportKeyword,
  ts.SyntaxKind.DefaultKeyword,
  ts.SyntaxKind.AsyncKeyword,
]);

/** What makes code of its own, or types where nothing here looks for them. */
const isBeyond = (node: ts.Node): boolean =>
  ts.isClassLike(node) ||
  ts.isEnumDeclaration(node) ||
  ts.isModuleDeclaration(node) ||
  ts.isImportEqualsDeclaration(node) ||
  ts.isNamespaceExportDeclaration(node) ||
  ts.isTypeAssertionExpression(node) ||
  ts.isTypeNode(node) ||
  ts.isDecorator(node);
