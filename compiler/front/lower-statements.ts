/**
 * Lowers statements of function bodies: variables, assignments, branches, loops, helper calls. In: a block and its
 * scope. Out: IR statements and the value that is returned. One statement that is refused does not hide the next.
 */

import { ModelError } from "../diagnostics/diagnostic.ts";
import {
  capturedAssignment,
  helperReturn,
  loopForm,
  notYet,
  noValue,
  readOnly,
  recursion,
  unsupported,
  whileLoop,
  wrongKind,
  wrongShape,
} from "../diagnostics/messages.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Affine } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Expr, Shape, Statement, Test } from "../ir/nodes.ts";
import type { Opcode } from "../ir/opcode.ts";
import { forEachExpr } from "../ir/walk.ts";
import { spanOf, ts } from "./load.ts";
import { ExpressionLowering, Poisoned, type Scope } from "./lower.ts";
import { describeShape, type StaticScope } from "./static-values.ts";
import { asInteger, asReal, describe, type FunctionLike, real, type Value } from "./values.ts";

const inner = (scope: Scope): Scope => ({
  module: scope.module,
  values: new Map(),
  outer: scope,
  isFunction: false,
});

export class Lowering extends ExpressionLowering {
  /** Runs a function on given values: its body's statements are emitted, its result is returned. */
  protected callFunction(node: FunctionLike, scope: Scope, args: readonly Value[], at: ts.Node): Value {
    if (this.calling.includes(node)) {
      throw new ModelError(recursion(spanOf(at), node.name?.getText() ?? "the function"));
    }
    if (node.modifiers?.some((one) => one.kind === ts.SyntaxKind.AsyncKeyword)) {
      throw new ModelError(
        unsupported(spanOf(node), "an `async` function", "functions of a model answer at once"),
      );
    }
    if (node.asteriskToken) {
      throw new ModelError(unsupported(spanOf(node), "a generator", "write a loop that fills an array"));
    }
    this.calling.push(node);
    try {
      return this.run(node, scope, args);
    } finally {
      this.calling.pop();
    }
  }

  run(node: FunctionLike, outer: Scope, args: readonly Value[]): Value {
    const scope: Scope = { module: outer.module, values: new Map(), outer, isFunction: true };
    node.parameters.forEach((parameter, position) => {
      if (parameter.dotDotDotToken) {
        throw new ModelError(unsupported(spanOf(parameter), "a rest parameter", "name the parameters"));
      }
      const given = args[position];
      const value =
        given ?? (parameter.initializer ? this.expression(parameter.initializer, scope) : undefined);
      if (value === undefined) {
        if (isUsed(parameter.name, node))
          throw new ModelError(noValue(spanOf(parameter), "this parameter is given no value"));
        return;
      }
      this.bindPattern(parameter.name, value, scope, node.body, true);
    });
    const { body } = node;
    if (body === undefined) return { kind: "static", value: undefined };
    if (!ts.isBlock(body)) return this.expression(body, scope);
    const name = node.name?.getText() ?? "the function";
    return this.body(body.statements, scope, name);
  }

  /** A function body: statements, and a `return` at the end if it has a value. */
  protected body(statements: readonly ts.Statement[], scope: Scope, name: string): Value {
    let result: Value = { kind: "static", value: undefined };
    statements.forEach((statement, position) => {
      if (ts.isReturnStatement(statement)) {
        if (position < statements.length - 1) {
          this.errors.push(
            unsupported(spanOf(statements[position + 1]!), "what stands after `return`", "remove it"),
          );
        }
        if (statement.expression) {
          const { expression } = statement;
          result = this.recovered(() => this.expression(expression, scope)) ?? { kind: "poison" };
        }
        return;
      }
      const early = findReturn(statement);
      if (early !== undefined) {
        this.errors.push(helperReturn(spanOf(early), name));
        return;
      }
      this.statement(statement, scope);
    });
    return result;
  }

  /** What `work` gives, or nothing after noting its diagnostic. */
  protected recovered<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof Poisoned) return undefined;
      if (!(error instanceof ModelError)) throw error;
      this.errors.push(error.diagnostic);
      return undefined;
    }
  }

  protected statement(node: ts.Statement, scope: Scope): void {
    this.recovered(() => this.#statement(node, scope));
  }

  #statement(node: ts.Statement, scope: Scope): void {
    if (ts.isVariableStatement(node)) {
      this.#declare(node.declarationList, scope);
    } else if (ts.isExpressionStatement(node)) {
      this.#expressionStatement(node.expression, scope);
    } else if (ts.isIfStatement(node)) {
      this.#if(node, scope);
    } else if (ts.isForStatement(node)) {
      this.#for(node, scope);
    } else if (ts.isForOfStatement(node)) {
      this.#forOf(node, scope);
    } else if (ts.isBlock(node)) {
      const own = inner(scope);
      for (const statement of node.statements) this.statement(statement, own);
    } else if (ts.isFunctionDeclaration(node) && node.name) {
      scope.values.set(node.name.text, { value: { kind: "closure", node, scope }, isConst: true });
    } else if (
      !ts.isEmptyStatement(node) &&
      !ts.isInterfaceDeclaration(node) &&
      !ts.isTypeAliasDeclaration(node)
    ) {
      throw new ModelError(refusal(node));
    }
  }

  // Variables.

  #declare(list: ts.VariableDeclarationList, scope: Scope): void {
    if ((list.flags & ts.NodeFlags.BlockScoped) === 0) {
      throw new ModelError(unsupported(spanOf(list), "`var`", "write `const` or `let`"));
    }
    const isConst = (list.flags & ts.NodeFlags.Const) !== 0;
    for (const { name, initializer } of list.declarations) {
      if (initializer === undefined) {
        if (!ts.isIdentifier(name)) continue;
        const array = this.names.fresh(name.text);
        this.emit(build.alloc(array, [], { zero: false, span: spanOf(name) }));
        scope.values.set(name.text, { value: { kind: "variable", array }, isConst: false });
        continue;
      }
      const value =
        this.recovered(() => this.expression(initializer, scope)) ?? ({ kind: "poison" } as const);
      const enclosing = functionBodyOf(list);
      this.bindPattern(name, value, scope, isConst ? undefined : enclosing, false);
    }
  }

  /** Gives names to a value. `assignedIn`: where assignments to the name would make it a variable. */
  protected bindPattern(
    pattern: ts.BindingName,
    value: Value,
    scope: Scope,
    assignedIn: ts.Node | undefined,
    isParameter: boolean,
  ): void {
    if (ts.isIdentifier(pattern)) {
      scope.values.set(pattern.text, this.#named(pattern, value, assignedIn, isParameter));
      return;
    }
    if (ts.isObjectBindingPattern(pattern)) {
      for (const element of pattern.elements) {
        if (element.dotDotDotToken)
          throw new ModelError(unsupported(spanOf(element), "a rest element", "name the entries"));
        const key = element.propertyName ?? element.name;
        if (!ts.isIdentifier(key) && !ts.isStringLiteral(key)) {
          throw new ModelError(unsupported(spanOf(key), "a computed name", "write the name itself"));
        }
        const entry =
          value.kind === "poison"
            ? value
            : (this.recovered(() => this.memberOf(value, key.text, key, pattern)) ??
              ({ kind: "poison" } as const));
        this.bindPattern(element.name, entry, scope, assignedIn, isParameter);
      }
      return;
    }
    pattern.elements.forEach((element, position) => {
      if (ts.isOmittedExpression(element)) return;
      this.bindPattern(
        element.name,
        this.#component(value, position, element),
        scope,
        assignedIn,
        isParameter,
      );
    });
  }

  #component(value: Value, position: number, at: ts.Node): Value {
    if (value.kind === "poison") return value;
    if (value.kind === "list" && value.items[position]) return value.items[position];
    if (value.kind === "record") {
      const entry = value.entries.get(String(position));
      if (entry) return entry;
    }
    const extent =
      value.kind === "array"
        ? value.shape[0]
        : value.kind === "constant"
          ? value.source.shape[value.at.length]
          : 0;
    if (extent === undefined || position >= extent) {
      throw new ModelError(
        wrongKind(spanOf(at), `something with at least ${position + 1} entries`, describe(value)),
      );
    }
    if (value.kind === "array") {
      const prefix = [...value.view.prefix, affine.integer(position)];
      return { ...value, view: { array: value.view.array, prefix }, shape: value.shape.slice(1) };
    }
    if (value.kind === "constant") return { ...value, at: [...value.at, affine.integer(position)] };
    throw new ModelError(wrongKind(spanOf(at), "a list", describe(value)));
  }

  #named(
    name: ts.Identifier,
    value: Value,
    assignedIn: ts.Node | undefined,
    isParameter: boolean,
  ): { value: Value; isConst: boolean } {
    const isAssigned = assignedIn !== undefined && assigns(assignedIn, name.text);
    const expr = value.kind === "poison" ? undefined : asReal(value);
    const span = spanOf(name);
    if (isAssigned && expr !== undefined) {
      const array = this.names.fresh(name.text);
      this.emit(build.alloc(array, [], { zero: false, span }));
      this.emit(build.store(array, [], expr, span));
      return { value: { kind: "variable", array }, isConst: false };
    }
    // An array that is read only at its entry may be a scalar leaf of the caller: its value is the name's value.
    if (
      expr !== undefined &&
      value.kind !== "integer" &&
      value.kind !== "static" &&
      value.kind !== "constant"
    ) {
      const isLeafOfModel = isParameter && value.kind === "array";
      if (!isLeafOfModel) return { value: real(this.leaf(expr, name.text, span)), isConst: true };
    }
    if (value.kind === "test")
      return { value: { kind: "test", test: this.#fixed(value.test, span) }, isConst: true };
    if (value.kind === "list" && !isParameter)
      return { value: this.materialise(value, name.text, name), isConst: true };
    return { value, isConst: !isAssigned };
  }

  /** A test whose operands cannot change any more. */
  #fixed(test: Test, span: Span): Test {
    switch (test.kind) {
      case "compare":
        return build.compare(
          test.relation,
          this.leaf(test.left, "v", span),
          this.leaf(test.right, "v", span),
        );
      case "and":
      case "or": {
        const [left, right] = [this.#fixed(test.left, span), this.#fixed(test.right, span)];
        return test.kind === "and" ? build.and(left, right) : build.or(left, right);
      }
      case "not":
        return build.not(this.#fixed(test.of, span));
      case "constant":
        return test;
      default:
        return test satisfies never;
    }
  }

  // Arrays.

  protected allocate(wish: string, shape: Shape, init: Value | undefined, at: ts.Node): Value {
    const array = this.names.fresh(declaredName(at) ?? wish);
    const span = spanOf(at);
    this.emit(build.alloc(array, shape, { span }));
    const value: Value = {
      kind: "array",
      view: { array, prefix: [] },
      shape,
      element: "real",
      isWritable: true,
    };
    if (init === undefined) return value;
    if (init.kind === "closure") {
      const entries = build.forEachEntry(shape, this.names.fresh, (form) => {
        form.forEach((one, axis) => this.#learn(one, shape[axis]!));
        const { result, statements } = this.within(() =>
          this.toReal(
            this.callFunction(
              init.node,
              init.scope,
              form.map((one) => ({ kind: "integer", form: one })),
              at,
            ),
            at,
          ),
        );
        return [...statements, build.store(array, form, result, span)];
      });
      for (const statement of entries) this.emit(statement);
      return value;
    }
    if (init.kind === "list" || init.kind === "array" || init.kind === "constant") {
      this.assignArray(value, init, at);
      return value;
    }
    this.fill(value, init, at);
    return value;
  }

  #learn(form: Affine, extent: number): void {
    const [term] = form.terms;
    if (term?.atom.kind === "index") this.ranges.set(term.atom.name, { low: 0, high: extent - 1 });
  }

  /** A list of values as a local array. */
  materialise(value: Value, wish: string, at: ts.Node): Value {
    if (value.kind !== "list") return value;
    const shape = listShape(value);
    if (shape === undefined) return value;
    const target = this.allocate(wish, shape, undefined, at);
    this.assignArray(target, value, at);
    return target;
  }

  /** Copies a list, array or constant of the same shape into an array. */
  assignArray(target: Value, from: Value, at: ts.Node): void {
    if (target.kind !== "array") throw new ModelError(wrongKind(spanOf(at), "an array", describe(target)));
    if (from.kind === "poison") throw new Poisoned();
    const { shape, view } = target;
    const span = spanOf(at);
    if (shape.length === 0) {
      this.emit(build.store(view.array, view.prefix, this.toReal(from, at), span));
      return;
    }
    if (from.kind === "list") {
      if (from.items.length !== shape[0])
        throw new ModelError(wrongShape(span, "this", describeShape(shape), describe(from)));
      from.items.forEach((item, position) => {
        const prefix = [...view.prefix, affine.integer(position)];
        this.assignArray({ ...target, view: { array: view.array, prefix }, shape: shape.slice(1) }, item, at);
      });
      return;
    }
    const found =
      from.kind === "array"
        ? from.shape
        : from.kind === "constant"
          ? from.source.shape.slice(from.at.length)
          : undefined;
    if (found === undefined || found.join() !== shape.join()) {
      throw new ModelError(wrongShape(span, "this", describeShape(shape), describe(from)));
    }
    const entries = build.forEachEntry(shape, this.names.fresh, (form) => {
      const value: Expr =
        from.kind === "array"
          ? build.read(from.view.array, [...from.view.prefix, ...form])
          : build.read((from as Value & { kind: "constant" }).source.real(), [
              ...(from as Value & { kind: "constant" }).at,
              ...form,
            ]);
      return [build.store(view.array, [...view.prefix, ...form], value, span)];
    });
    for (const statement of entries) this.emit(statement);
  }

  protected fill(array: Value, amount: Value, at: ts.Node): void {
    if (array.kind !== "array" || array.shape.length === 0) {
      throw new ModelError(wrongKind(spanOf(at), "an array of the function", describe(array)));
    }
    if (!array.isWritable) throw new ModelError(readOnly(spanOf(at), "this array"));
    const value = this.leaf(this.toReal(amount, at), "v", spanOf(at));
    const entries = build.forEachEntry(array.shape, this.names.fresh, (form) => [
      build.store(array.view.array, [...array.view.prefix, ...form], value, spanOf(at)),
    ]);
    for (const statement of entries) this.emit(statement);
  }

  // Assignments.

  #expressionStatement(node: ts.Expression, scope: Scope): void {
    if (ts.isParenthesizedExpression(node)) return this.#expressionStatement(node.expression, scope);
    if (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) {
      const op =
        node.operator === ts.SyntaxKind.PlusPlusToken
          ? "add"
          : node.operator === ts.SyntaxKind.MinusMinusToken
            ? "sub"
            : undefined;
      if (op !== undefined) return this.#assign(node.operand, op, { kind: "static", value: 1 }, node, scope);
    }
    if (ts.isBinaryExpression(node)) {
      const kind = node.operatorToken.kind;
      if (kind === ts.SyntaxKind.EqualsToken) {
        return this.#assign(node.left, undefined, this.expression(node.right, scope), node, scope);
      }
      const op = compounds.get(kind);
      if (op !== undefined)
        return this.#assign(node.left, op, this.expression(node.right, scope), node, scope);
    }
    if (ts.isCallExpression(node)) {
      this.expression(node, scope);
      return;
    }
    const value = this.expression(node, scope);
    throw new ModelError(
      unsupported(
        spanOf(node),
        `${describe(value)} that nothing is done with`,
        "assign it to a variable, or remove it",
      ),
    );
  }

  #assign(target: ts.Expression, op: Opcode | undefined, value: Value, at: ts.Node, scope: Scope): void {
    if (value.kind === "poison") throw new Poisoned();
    const span = spanOf(at);
    if (ts.isParenthesizedExpression(target) || ts.isNonNullExpression(target)) {
      return this.#assign(target.expression, op, value, at, scope);
    }
    const place = ts.isIdentifier(target)
      ? this.#variable(target, scope)
      : ts.isElementAccessExpression(target)
        ? this.#place(target, scope)
        : undefined;
    if (place === undefined) {
      throw new ModelError(
        unsupported(
          spanOf(target),
          "this assignment",
          "assign to a variable or to an entry of a local array",
        ),
      );
    }
    const amount = this.toReal(value, at);
    if (op === undefined) {
      this.emit(build.store(place.array, place.at, amount, span));
      return;
    }
    const mentions = mentionsArray(amount, place.array);
    if ((op === "add" || op === "sub") && !mentions) {
      this.emit(build.accumulate(place.array, place.at, op === "add" ? amount : build.neg(amount), span));
      return;
    }
    const before = real(build.read(place.array, place.at));
    const next = this.toReal(this.arithmetic(op, before, real(amount), target, at), at);
    this.emit(build.store(place.array, place.at, next, span));
  }

  #variable(target: ts.Identifier, scope: Scope): { array: string; at: readonly Affine[] } {
    let crossed = false;
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const found = at.values.get(target.text);
      if (found !== undefined) {
        if (found.value.kind === "poison") throw new Poisoned();
        if (crossed) throw new ModelError(capturedAssignment(spanOf(target), target.text));
        if (found.value.kind !== "variable") {
          if (found.value.kind === "array" && found.value.shape.length > 0) {
            throw new ModelError(
              unsupported(
                spanOf(target.parent),
                "the assignment of a whole array",
                "copy it entry by entry in a loop",
              ),
            );
          }
          throw new ModelError(readOnly(spanOf(target), target.text));
        }
        return { array: found.value.array, at: [] };
      }
      if (at.isFunction) crossed = true;
    }
    if (scope.module.bindings.has(target.text))
      throw new ModelError(capturedAssignment(spanOf(target), target.text));
    this.name(target, scope);
    throw new ModelError(readOnly(spanOf(target), target.text));
  }

  #place(target: ts.ElementAccessExpression, scope: Scope): { array: string; at: readonly Affine[] } {
    const value = this.expression(target, scope);
    if (value.kind !== "array") throw new ModelError(readOnly(spanOf(target), target.getText()));
    if (value.shape.length > 0) {
      throw new ModelError(wrongKind(spanOf(target), "a single entry", describe(value)));
    }
    if (!value.isWritable) throw new ModelError(readOnly(spanOf(target), target.getText()));
    return { array: value.view.array, at: value.view.prefix };
  }

  // Branches and loops.

  #if(node: ts.IfStatement, scope: Scope): void {
    const test = this.test(node.expression, scope);
    if (test.kind === "constant") {
      if (test.value) this.statement(node.thenStatement, inner(scope));
      else if (node.elseStatement) this.statement(node.elseStatement, inner(scope));
      return;
    }
    const { elseStatement } = node;
    const then = this.within(() => this.statement(node.thenStatement, inner(scope))).statements;
    const otherwise = elseStatement
      ? this.within(() => this.statement(elseStatement, inner(scope))).statements
      : [];
    this.emit(build.branch(test, then, otherwise, spanOf(node)));
  }

  #for(node: ts.ForStatement, scope: Scope): void {
    const { initializer, condition, incrementor } = node;
    const fail = (at: ts.Node, what: string): never => {
      throw new ModelError(loopForm(spanOf(at), what));
    };
    if (!initializer || !ts.isVariableDeclarationList(initializer) || initializer.declarations.length !== 1) {
      return fail(node, "this loop has no index of its own");
    }
    const [declaration] = initializer.declarations;
    const name = declaration!.name;
    const start = declaration!.initializer;
    if (!ts.isIdentifier(name) || start === undefined)
      return fail(declaration!, "this loop has no index of its own");
    const from =
      asInteger(this.expression(start, scope)) ??
      fail(start, "the loop starts at something that is no whole number");
    const { step, up } =
      this.#stepOf(incrementor, name.text, scope) ??
      fail(incrementor ?? node, "the index of the loop moves by no fixed whole number");
    if (assigns(node.statement, name.text))
      fail(node.statement, `the body changes the index \`${name.text}\``);
    if (!condition || !ts.isBinaryExpression(condition))
      return fail(condition ?? node, "the loop has no condition `index < end`");
    const isLeft = ts.isIdentifier(condition.left) && condition.left.text === name.text;
    const isRight = ts.isIdentifier(condition.right) && condition.right.text === name.text;
    if (isLeft === isRight) return fail(condition, "the condition does not compare the index with an end");
    const endNode = isLeft ? condition.right : condition.left;
    const end =
      asInteger(this.expression(endNode, scope)) ??
      fail(endNode, "the end of the loop is no whole number known in constants and outer indices");
    const text = condition.operatorToken.getText();
    const relation = isLeft ? text : ({ "<": ">", "<=": ">=", ">": "<", ">=": "<=" }[text] ?? text);
    const wanted = up ? ["<", "<=", "!=="] : [">", ">=", "!=="];
    if (!wanted.includes(relation))
      return fail(condition, "the condition does not fit the direction of the index");
    const isInclusive = relation.includes("=") && relation !== "!==";

    // Upwards: from, from + step, … below `past`. Downwards: the same set, from `from` down to above `past`.
    const low = up ? from : affine.offset(end, isInclusive ? 0 : 1);
    const past = up ? affine.offset(end, isInclusive ? 1 : 0) : affine.offset(from, 1);
    const index = this.names.fresh(name.text);
    let value: Affine;
    let bounds: { from: Affine; to: Affine };
    if (step === 1) {
      value = affine.index(index);
      bounds = { from: low, to: past };
    } else {
      const span = affine.subtract(past, low);
      const trips = affine.quotient(affine.offset(span, step - 1), affine.integer(step));
      const count = affine.index(index);
      bounds = { from: affine.integer(0), to: trips };
      value = up
        ? affine.add(from, affine.scale(count, step))
        : affine.subtract(from, affine.scale(count, step));
    }
    const isDown = !up && step === 1;
    this.#loop(index, bounds, value, name.text, node.statement, scope, isDown, node);
  }

  #loop(
    index: string,
    bounds: { from: Affine; to: Affine },
    value: Affine,
    name: string,
    body: ts.Statement,
    scope: Scope,
    down: boolean,
    node: ts.Node,
  ): void {
    const range = { low: this.rangeOf(bounds.from).low, high: this.rangeOf(bounds.to).high - 1 };
    if (range.high < range.low) return;
    this.ranges.set(index, range);
    const own = inner(scope);
    own.values.set(name, { value: { kind: "integer", form: value }, isConst: true });
    const { statements } = this.within(() => this.statement(body, own));
    this.emit(build.loop(index, bounds.from, bounds.to, statements, { down, span: spanOf(node) }));
  }

  #stepOf(
    node: ts.Expression | undefined,
    name: string,
    scope: Scope,
  ): { step: number; up: boolean } | undefined {
    const isIndex = (one: ts.Expression): boolean => ts.isIdentifier(one) && one.text === name;
    if (node === undefined) return undefined;
    if ((ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) && isIndex(node.operand)) {
      return { step: 1, up: node.operator === ts.SyntaxKind.PlusPlusToken };
    }
    if (!ts.isBinaryExpression(node) || !isIndex(node.left)) return undefined;
    const form = asInteger(this.expression(node.right, scope));
    const step = form && affine.constantOf(form);
    if (step === undefined || step === 0) return undefined;
    if (node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken)
      return { step: Math.abs(step), up: step > 0 };
    if (node.operatorToken.kind === ts.SyntaxKind.MinusEqualsToken)
      return { step: Math.abs(step), up: step < 0 };
    return undefined;
  }

  #forOf(node: ts.ForOfStatement, scope: Scope): void {
    const value = this.expression(node.expression, scope);
    const extent =
      value.kind === "array"
        ? value.shape[0]
        : value.kind === "constant"
          ? value.source.shape[value.at.length]
          : undefined;
    if (extent === undefined || !ts.isVariableDeclarationList(node.initializer)) {
      throw new ModelError(wrongKind(spanOf(node.expression), "a vector or matrix", describe(value)));
    }
    const [declaration] = node.initializer.declarations;
    const index = this.names.fresh("i");
    this.ranges.set(index, { low: 0, high: extent - 1 });
    const own = inner(scope);
    const { statements } = this.within(() => {
      const at = affine.index(index);
      const entry: Value =
        value.kind === "array"
          ? {
              ...value,
              view: { array: value.view.array, prefix: [...value.view.prefix, at] },
              shape: value.shape.slice(1),
            }
          : {
              kind: "constant",
              source: (value as Value & { kind: "constant" }).source,
              at: [...(value as Value & { kind: "constant" }).at, at],
            };
      this.bindPattern(declaration!.name, entry, own, undefined, false);
      this.statement(node.statement, own);
    });
    this.emit(
      build.loop(index, affine.integer(0), affine.integer(extent), statements, { span: spanOf(node) }),
    );
  }

  /** The observation index runs over the observations; arrays of data that it subscripts have one entry for each. */
  know(index: string, data: readonly { readonly shape: Shape }[]): void {
    const extents = data.flatMap((leaf) => leaf.shape.slice(0, 1));
    if (extents.length > 0) this.ranges.set(index, { low: 0, high: Math.min(...extents) - 1 });
  }

  /** A function's outer scope for lowering. */
  scopeOf(scope: StaticScope): Scope {
    const values = new Map<string, { value: Value; isConst: boolean }>();
    for (let at: StaticScope | undefined = scope; at; at = at.outer) {
      for (const [name, one] of at.values) {
        if (!values.has(name)) values.set(name, { value: this.fromStatic(one.value, name), isConst: true });
      }
    }
    return { module: scope.module, values, isFunction: true };
  }

  /** The statements written so far, taken out. */
  take(): Statement[] {
    const statements = this.out;
    this.out = [];
    return statements;
  }
}

const compounds = new Map<ts.SyntaxKind, Opcode>([
  [ts.SyntaxKind.PlusEqualsToken, "add"],
  [ts.SyntaxKind.MinusEqualsToken, "sub"],
  [ts.SyntaxKind.AsteriskEqualsToken, "mul"],
  [ts.SyntaxKind.SlashEqualsToken, "div"],
  [ts.SyntaxKind.PercentEqualsToken, "mod"],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, "pow"],
]);

function refusal(node: ts.Statement) {
  const span = spanOf(node);
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return whileLoop(span);
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
    return notYet(span, `\`${node.getText().replace(";", "")}\``, "put what follows into an `if`");
  }
  if (ts.isReturnStatement(node))
    return notYet(
      span,
      "a `return` in the middle",
      "put the value into a variable and return it in the last line",
    );
  if (ts.isSwitchStatement(node)) return unsupported(span, "`switch`", "write `if` and `else if`");
  if (ts.isTryStatement(node) || ts.isThrowStatement(node))
    return unsupported(span, "an exception", "models compute with numbers; test the case with `if`");
  if (ts.isClassDeclaration(node)) return unsupported(span, "a class", "use records and functions");
  if (ts.isForInStatement(node)) return unsupported(span, "`for…in`", "write `for (let i = 0; i < n; i++)`");
  if (ts.isLabeledStatement(node))
    return unsupported(span, "a label", "put the inner loop into a helper function");
  return unsupported(span, "this statement", "use `const`, `let`, `if`, `for` and assignments");
}

function findReturn(node: ts.Node): ts.Node | undefined {
  if (ts.isReturnStatement(node)) return node;
  if (ts.isFunctionLike(node)) return undefined;
  return ts.forEachChild(node, findReturn);
}

/** Is there an assignment to a name inside a node? Shadowing names count: that is safe. */
function assigns(node: ts.Node, name: string): boolean {
  const isName = (one: ts.Node): boolean => ts.isIdentifier(one) && one.text === name;
  if (ts.isBinaryExpression(node)) {
    const kind = node.operatorToken.kind;
    if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment && isName(node.left))
      return true;
  }
  if ((ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) && isName(node.operand)) {
    if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
      return true;
  }
  return ts.forEachChild(node, (child) => assigns(child, name) || undefined) ?? false;
}

function functionBodyOf(node: ts.Node): ts.Node {
  let at: ts.Node = node;
  while (at.parent && !ts.isFunctionLike(at)) at = at.parent;
  return at;
}

function isUsed(pattern: ts.BindingName, node: FunctionLike): boolean {
  if (!ts.isIdentifier(pattern)) return true;
  const find = (one: ts.Node): boolean =>
    (ts.isIdentifier(one) && one.text === pattern.text) ||
    (ts.forEachChild(one, (child) => find(child) || undefined) ?? false);
  return node.body !== undefined && find(node.body);
}

function mentionsArray(expr: Expr, array: string): boolean {
  let found = false;
  forEachExpr(expr, (one) => {
    found ||= one.kind === "read" && one.array === array;
  });
  return found;
}

/** The name that a declaration gives to the value at a node, so that arrays are called what the user calls them. */
function declaredName(node: ts.Node): string | undefined {
  const { parent } = node;
  if (ts.isIdentifier(node)) return node.text;
  return parent && ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)
    ? parent.name.text
    : undefined;
}

function listShape(value: Value): number[] | undefined {
  if (value.kind === "list") {
    const shapes = value.items.map(listShape);
    const [first] = shapes;
    if (first === undefined || shapes.some((shape) => shape?.join() !== first.join())) return undefined;
    return [value.items.length, ...first];
  }
  if (value.kind === "array") return [...value.shape];
  if (value.kind === "constant") return [...value.source.shape.slice(value.at.length)];
  return asReal(value) === undefined ? undefined : [];
}
