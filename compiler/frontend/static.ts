/**
 * The compile-time interpreter: computes module-level constants, default values and declarations. It knows the language
 * of function bodies, works on plain numbers, and executes nothing of the user's. In: a syntax tree and its scope. Out:
 * a static value, or a located diagnostic.
 */

import { ts } from "ts-morph";
import * as messages from "../diagnostics/messages.ts";
import { operatorAtModuleLevel } from "../diagnostics/operator-messages.ts";
import * as syntax from "../diagnostics/syntax-messages.ts";
import { isPattern, partsOf } from "./assignment-pattern.ts";
import { refuse, spanOf } from "./load.ts";
import * as mathematics from "./mathematics.ts";
import { isGlobal, Reported, resolveName } from "./resolve-name.ts";
import { Scope } from "./scope.ts";
import { callMethod, construct } from "./static-arrays.ts";
import { callLibrary } from "./static-library.ts";
import {
  combine,
  entryOf,
  itemsOf,
  mathCall,
  mathConstant,
  memberOf,
  numberOf,
} from "./static-operations.ts";
import { applyOperator } from "./static-operators.ts";
import { describe, type FunctionValue, isTagged, list, record, type Static } from "./static-values.ts";
import { examine, refusalIn } from "./subset.ts";
import {
  assignmentOperator,
  bare,
  isArithmetic,
  isBinary,
  isFunctionNode,
  isIdentifier,
  isIncrement,
  leftChain,
  namesIn,
  propertyName,
  relations,
} from "./syntax.ts";

const K = ts.SyntaxKind;

/** Steps after which a computation is given up. */
const defaultPatience = 20_000_000;
const deepestCall = 200;

/** How a statement ended, where it did not simply come to its end. */
type Completion =
  | { readonly kind: "return"; readonly value: Static }
  | { readonly kind: "break" | "continue" };

export class Interpreter {
  #steps = 0;
  #writes = 0;
  #models = 0;
  readonly #calls: ts.Node[] = [];
  /** Where further errors go, when several are found in one value. */
  readonly #failed: (error: unknown) => void;

  readonly #patience: number;

  constructor(failed: (error: unknown) => void, patience = defaultPatience) {
    this.#failed = failed;
    this.#patience = patience;
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#steps;
  }

  /** How often an array, or a name of a module, was changed so far. */
  get writes(): number {
    return this.#writes;
  }

  /** Models that were made so far. */
  get models(): number {
    return this.#models;
  }

  /** Goes on where another one had taken so many steps. */
  resume(steps: number): void {
    this.#steps = steps;
  }

  /** An array was changed. */
  noteWrite(): void {
    this.#writes++;
  }

  evaluate(node: ts.Expression, scope: Scope): Static {
    this.#tick(node);
    const inner = bare(node);
    switch (inner.kind) {
      case K.NumericLiteral: {
        const value = Number((inner as ts.NumericLiteral).text);
        return Number.isFinite(value) ? value : refuse(syntax.numberTooLarge(spanOf(inner)));
      }
      case K.Identifier:
        return this.#name(inner as ts.Identifier, scope);
      case K.BinaryExpression:
        return this.#binary(inner as ts.BinaryExpression, scope);
      case K.CallExpression:
        return this.#call(inner as ts.CallExpression, scope);
      case K.PropertyAccessExpression:
        return this.#member(inner as ts.PropertyAccessExpression, scope);
      case K.ElementAccessExpression:
        return this.#entry(inner as ts.ElementAccessExpression, scope);
      case K.PrefixUnaryExpression:
        return this.#prefix(inner as ts.PrefixUnaryExpression, scope);
      case K.ConditionalExpression: {
        const { condition, whenTrue, whenFalse } = inner as ts.ConditionalExpression;
        return this.evaluate(this.condition(condition, scope) ? whenTrue : whenFalse, scope);
      }
      case K.ArrayLiteralExpression:
        return this.#list(inner as ts.ArrayLiteralExpression, scope);
      case K.ObjectLiteralExpression:
        return this.#record(inner as ts.ObjectLiteralExpression, scope);
      case K.NewExpression:
        return this.#new(inner as ts.NewExpression, scope);
      case K.StringLiteral:
        return (inner as ts.StringLiteral).text;
      case K.TrueKeyword:
        return true;
      case K.FalseKeyword:
        return false;
      default:
        break;
    }
    if (isFunctionNode(inner))
      return { kind: "function", node: inner, scope, name: inner.name?.getText() ?? "" };
    return refuse(examine(inner) ?? syntax.notInLanguage(spanOf(inner), "this expression"));
  }

  /** Reads one member of a record; what is wrong in it is kept, so that the other members are read, too. */
  #reading(failures: unknown[], read: () => Static): Static {
    try {
      return read();
    } catch (error) {
      failures.push(error);
      return undefined;
    }
  }

  number(node: ts.Expression, scope: Scope): number {
    const value = this.evaluate(node, scope);
    if (typeof value === "number") return value;
    return refuse(messages.wrongKind(spanOf(node), "a number", describe(value)));
  }

  condition(node: ts.Expression, scope: Scope): boolean {
    const value = this.evaluate(node, scope);
    return typeof value === "boolean" ? value : refuse(syntax.notBoolean(spanOf(node)));
  }

  /** Calls a function of the model with static values. `at` is the place of the call. */
  call(fn: FunctionValue, args: readonly Static[], at: ts.Node): Static {
    this.#tick(at);
    if (this.#calls.includes(fn.node)) refuse(messages.recursion(spanOf(at), fn.name || "the function"));
    if (this.#calls.length >= deepestCall) refuse(syntax.callsTooDeep(spanOf(at), deepestCall));
    const refused = refusalIn(fn.node);
    if (refused !== undefined) refuse(refused);
    const scope = new Scope(fn.scope, fn.node);
    fn.node.parameters.forEach((parameter, position) => {
      if (parameter.dotDotDotToken !== undefined)
        refuse(syntax.spreadOrRest(spanOf(parameter.dotDotDotToken)));
      if (position >= args.length) {
        const expected = `${fn.node.parameters.length} arguments`;
        refuse(messages.wrongArity(spanOf(at), fn.name || "the function", expected, args.length));
      }
      this.#bind(parameter.name, args[position], scope, true);
    });
    const { body } = fn.node;
    if (body === undefined) return refuse(syntax.noBody(spanOf(fn.node)));
    this.#calls.push(fn.node);
    try {
      if (!ts.isBlock(body)) return this.evaluate(body, scope);
      const done = this.run(body.statements, new Scope(scope));
      if (done?.kind === "return") return done.value;
      return refuse(syntax.missingReturn(spanOf(fn.node), fn.name || "the function"));
    } finally {
      this.#calls.pop();
    }
  }

  /** Runs statements in a scope of their own making. */
  run(statements: readonly ts.Statement[], scope: Scope): Completion | undefined {
    this.hoist(statements, scope);
    for (const statement of statements) {
      const done = this.execute(statement, scope);
      if (done !== undefined) return done;
    }
    return undefined;
  }

  /** Announces the names that statements declare: functions with their value, others as not there yet. */
  hoist(statements: readonly ts.Statement[], scope: Scope): void {
    for (const statement of statements) {
      if (statement.kind === K.FunctionDeclaration) {
        const node = statement as ts.FunctionDeclaration;
        if (node.name === undefined || node.body === undefined) continue;
        const value: Static = { kind: "function", node, scope, name: node.name.text };
        declare(scope, node.name, node.name.text, { kind: "static", value, constant: true });
      } else if (statement.kind === K.VariableStatement) {
        for (const { name } of (statement as ts.VariableStatement).declarationList.declarations) {
          for (const each of namesIn(name)) declare(scope, each, each.text, { kind: "later" });
        }
      }
    }
  }

  execute(statement: ts.Statement, scope: Scope): Completion | undefined {
    this.#tick(statement);
    switch (statement.kind) {
      case K.VariableStatement:
        this.#declare((statement as ts.VariableStatement).declarationList, scope);
        return undefined;
      case K.ExpressionStatement:
        this.#effect(bare((statement as ts.ExpressionStatement).expression), scope);
        return undefined;
      case K.Block:
        return this.run((statement as ts.Block).statements, new Scope(scope));
      case K.ReturnStatement: {
        const { expression } = statement as ts.ReturnStatement;
        if (expression === undefined) refuse(syntax.missingReturn(spanOf(statement), "the function"));
        return { kind: "return", value: this.evaluate(expression, scope) };
      }
      case K.IfStatement: {
        const { expression, thenStatement, elseStatement } = statement as ts.IfStatement;
        const chosen = this.condition(expression, scope) ? thenStatement : elseStatement;
        return chosen && this.execute(chosen, scope);
      }
      case K.ForStatement:
        return this.#for(statement as ts.ForStatement, scope);
      case K.ForOfStatement:
        return this.#forOf(statement as ts.ForOfStatement, scope);
      case K.BreakStatement:
        return { kind: "break" };
      case K.ContinueStatement:
        return { kind: "continue" };
      case K.FunctionDeclaration:
      case K.EmptyStatement:
      case K.InterfaceDeclaration:
      case K.TypeAliasDeclaration:
        return undefined;
      default:
        break;
    }
    return refuse(examine(statement) ?? syntax.notInLanguage(spanOf(statement), "this statement"));
  }

  #declare(declarations: ts.VariableDeclarationList, scope: Scope): void {
    const constant = (declarations.flags & ts.NodeFlags.Const) !== 0;
    for (const declaration of declarations.declarations) {
      this.#check(declaration);
      const value = declaration.initializer && this.evaluate(declaration.initializer, scope);
      if (declaration.initializer === undefined && !ts.isIdentifier(declaration.name)) {
        refuse(syntax.usedBefore(spanOf(declaration.name), declaration.name.getText()));
      }
      this.#bind(declaration.name, value, scope, constant);
    }
  }

  #bind(name: ts.BindingName, value: Static, scope: Scope, constant: boolean): void {
    if (isIdentifier(name)) {
      const named =
        isTagged(value) && (value.kind === "function" || value.kind === "custom") && value.name === ""
          ? { ...value, name: name.text }
          : value;
      scope.set(name.text, { kind: "static", value: named, constant });
      return;
    }
    name.elements.forEach((element, position) => {
      if (ts.isOmittedExpression(element)) return;
      this.#check(element);
      if (element.dotDotDotToken !== undefined) refuse(syntax.spreadOrRest(spanOf(element.dotDotDotToken)));
      const at = element.propertyName ?? element.name;
      const inner = ts.isArrayBindingPattern(name)
        ? entryOf(value, position, element)
        : memberOf(value, propertyName(at) ?? refuse(syntax.computedName(spanOf(at))), at);
      this.#bind(element.name, inner, scope, constant);
    });
  }

  #effect(expression: ts.Expression, scope: Scope): void {
    if (isBinary(expression)) {
      const operator = assignmentOperator(expression.operatorToken.kind);
      if (operator !== undefined) {
        this.#assign(expression.left, scope, (before) => {
          const old = operator === K.EqualsToken ? undefined : before();
          const value = this.evaluate(expression.right, scope);
          return operator === K.EqualsToken ? value : combine(operator, old, value, expression);
        });
        return;
      }
    }
    if (isIncrement(expression)) {
      const by = expression.operator === K.PlusPlusToken ? 1 : -1;
      this.#assign(expression.operand, scope, (before) => combine(K.PlusToken, before(), by, expression));
      return;
    }
    if (ts.isCallExpression(expression)) {
      this.evaluate(expression, scope);
      return;
    }
    // A prologue such as "use strict" does nothing.
    if (ts.isStringLiteral(expression)) return;
    refuse(examine(expression) ?? syntax.moduleEffect(spanOf(expression)));
  }

  #assign(target: ts.Expression, scope: Scope, value: (before: () => Static) => Static): void {
    const place = bare(target);
    if (isPattern(place)) {
      const whole = value(() => undefined);
      // The parts as they are now, before any of them is assigned.
      const parts = partsOf(place).map((part) => ({
        target: part.target,
        value:
          part.kind === "item"
            ? entryOf(whole, part.position, part.target)
            : memberOf(whole, part.name, part.at),
      }));
      for (const part of parts) this.#assign(part.target, scope, () => part.value);
      return;
    }
    if (isIdentifier(place)) {
      if (isGlobal(place, "Math", scope)) refuse(syntax.mathChanged(spanOf(place)));
      const { binding, scope: home } = resolveName(place, scope);
      if (binding.kind !== "static" || binding.constant) {
        refuse(syntax.constantAssigned(spanOf(place), place.text));
      }
      if (home.owner === undefined) this.noteWrite();
      binding.value = value(() => binding.value);
      return;
    }
    if (place.kind !== K.ElementAccessExpression) {
      if (ts.isPropertyAccessExpression(place) && isGlobal(bare(place.expression), "Math", scope))
        refuse(syntax.mathChanged(spanOf(place)));
      const instead = "make a new record with all its members";
      refuse(messages.unsupported(spanOf(place), "assigning to a member of a record", instead));
    }
    const { expression, argumentExpression } = place as ts.ElementAccessExpression;
    const array = this.evaluate(expression, scope);
    const at = this.number(argumentExpression, scope);
    const before = () => entryOf(array, at, argumentExpression);
    if (isTagged(array) && array.kind === "list") {
      before();
      this.noteWrite();
      array.items[at] = value(before);
      return;
    }
    if (!isTagged(array) || array.kind !== "tensor") {
      refuse(messages.wrongKind(spanOf(expression), "an array", describe(array)));
    }
    const old = before();
    if (typeof old !== "number") refuse(syntax.wholeArray(spanOf(place), place.getText()));
    const after = value(() => old);
    if (typeof after !== "number") refuse(messages.wrongKind(spanOf(place), "a number", describe(after)));
    this.noteWrite();
    array.data[at] = array.element === "integer" ? after | 0 : after;
  }

  #for(statement: ts.ForStatement, scope: Scope): Completion | undefined {
    const head = new Scope(scope);
    const { initializer, condition, incrementor } = statement;
    if (initializer !== undefined) {
      if (ts.isVariableDeclarationList(initializer)) this.#declare(initializer, head);
      else this.#effect(bare(initializer), head);
    }
    if (condition === undefined) refuse(messages.loopForm(spanOf(statement), "this loop has no condition"));
    while (this.condition(condition, head)) {
      const done = this.execute(statement.statement, head);
      if (done?.kind === "return") return done;
      if (done?.kind === "break") break;
      if (incrementor !== undefined) this.#effect(bare(incrementor), head);
    }
    return undefined;
  }

  #forOf(statement: ts.ForOfStatement, scope: Scope): Completion | undefined {
    const { initializer } = statement;
    if (!ts.isVariableDeclarationList(initializer)) {
      refuse(messages.loopForm(spanOf(initializer), "the variable of this loop is declared elsewhere"));
    }
    const over = this.evaluate(statement.expression, scope);
    const constant = (initializer.flags & ts.NodeFlags.Const) !== 0;
    for (const item of itemsOf(over, statement.expression)) {
      const each = new Scope(scope);
      this.#bind(initializer.declarations[0]!.name, item, each, constant);
      const done = this.execute(statement.statement, each);
      if (done?.kind === "return") return done;
      if (done?.kind === "break") break;
    }
    return undefined;
  }

  #name(node: ts.Identifier, scope: Scope): Static {
    const known = scope.named(node.text);
    if (known?.kind === "static") return known.value;
    const { binding } = resolveName(node, scope);
    if (binding.kind === "static") return binding.value;
    return refuse(messages.notConstant(spanOf(node), `\`${node.text}\``));
  }

  #binary(node: ts.BinaryExpression, scope: Scope): Static {
    const token = node.operatorToken.kind;
    if (token === K.AmpersandAmpersandToken) {
      return this.condition(node.left, scope) && this.condition(node.right, scope);
    }
    if (token === K.BarBarToken) return this.condition(node.left, scope) || this.condition(node.right, scope);
    const relation = relations.get(token);
    if (relation !== undefined) return this.#compare(node, scope);
    if (!isArithmetic(token)) return refuse(examine(node) ?? syntax.assignmentInside(spanOf(node)));
    if (!isBinary(node.left)) {
      const left = this.evaluate(node.left, scope);
      this.#tick(node);
      return combine(token, left, this.evaluate(node.right, scope), node);
    }
    const { first, links } = leftChain(node);
    return links.reduce<Static>(
      (value, link) => {
        this.#tick(link);
        return combine(link.operatorToken.kind, value, this.evaluate(link.right, scope), link);
      },
      this.evaluate(first, scope),
    );
  }

  #compare(node: ts.BinaryExpression, scope: Scope): boolean {
    const left = this.evaluate(node.left, scope);
    const right = this.evaluate(node.right, scope);
    const token = node.operatorToken.kind;
    if (typeof left === "boolean" && typeof right === "boolean") {
      if (token === K.EqualsEqualsEqualsToken) return left === right;
      if (token === K.ExclamationEqualsEqualsToken) return left !== right;
    }
    const [a, b] = [numberOf(left, node.left), numberOf(right, node.right)];
    switch (token) {
      case K.LessThanToken:
        return a < b;
      case K.LessThanEqualsToken:
        return a <= b;
      case K.GreaterThanToken:
        return a > b;
      case K.GreaterThanEqualsToken:
        return a >= b;
      case K.EqualsEqualsEqualsToken:
        return a === b;
      default:
        return a !== b;
    }
  }

  #prefix(node: ts.PrefixUnaryExpression, scope: Scope): Static {
    switch (node.operator) {
      case K.ExclamationToken:
        return !this.condition(node.operand, scope);
      case K.MinusToken:
        return -this.number(node.operand, scope);
      case K.PlusToken:
        return this.number(node.operand, scope);
      default:
        return refuse(examine(node) ?? syntax.incrementInside(spanOf(node)));
    }
  }

  #list(node: ts.ArrayLiteralExpression, scope: Scope): Static {
    return list(
      node.elements.map((element) => this.evaluate(element, scope)),
      node.elements,
    );
  }

  #new(node: ts.NewExpression, scope: Scope): Static {
    this.#check(node);
    const args = (node.arguments ?? []).map((argument) => this.evaluate(argument, scope));
    return construct(node, args);
  }

  #record(node: ts.ObjectLiteralExpression, scope: Scope): Static {
    const failures: unknown[] = [];
    const entries = new Map<string, Static>();
    const nodes = new Map<string, ts.Node>();
    for (const property of node.properties) {
      this.#check(property);
      if (ts.isShorthandPropertyAssignment(property)) {
        entries.set(property.name.text, this.#name(property.name, scope));
        nodes.set(property.name.text, property.name);
        continue;
      }
      if (!ts.isPropertyAssignment(property) && !ts.isMethodDeclaration(property)) {
        return refuse(examine(property) ?? syntax.notInLanguage(spanOf(property), "this member"));
      }
      const key = propertyName(property.name) ?? refuse(syntax.computedName(spanOf(property.name)));
      if (key === "__proto__") refuse(syntax.notInLanguage(spanOf(property.name), "`__proto__`"));
      if (entries.has(key)) refuse(syntax.duplicate(spanOf(property.name), key));
      const value: Static = ts.isMethodDeclaration(property)
        ? { kind: "function", node: property, scope, name: key }
        : this.#reading(failures, () => this.evaluate(property.initializer, scope));
      entries.set(
        key,
        isTagged(value) && value.kind === "function" && value.name === "" ? { ...value, name: key } : value,
      );
      nodes.set(key, property);
    }
    for (const failure of failures.slice(1)) this.#failed(failure);
    if (failures.length > 0) throw failures[0];
    return record(entries, nodes);
  }

  #member(node: ts.PropertyAccessExpression, scope: Scope): Static {
    const name = node.name.text;
    const object = bare(node.expression);
    if (node.questionDotToken !== undefined) refuse(syntax.optionalValue(spanOf(node)));
    if (isGlobal(object, "Math", scope)) return mathConstant(node);
    if (isGlobal(object, "Number", scope)) {
      return mathematics.limits.get(name) ?? refuse(syntax.numberFromText(spanOf(node), node.getText()));
    }
    return memberOf(this.evaluate(object, scope), name, node.name);
  }

  #entry(node: ts.ElementAccessExpression, scope: Scope): Static {
    if (node.questionDotToken !== undefined) refuse(syntax.optionalValue(spanOf(node)));
    const of = this.evaluate(node.expression, scope);
    const at = bare(node.argumentExpression);
    if (ts.isStringLiteral(at)) return memberOf(of, at.text, at);
    return entryOf(of, this.number(at, scope), at);
  }

  #call(node: ts.CallExpression, scope: Scope): Static {
    if (node.questionDotToken !== undefined) refuse(syntax.optionalValue(spanOf(node)));
    if (node.expression.kind === K.ImportKeyword) refuse(syntax.dynamicImport(spanOf(node.expression)));
    const callee = bare(node.expression);
    const args = () => node.arguments.map((argument) => this.evaluate(argument, scope));
    if (ts.isPropertyAccessExpression(callee)) {
      const object = bare(callee.expression);
      if (isGlobal(object, "Math", scope)) return mathCall(node, callee.name, args());
      if (isGlobal(object, "Number", scope))
        return refuse(syntax.numberFromText(spanOf(callee), callee.getText()));
      const builder = ["Array", "Float64Array", "Int32Array"].find((name) => isGlobal(object, name, scope));
      if (builder !== undefined) return callMethod(this, builder, callee.name, args(), node);
      const self = this.evaluate(object, scope);
      if (isTagged(self) && (self.kind === "record" || self.kind === "namespace")) {
        return this.#apply(memberOf(self, callee.name.text, callee.name), args(), node);
      }
      return callMethod(this, self, callee.name, args(), node);
    }
    return this.#apply(this.evaluate(callee, scope), args(), node);
  }

  #apply(callee: Static, args: readonly Static[], node: ts.CallExpression): Static {
    if (isTagged(callee)) {
      if (callee.kind === "function") return this.call(callee, args, node);
      if (callee.kind === "library") {
        const made = callLibrary(this, callee.name, args, node);
        if (isTagged(made) && made.kind === "model") this.#models++;
        return made;
      }
      if (callee.kind === "operator") return applyOperator(callee, args, node);
      if (callee.kind === "applied") refuse(operatorAtModuleLevel(spanOf(node), callee.operator.name));
    }
    return refuse(messages.wrongKind(spanOf(node.expression), "a function", describe(callee)));
  }

  #check(node: ts.Node): void {
    const refused = examine(node);
    if (refused?.severity === "error") refuse(refused);
  }

  #tick(at: ts.Node): void {
    if (++this.#steps <= this.#patience) return;
    // Said once: whatever is computed after it would take too long as well.
    if (this.#steps > this.#patience + 1) throw new Reported();
    refuse(syntax.tooManySteps(spanOf(at)));
  }
}

function declare(scope: Scope, at: ts.Node, name: string, binding: Parameters<Scope["set"]>[1]): void {
  if (scope.own(name) !== undefined) refuse(syntax.duplicate(spanOf(at), name));
  if (scope.isBody && scope.parent?.own(name) !== undefined) {
    scope.set(name, { kind: "broken", diagnostic: undefined });
    refuse(syntax.duplicate(spanOf(at), name));
  }
  scope.set(name, binding);
}
