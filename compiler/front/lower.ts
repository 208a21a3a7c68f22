/**
 * Lowers expressions of function bodies to the IR. In: syntax and a scope of values. Out: values; statements that an
 * expression needs (bindings, branches, expanded helpers) go to the block being written. Statements are in
 * `lower-statements.ts`, which extends this.
 */

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ModelError } from "../diagnostics/diagnostic.ts";
import {
  badSubscript,
  impure,
  noSource,
  notYet,
  outOfRange,
  unknownMath,
  unknownMember,
  unknownName,
  unsupported,
  wrongArity,
  wrongKind,
} from "../diagnostics/messages.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Affine, Range } from "../ir/affine.ts";
import * as affine from "../ir/affine.ts";
import * as build from "../ir/build.ts";
import type { Names } from "../ir/names.ts";
import type { Expr, Relation, Statement, Test } from "../ir/nodes.ts";
import { type Opcode, opcodes, unaryOpcodes } from "../ir/opcode.ts";
import type { ConstantPool } from "./constants.ts";
import { type Module, spanOf, ts } from "./load.ts";
import { mathConstants, type StaticEvaluator } from "./static.ts";
import { Closure, LibraryFunction, type Static, Tensor } from "./static-values.ts";
import { asInteger, asReal, describe, type FunctionLike, integer, real, type Value } from "./values.ts";

export interface Scope {
  readonly module: Module;
  readonly values: Map<string, { value: Value; readonly isConst: boolean }>;
  readonly outer?: Scope | undefined;
  /** The function whose body this is; names beyond it may be read, not changed. */
  readonly isFunction: boolean;
}

/** A diagnostic that was reported where the value was made. */
export class Poisoned extends Error {}

/** Names of operators on functions, for a better message than "unknown". */
const operators = new Set(
  "laplacian biharmonic gradient divergence jacobian hessian jvp vjp hvp weightedLaplacian linearOperator directional stochastic stopGradient custom".split(
    " ",
  ),
);

const mathOpcodes = new Set<string>(
  opcodes.filter((op) => !["neg", "add", "sub", "mul", "div", "mod", "gate"].includes(op)),
);
const unary = new Set<string>(unaryOpcodes);

export abstract class ExpressionLowering {
  protected readonly evaluator: StaticEvaluator;
  protected readonly pool: ConstantPool;
  protected readonly names: Names;
  readonly errors: Diagnostic[] = [];
  protected out: Statement[] = [];
  protected readonly ranges = new Map<string, Range>();
  protected readonly calling: FunctionLike[] = [];

  constructor(evaluator: StaticEvaluator, pool: ConstantPool, names: Names) {
    this.evaluator = evaluator;
    this.pool = pool;
    this.names = names;
  }

  protected abstract callFunction(
    node: FunctionLike,
    scope: Scope,
    args: readonly Value[],
    at: ts.Node,
  ): Value;
  protected abstract allocate(
    wish: string,
    shape: readonly number[],
    init: Value | undefined,
    at: ts.Node,
  ): Value;
  protected abstract fill(array: Value, amount: Value, at: ts.Node): void;

  protected emit(statement: Statement): void {
    this.out.push(statement);
  }

  /** Statements emitted while `work` runs, kept apart. */
  protected within<T>(work: () => T): { readonly result: T; readonly statements: Statement[] } {
    const outer = this.out;
    const statements: Statement[] = [];
    this.out = statements;
    try {
      return { result: work(), statements };
    } finally {
      this.out = outer;
    }
  }

  // Numbers.

  protected real(node: ts.Expression, scope: Scope): Expr {
    return this.toReal(this.expression(node, scope), node);
  }

  protected toReal(value: Value, at: ts.Node): Expr {
    if (value.kind === "poison") throw new Poisoned();
    const expr = asReal(value);
    if (expr === undefined) throw new ModelError(wrongKind(spanOf(at), "a number", describe(value)));
    return expr;
  }

  /** A leaf with the value of the expression: what is not one is bound to a name. */
  protected leaf(expr: Expr, wish: string, span: Span): Expr {
    if (build.isLeaf(expr)) return expr;
    const name = this.names.fresh(wish);
    this.emit(build.bind(name, expr, span));
    return build.name(name);
  }

  protected subscript(node: ts.Expression, scope: Scope): Affine {
    const value = this.expression(node, scope);
    if (value.kind === "poison") throw new Poisoned();
    const form = asInteger(value);
    if (form === undefined) throw new ModelError(badSubscript(spanOf(node)));
    return form;
  }

  protected rangeOf(form: Affine): Range {
    return affine.range(
      form,
      (name) => this.ranges.get(name),
      (array) => {
        const constant = this.pool.arrays.find((one) => one.name === array);
        if (constant?.data === undefined) return undefined;
        let low = Infinity;
        let high = -Infinity;
        for (const value of constant.data) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
        return { low, high };
      },
    );
  }

  protected checkRange(form: Affine, extent: number, at: ts.Node): void {
    const { low, high } = this.rangeOf(form);
    const isOutside = (low < 0 && Number.isFinite(low)) || (high >= extent && Number.isFinite(high));
    if (isOutside) throw new ModelError(outOfRange(spanOf(at), low, high, extent));
  }

  // Expressions.

  expression(node: ts.Expression, scope: Scope): Value {
    if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node))
      return this.expression(node.expression, scope);
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
      return this.expression(node.expression, scope);
    if (ts.isNumericLiteral(node)) return { kind: "static", value: Number(node.text) };
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: "static", value: true };
    if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: "static", value: false };
    if (ts.isIdentifier(node)) return this.name(node, scope);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: "closure", node, scope };
    if (ts.isPrefixUnaryExpression(node)) return this.#prefix(node, scope);
    if (ts.isBinaryExpression(node)) return this.#binary(node, scope);
    if (ts.isConditionalExpression(node)) return this.#conditional(node, scope);
    if (ts.isArrayLiteralExpression(node)) {
      return { kind: "list", items: node.elements.map((element) => this.expression(element, scope)) };
    }
    if (ts.isObjectLiteralExpression(node)) return this.#record(node, scope);
    if (ts.isPropertyAccessExpression(node)) return this.#member(node, scope);
    if (ts.isElementAccessExpression(node)) return this.#entry(node, scope);
    if (ts.isCallExpression(node)) return this.#call(node, scope);
    if (ts.isNewExpression(node)) return this.#new(node, scope);
    throw new ModelError(refusal(node));
  }

  protected name(node: ts.Identifier, scope: Scope): Value {
    const found = this.find(node.text, scope);
    if (found !== undefined) return found.value;
    if (scope.module.bindings.has(node.text)) {
      return this.fromStatic(this.evaluator.global(scope.module, node.text, node), node.text);
    }
    if (node.text === "Infinity") return { kind: "static", value: Infinity };
    const known: string[] = [...scope.module.bindings.keys()];
    for (let at: Scope | undefined = scope; at; at = at.outer) known.push(...at.values.keys());
    throw new ModelError(unknownName(spanOf(node), node.text, nearest(node.text, known)));
  }

  protected find(name: string, scope: Scope): { value: Value; readonly isConst: boolean } | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const found = at.values.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  protected fromStatic(value: Static, wish: string): Value {
    if (value instanceof Closure) {
      const { node, scope } = value;
      const values = new Map<string, { value: Value; isConst: boolean }>();
      for (let at: typeof scope | undefined = scope; at; at = at.outer) {
        for (const [name, one] of at.values) {
          if (!values.has(name)) values.set(name, { value: this.fromStatic(one.value, name), isConst: true });
        }
      }
      return { kind: "closure", node, scope: { module: scope.module, values, isFunction: true } };
    }
    if (value instanceof Tensor || Array.isArray(value)) {
      const source = this.pool.of(value, wish);
      if (source !== undefined) return { kind: "constant", source, at: [] };
    }
    return { kind: "static", value };
  }

  #prefix(node: ts.PrefixUnaryExpression, scope: Scope): Value {
    switch (node.operator) {
      case ts.SyntaxKind.MinusToken: {
        const value = this.expression(node.operand, scope);
        if (value.kind === "static" && typeof value.value === "number")
          return { kind: "static", value: -value.value };
        if (value.kind === "integer") return integer(affine.scale(value.form, -1));
        return real(build.neg(this.toReal(value, node.operand)));
      }
      case ts.SyntaxKind.PlusToken:
        return real(this.real(node.operand, scope));
      case ts.SyntaxKind.ExclamationToken:
        return { kind: "test", test: build.not(this.test(node.operand, scope)) };
      case ts.SyntaxKind.TildeToken:
        throw new ModelError(
          unsupported(spanOf(node), "a bitwise operator", "use arithmetic, `%` and `Math.floor`"),
        );
      default:
        throw new ModelError(
          unsupported(
            spanOf(node),
            "`++` or `--` inside an expression",
            "write it as a statement of its own: `i += 1;`",
          ),
        );
    }
  }

  test(node: ts.Expression, scope: Scope): Test {
    const value = this.expression(node, scope);
    if (value.kind === "poison") throw new Poisoned();
    if (value.kind === "test") return value.test;
    if (value.kind === "static" && typeof value.value === "boolean")
      return value.value ? build.always : build.never;
    throw new ModelError(wrongKind(spanOf(node), "a comparison", describe(value)));
  }

  #binary(node: ts.BinaryExpression, scope: Scope): Value {
    const kind = node.operatorToken.kind;
    const relation = relations.get(kind);
    if (relation !== undefined) {
      const [left, right] = [this.expression(node.left, scope), this.expression(node.right, scope)];
      const test = build.compare(relation, this.toReal(left, node.left), this.toReal(right, node.right));
      return test.kind === "constant" ? { kind: "static", value: test.value } : { kind: "test", test };
    }
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken) {
      return this.#logic(node, kind === ts.SyntaxKind.AmpersandAmpersandToken ? "and" : "or", scope);
    }
    const op = arithmetic.get(kind);
    if (op !== undefined) {
      const [left, right] = [this.expression(node.left, scope), this.expression(node.right, scope)];
      return this.arithmetic(op, left, right, node.left, node.right);
    }
    if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) {
      throw new ModelError(
        unsupported(spanOf(node), "an assignment inside an expression", "make it a statement of its own"),
      );
    }
    throw new ModelError(refusedOperator(node));
  }

  arithmetic(op: Opcode, left: Value, right: Value, leftNode: ts.Node, rightNode: ts.Node): Value {
    if (left.kind === "poison" || right.kind === "poison") throw new Poisoned();
    if (
      left.kind === "static" &&
      right.kind === "static" &&
      typeof left.value === "number" &&
      typeof right.value === "number"
    ) {
      const value = foldable[op]?.(left.value, right.value);
      if (value !== undefined) return { kind: "static", value };
    }
    const [a, b] = [asInteger(left), asInteger(right)];
    const isIndex = (value: Value): boolean => value.kind === "integer" || value.kind === "constant";
    if (a !== undefined && b !== undefined && (isIndex(left) || isIndex(right))) {
      if (op === "add") return integer(affine.add(a, b));
      if (op === "sub") return integer(affine.subtract(a, b));
      const product = op === "mul" ? affine.multiply(a, b) : undefined;
      if (product !== undefined) return integer(product);
      const divisor = affine.constantOf(b);
      if (op === "mod" && divisor !== undefined && divisor > 0 && this.rangeOf(a).low >= 0)
        return integer(affine.remainder(a, b));
    }
    const [x, y] = [this.toReal(left, leftNode), this.toReal(right, rightNode)];
    if (op !== "pow") return real(build.primitive(op, [x, y]));
    // A small whole power becomes a product, so its base is computed once.
    const isProduct = y.kind === "number" && (y.value === 2 || y.value === 3);
    return real(build.pow(isProduct ? this.leaf(x, "base", spanOf(leftNode)) : x, y));
  }

  /** `&&` and `||` of tests; work that the right side needs stays behind the left one. */
  #logic(node: ts.BinaryExpression, kind: "and" | "or", scope: Scope): Value {
    const left = this.test(node.left, scope);
    if (left.kind === "constant" && left.value === (kind === "or"))
      return { kind: "static", value: left.value };
    const { result: right, statements } = this.within(() => this.test(node.right, scope));
    if (statements.length === 0) {
      return { kind: "test", test: kind === "and" ? build.and(left, right) : build.or(left, right) };
    }
    const flag = this.names.fresh("holds");
    const span = spanOf(node);
    const set = (value: Expr): Statement => build.store(flag, [], value, span);
    const undecided = [...statements, build.branch(right, [set(build.one)], [set(build.zero)], span)];
    this.emit(build.alloc(flag, [], { zero: false, span }));
    this.emit(
      kind === "and"
        ? build.branch(left, undecided, [set(build.zero)], span)
        : build.branch(left, [set(build.one)], undecided, span),
    );
    return { kind: "test", test: build.compare("eq", build.read(flag), build.one) };
  }

  #conditional(node: ts.ConditionalExpression, scope: Scope): Value {
    const test = this.test(node.condition, scope);
    if (test.kind === "constant") return this.expression(test.value ? node.whenTrue : node.whenFalse, scope);
    const side = (expression: ts.Expression) => this.within(() => this.real(expression, scope));
    const [then, otherwise] = [side(node.whenTrue), side(node.whenFalse)];
    const isTrivial = (one: { result: Expr; statements: Statement[] }): boolean =>
      one.statements.length === 0 && build.isLeaf(one.result);
    if (isTrivial(then) && isTrivial(otherwise))
      return real(build.select(test, then.result, otherwise.result));
    // A real branch: the side that is not taken is not computed, nor is its derivative.
    const span = spanOf(node);
    const chosen = this.names.fresh("chosen");
    this.emit(build.alloc(chosen, [], { zero: false, span }));
    const body = (one: { result: Expr; statements: Statement[] }): Statement[] => [
      ...one.statements,
      build.store(chosen, [], one.result, span),
    ];
    this.emit(build.branch(test, body(then), body(otherwise), span));
    return real(build.read(chosen));
  }

  #record(node: ts.ObjectLiteralExpression, scope: Scope): Value {
    const entries = new Map<string, Value>();
    const declared = new Map<string, ts.Node>();
    for (const property of node.properties) {
      if (ts.isShorthandPropertyAssignment(property)) {
        entries.set(property.name.text, this.name(property.name, scope));
      } else if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name)) {
        try {
          entries.set(property.name.text, this.expression(property.initializer, scope));
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          // Go on, so that one run shows every entry that is wrong.
          this.errors.push(error.diagnostic);
          entries.set(property.name.text, { kind: "poison" });
        }
      } else {
        throw new ModelError(unsupported(spanOf(property), "this property", "write `name: value`"));
      }
      declared.set((property.name as ts.Identifier).text, property);
    }
    return { kind: "record", entries, declared };
  }

  #member(node: ts.PropertyAccessExpression, scope: Scope): Value {
    const name = node.name.text;
    if (this.#isMath(node.expression, scope)) {
      const constant = mathConstants.get(name);
      if (constant !== undefined) return { kind: "static", value: constant };
      throw new ModelError(unknownMath(spanOf(node), name, nearest(name, [...mathConstants.keys()])));
    }
    return this.memberOf(this.expression(node.expression, scope), name, node.name, node.expression);
  }

  protected memberOf(value: Value, name: string, at: ts.Node, whole: ts.Node): Value {
    const missing = (known: readonly string[]): ModelError =>
      new ModelError(unknownMember(spanOf(at), name, known, nearest(name, known)));
    switch (value.kind) {
      case "record": {
        const entry = value.entries.get(name);
        if (entry === undefined) throw missing([...value.entries.keys()]);
        return entry;
      }
      case "static":
        if (value.value instanceof Map) {
          if (!value.value.has(name)) throw missing([...value.value.keys()]);
          return this.fromStatic(value.value.get(name), name);
        }
        break;
      case "array":
        if (name === "length" && value.shape.length > 0) return { kind: "static", value: value.shape[0]! };
        break;
      case "constant":
        if (name === "length") return { kind: "static", value: value.source.shape[value.at.length] };
        break;
      case "list":
        if (name === "length") return { kind: "static", value: value.items.length };
        break;
      case "poison":
        throw new Poisoned();
      default:
        break;
    }
    throw new ModelError(wrongKind(spanOf(whole), "a record", describe(value)));
  }

  #entry(node: ts.ElementAccessExpression, scope: Scope): Value {
    const value = this.expression(node.expression, scope);
    return this.entryOf(value, this.subscript(node.argumentExpression, scope), node);
  }

  protected entryOf(value: Value, form: Affine, node: ts.ElementAccessExpression): Value {
    const at = node.argumentExpression;
    const constant = affine.constantOf(form);
    switch (value.kind) {
      case "array": {
        if (value.shape.length === 0) break;
        const [extent = 0, ...shape] = value.shape;
        this.checkRange(form, extent, at);
        const view = { array: value.view.array, prefix: [...value.view.prefix, form] };
        return { ...value, view, shape };
      }
      case "constant": {
        const extent = value.source.shape[value.at.length];
        if (extent === undefined) break;
        this.checkRange(form, extent, at);
        const next = [...value.at, form];
        const fixed = next.map(affine.constantOf);
        if (next.length === value.source.shape.length && fixed.every((one) => one !== undefined)) {
          const flat = fixed.reduce<number>((sum, one, axis) => sum * value.source.shape[axis]! + one!, 0);
          return { kind: "static", value: value.source.data[flat]! };
        }
        return { kind: "constant", source: value.source, at: next };
      }
      case "list":
        if (constant !== undefined) {
          this.checkRange(form, value.items.length, at);
          return value.items[constant]!;
        }
        break;
      case "record": {
        const entry = constant === undefined ? undefined : value.entries.get(String(constant));
        if (entry !== undefined) return entry;
        break;
      }
      case "poison":
        throw new Poisoned();
      default:
        break;
    }
    throw new ModelError(wrongKind(spanOf(node.expression), "a vector or matrix", describe(value)));
  }

  #isMath(node: ts.Expression, scope: Scope): boolean {
    return (
      ts.isIdentifier(node) &&
      node.text === "Math" &&
      this.find("Math", scope) === undefined &&
      !scope.module.bindings.has("Math")
    );
  }

  #new(node: ts.NewExpression, scope: Scope): Value {
    const name = ts.isIdentifier(node.expression) ? node.expression.text : "";
    if (name === "Float64Array" || name === "Array") {
      const [argument] = node.arguments ?? [];
      const value = argument === undefined ? undefined : this.expression(argument, scope);
      const size = value && asInteger(value);
      const constant = size && affine.constantOf(size);
      if (constant !== undefined) return this.allocate("array", [constant], undefined, node);
      if (value?.kind === "list") return this.allocate("array", [value.items.length], value, node);
    }
    if (name === "Date") throw new ModelError(impure(spanOf(node), "new Date()"));
    throw new ModelError(
      unsupported(
        spanOf(node),
        `\`new ${node.expression.getText()}\``,
        "use `vec(n)`, `mat(m, n)` or `new Float64Array(n)` with a constant n",
      ),
    );
  }

  #call(node: ts.CallExpression, scope: Scope): Value {
    const callee = node.expression;
    if (ts.isPropertyAccessExpression(callee)) {
      if (this.#isMath(callee.expression, scope)) return this.#math(node, callee.name, scope);
      if (
        ts.isIdentifier(callee.expression) &&
        this.find(callee.expression.text, scope) === undefined &&
        !scope.module.bindings.has(callee.expression.text)
      ) {
        const text = callee.getText();
        if (/^(Date|performance|crypto)\./.test(text))
          throw new ModelError(impure(spanOf(node), `${text}()`));
        throw new ModelError(noSource(spanOf(callee), text));
      }
      return this.#method(node, callee, scope);
    }
    const target = this.expression(callee, scope);
    const args = (): Value[] => node.arguments.map((arg) => this.expression(arg, scope));
    if (target.kind === "closure") return this.callFunction(target.node, target.scope, args(), node);
    if (target.kind === "static" && target.value instanceof LibraryFunction) {
      const { name } = target.value;
      if (name === "vec" || name === "mat" || name === "tensor") return this.#leaf(name, node, args());
      if (operators.has(name)) {
        throw new ModelError(
          notYet(
            spanOf(callee),
            `\`${name}\` in a function body`,
            "write the derivative out by hand for now",
          ),
        );
      }
      const source = this.evaluator.libraryFunction(name);
      if (source === undefined) throw new ModelError(noSource(spanOf(callee), name));
      const value = this.fromStatic(source, name);
      if (value.kind === "closure") return this.callFunction(value.node, value.scope, args(), node);
    }
    throw new ModelError(wrongKind(spanOf(callee), "a function", describe(target)));
  }

  #leaf(name: string, node: ts.CallExpression, args: readonly Value[]): Value {
    const sizes =
      name === "vec"
        ? args.slice(0, 1)
        : name === "mat"
          ? args.slice(0, 2)
          : args[0]?.kind === "list"
            ? args[0].items
            : [];
    const shape = sizes.map((size, position) => {
      const form = asInteger(size);
      const constant = form && affine.constantOf(form);
      if (constant === undefined)
        throw new ModelError(
          wrongKind(spanOf(node.arguments[position] ?? node), "a constant whole number", describe(size)),
        );
      return constant;
    });
    return this.allocate(name, shape, args[name === "mat" ? 2 : 1], node);
  }

  #method(node: ts.CallExpression, callee: ts.PropertyAccessExpression, scope: Scope): Value {
    const value = this.expression(callee.expression, scope);
    const name = callee.name.text;
    if (value.kind === "record") {
      const entry = this.memberOf(value, name, callee.name, callee.expression);
      if (entry.kind === "closure") {
        return this.callFunction(
          entry.node,
          entry.scope,
          node.arguments.map((arg) => this.expression(arg, scope)),
          node,
        );
      }
    }
    if (name === "fill" && node.arguments.length === 1) {
      this.fill(value, this.expression(node.arguments[0]!, scope), node);
      return value;
    }
    throw new ModelError(notYet(spanOf(callee.name), `\`.${name}\``, "write it as a loop"));
  }

  #math(node: ts.CallExpression, name: ts.MemberName, scope: Scope): Value {
    const text = name.text;
    if (text === "random") throw new ModelError(impure(spanOf(node), "Math.random()"));
    if (!mathOpcodes.has(text))
      throw new ModelError(unknownMath(spanOf(name), text, nearest(text, [...mathOpcodes])));
    const [first] = node.arguments;
    if (text === "floor" && first !== undefined) {
      const quotient = this.#quotient(first, scope);
      if (quotient !== undefined) return quotient;
    }
    const args = node.arguments.map((arg) => this.real(arg, scope));
    const op = text as Opcode;
    const least = unary.has(op) ? 1 : op === "pow" || op === "atan2" ? 2 : 1;
    const many = op === "hypot" || op === "min" || op === "max";
    if (args.length < least || (!many && args.length > least)) {
      const wanted = `${least} ${least === 1 ? "number" : "numbers"}${many ? " or more" : ""}`;
      throw new ModelError(wrongArity(spanOf(node), `Math.${text}`, wanted, args.length));
    }
    if (op === "pow") {
      return this.arithmetic("pow", real(args[0]!), real(args[1]!), node.arguments[0]!, node.arguments[1]!);
    }
    if (!many) return real(build.primitive(op, args));
    if (args.length === 1) return real(op === "hypot" ? build.primitive("abs", args) : args[0]!);
    return real(args.reduce((left, right) => build.primitive(op, [left, right])));
  }

  /** Math.floor(a / b) of whole numbers is a whole number. */
  #quotient(node: ts.Expression, scope: Scope): Value | undefined {
    const inside = ts.isParenthesizedExpression(node) ? node.expression : node;
    if (!ts.isBinaryExpression(inside) || inside.operatorToken.kind !== ts.SyntaxKind.SlashToken)
      return undefined;
    const { result, statements } = this.within(
      () => [this.expression(inside.left, scope), this.expression(inside.right, scope)] as const,
    );
    if (statements.length > 0) return undefined;
    const [left, right] = result;
    const [of, by] = [asInteger(left), asInteger(right)];
    const divisor = by && affine.constantOf(by);
    if (
      left.kind !== "integer" ||
      of === undefined ||
      divisor === undefined ||
      divisor <= 0 ||
      this.rangeOf(of).low < 0
    )
      return undefined;
    return integer(affine.quotient(of, affine.integer(divisor)));
  }
}

const relations = new Map<ts.SyntaxKind, Relation>([
  [ts.SyntaxKind.LessThanToken, "lt"],
  [ts.SyntaxKind.LessThanEqualsToken, "le"],
  [ts.SyntaxKind.GreaterThanToken, "gt"],
  [ts.SyntaxKind.GreaterThanEqualsToken, "ge"],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "eq"],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "ne"],
]);

const arithmetic = new Map<ts.SyntaxKind, Opcode>([
  [ts.SyntaxKind.PlusToken, "add"],
  [ts.SyntaxKind.MinusToken, "sub"],
  [ts.SyntaxKind.AsteriskToken, "mul"],
  [ts.SyntaxKind.SlashToken, "div"],
  [ts.SyntaxKind.PercentToken, "mod"],
  [ts.SyntaxKind.AsteriskAsteriskToken, "pow"],
]);

/** What is exactly rounded, and so the same on every machine, may be computed here. */
const foldable: Partial<Record<Opcode, (x: number, y: number) => number | undefined>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  mod: (x, y) => x % y,
  pow: (x, y) => (y === 2 ? x * x : undefined),
};

function refusedOperator(node: ts.BinaryExpression): Diagnostic {
  const text = node.operatorToken.getText();
  const span = spanOf(node.operatorToken);
  if (text === "==" || text === "!=") return unsupported(span, `\`${text}\``, `write \`${text}=\``);
  if (text === ",") return unsupported(span, "the comma operator", "write two statements");
  if (text === "in" || text === "instanceof" || text === "??")
    return unsupported(span, `\`${text}\``, "types and names are fixed in a model");
  return unsupported(span, `the operator \`${text}\``, "use arithmetic and comparisons");
}

const refusals: ReadonlyMap<ts.SyntaxKind, readonly [string, string]> = new Map([
  [ts.SyntaxKind.StringLiteral, ["a text", "models compute with numbers alone"]],
  [ts.SyntaxKind.NoSubstitutionTemplateLiteral, ["a text", "models compute with numbers alone"]],
  [ts.SyntaxKind.TemplateExpression, ["a text", "models compute with numbers alone"]],
  [ts.SyntaxKind.RegularExpressionLiteral, ["a regular expression", "models compute with numbers alone"]],
  [ts.SyntaxKind.BigIntLiteral, ["a BigInt", "write an ordinary number"]],
  [ts.SyntaxKind.ThisKeyword, ["`this`", "take values from the parameters of the function"]],
  [ts.SyntaxKind.AwaitExpression, ["`await`", "functions of a model answer at once"]],
  [ts.SyntaxKind.YieldExpression, ["`yield`", "write a loop that fills an array"]],
  [ts.SyntaxKind.ClassExpression, ["a class", "use records and functions"]],
  [ts.SyntaxKind.DeleteExpression, ["`delete`", "records of a model keep their shape"]],
  [ts.SyntaxKind.TypeOfExpression, ["`typeof`", "types are fixed in a model"]],
  [ts.SyntaxKind.VoidExpression, ["`void`", "leave it out"]],
  [ts.SyntaxKind.NullKeyword, ["`null`", "every value of a model is a number, an array or a record"]],
  [ts.SyntaxKind.SpreadElement, ["a spread", "write the entries out, or fill an array in a loop"]],
  [
    ts.SyntaxKind.PostfixUnaryExpression,
    ["`++` or `--` inside an expression", "write it as a statement of its own: `i += 1;`"],
  ],
  [ts.SyntaxKind.TaggedTemplateExpression, ["a tagged template", "call a function"]],
]);

function refusal(node: ts.Node): Diagnostic {
  const [what, instead] = refusals.get(node.kind) ?? [
    "this expression",
    "use arithmetic, calls and conditions",
  ];
  return unsupported(spanOf(node), what, instead);
}
